"""Where each part of the tree goes: what is written to lives on volumes, secrets apart."""

from __future__ import annotations

import re

from migrator.facts import Facts
from migrator.facts.storage import Mount
from migrator.plan import PathChoice

# The engine makes the container anew at each start: only volumes keep what was written.
STATE = {
    "/var/log": "logs outlive the container",
    "/var/log/journal": "the journal, which the engine would else keep in memory",
    "/var/spool": "crontabs, at jobs and mail outlive the container",
    "/var/mail": "mail outlives the container",
    "/var/lib/systemd": "systemd's stamps of what ran when",
    "/var/lib/logrotate": "what was rotated when",
    "/home": "people's files",
    "/root": "the administrator's files",
    "/srv": "data of services",
}
# Where a log daemon keeps how far it has read the journal and other files.
READ_SO_FAR = {"rsyslog": "/var/lib/rsyslog", "syslog-ng": "/var/lib/syslog-ng"}
API_DIRECTORIES = ("/proc", "/sys", "/dev", "/run", "/tmp", "/boot", "/etc")
PACKAGE_USER = "_apt"  # downloads that can be fetched again
SECRETS = {
    "private-key": "a private key does not belong into an image",
    "ssh-host-key": "the host's identity does not belong into an image",
    "password-file": "passwords do not belong into an image",
    "keytab": "the keys of a service do not belong into an image",
}
# Who renames a new key over the old one, and where. A file that is a mount cannot be replaced so.
RENEWERS = {
    "certbot": "/etc/letsencrypt",
    "acme.sh": "/root/.acme.sh",
    "dehydrated": "/var/lib/dehydrated",
    "lego": "/var/lib/lego",
    "simp_le": "/etc/simp_le",
}


def paths(found: Facts) -> dict[str, PathChoice]:
    """Volumes, then secrets; nested ones stay, since the longest path counts."""
    chosen = {path: PathChoice("volume", reason) for path, reason in STATE.items()}
    for daemon in found.syslog.daemons:
        if daemon.flavour in READ_SO_FAR:
            reason = f"how far {daemon.flavour} has read the journal and other files"
            chosen[READ_SO_FAR[daemon.flavour]] = PathChoice("volume", reason)
    for directory in found.storage.state:
        path = _whole(directory.path)
        if directory.user != PACKAGE_USER and not _below(path, chosen):
            chosen[path] = PathChoice("volume", f"written to by {directory.user}")
    for mount in found.storage.mounts:
        if mount.kind == "local" and mount.path != "/" and not _is_api(mount.path):
            chosen[mount.path] = _own(mount)
    renewed = _renewed(found)
    for secret in found.secrets:
        top = next((path for path in renewed if secret.path.startswith(f"{path}/")), "")
        if top:
            reason = (
                f"{renewed[top]} renames new keys over old ones, which no mount of a file allows"
            )
            chosen[top] = PathChoice("volume", reason)
        elif secret.kind in SECRETS:
            chosen[secret.path] = PathChoice("secret", SECRETS[secret.kind])
    return dict(sorted(chosen.items()))


def _renewed(found: Facts) -> dict[str, str]:
    """Directories with keys that a job or a service of the host renews, and by what."""
    commands = [job.command for job in found.cron.jobs]
    commands += [command for unit in found.units for command in unit.commands]
    return {
        path: program
        for program, path in RENEWERS.items()
        if any(re.search(rf"(^|[\s/\"']){re.escape(program)}\b", text) for text in commands)
    }


def _own(mount: Mount) -> PathChoice:
    if mount.path.endswith("/.snapshots"):
        return PathChoice("exclude", "snapshots are of the old file system")
    return PathChoice("volume", f"a file system of its own on {mount.source}")


def _whole(path: str) -> str:
    """Below /var/lib each service has one directory, whoever owns which part of it."""
    return "/".join(path.split("/")[:4]) if path.startswith("/var/lib/") else path


def _below(path: str, chosen: dict[str, PathChoice]) -> bool:
    return any(path.startswith(f"{top}/") for top in chosen) or path in chosen


def _is_api(path: str) -> bool:
    return f"{path}/".startswith(tuple(f"{top}/" for top in API_DIRECTORIES))
