"""Rules about logs that stay on the host: the journal, files, and who keeps them small."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.usage import on_volume
from migrator.facts import Facts

LARGE = 1 << 30  # bytes of logs
SHIPPERS = re.compile(
    r"(filebeat|fluent|td-agent|promtail|vector|splunk|nxlog|logstash|rsyslog-relp|graylog"
    r"|journalbeat|systemd-journal-upload|alloy|otelcol)"
)
OTHER_INIT = re.compile(
    r"(?m)\binitctl\s|^\s*(?:/sbin/)?(?:reload|restart|start|stop)\s+[a-z]|\brc-service\s"
)
SIGNAL = re.compile(
    r"\b(systemctl|service|invoke-rc\.d|kill|pkill|killall)\b|/etc/init\.d/|rotate\b"
)
NO_LOG = re.compile(r"/(dev|proc|sys|run|tmp|var/run)/")


@rule(
    "LOG-05",
    Level.INFO,
    "The journal is kept over boots",
    "It moves along on a volume. Its files are in a directory named by the machine id: with a new"
    " one (identity.machine_id reset), journalctl shows what is older only when asked with"
    " --directory.",
    "Nothing. Exclude /var/log/journal in the plan's paths to begin with an empty one.",
)
def persistent(found: Facts) -> Iterator[Evidence]:
    journal = found.syslog.journal
    if journal.persistent or journal.storage == "persistent":
        limits = [s for s in journal.settings if s.key in ("SystemMaxUse", "MaxRetentionSec")]
        shown = [f"{setting.key}={setting.value}" for setting in limits]
        yield "/var/log/journal", ", ".join(shown) or "without a limit of its own"


@rule(
    "LOG-06",
    Level.INFO,
    "Nothing sends the logs to the outside",
    "They stay in the container, in its journal and below /var/log: podman logs shows only what its"
    " init says at boot, and who collects the output of containers on the target sees no more.",
    "Look with podman exec NAME journalctl, forward them by rsyslog, or set ForwardToConsole=yes in"
    " journald.conf.",
    side="image",
)
def kept_inside(found: Facts) -> Iterator[Evidence]:
    forwarded = any(line.kind == "remote" for line in found.syslog.rules)
    console = any(
        s.key == "ForwardToConsole" and s.value.lower() in ("yes", "true", "1", "on")
        for s in found.syslog.journal.settings
    )
    names = [unit.name for unit in found.units if unit.active == "active"]
    names += [service.name for service in found.services if service.state != "installed"]
    shipped = any(SHIPPERS.match(name) for name in names)
    if found.syslog.daemons and not (forwarded or console or shipped):
        flavours = [daemon.flavour for daemon in found.syslog.daemons]
        yield "logs", ", ".join(dict.fromkeys(flavours))


@rule(
    "LOG-07",
    Level.INFO,
    "Scripts that tell services of new logs",
    "They go on: the container has an init and numbers of processes of its own. Only a script that"
    " speaks to another init than systemd has nobody to speak to (warning).",
    "Nothing; let such a script call systemctl or send a signal.",
    side="image",
)
def rotations(found: Facts) -> Iterator[Evidence]:
    telling = 0
    for block in found.logrotate.rotations:
        text = "\n".join(block.scripts.values())
        if OTHER_INIT.search(text):
            yield block.where, " ".join(text.split())[:120], Level.WARNING
        telling += bool(SIGNAL.search(text))
    if telling:
        yield "logrotate", f"{telling} of {len(found.logrotate.rotations)} blocks"


@rule(
    "LOG-08",
    Level.INFO,
    "Logs are large, or on a file system of their own",
    "They move along on a volume and are copied with the rest, which takes time; on a volume"
    " nothing keeps them from filling the target's disk. Many GB are worth a look (warning).",
    "Rotate or delete what nobody reads before the snapshot, or exclude it in the plan's paths.",
)
def large(found: Facts) -> Iterator[Evidence]:
    for mount in found.storage.mounts:
        if mount.kind == "local" and f"{mount.path}/".startswith("/var/log/") and not mount.bind:
            yield mount.path, f"{mount.fstype} on {mount.source}, {mount.used >> 20} MB used"
    for row in found.storage.usage:
        if row.path == "/var/log" and row.size >= LARGE:
            yield row.path, f"{row.size / LARGE:.1f} GB in {row.files} files", Level.WARNING


@rule(
    "LOG-10",
    Level.RISK,
    "A log that is written outside of the volumes",
    "The engine makes the container anew at each start: what was logged since is lost then.",
    "Put its directory among the plan's paths as a volume.",
)
def outside(found: Facts) -> Iterator[Evidence]:
    seen = set()
    files = [(line.where, line.destination) for line in found.syslog.rules if line.kind == "file"]
    files += [(block.where, path) for block in found.logrotate.rotations for path in block.patterns]
    for where, path in files:
        lost = path.startswith("/") and not NO_LOG.match(path) and not on_volume(found, path)
        if lost and path not in seen:
            seen.add(path)
            yield where, path
