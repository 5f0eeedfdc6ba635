"""What is set up beside the kernel: options at boot, udev rules, foreign kinds of programs."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.continued import continued
from migrator.agent.host import Host
from migrator.agent.mounts import table
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# (file, what a line of it is): GRUB 2's defaults, GRUB's menu before it, and kernel-install's.
BOOT = (
    ("/etc/default/grub", r"\s*(?P<key>GRUB_CMDLINE_LINUX\w*)=[\"']?(?P<value>.*?)[\"']?\s*$"),
    ("/boot/grub/grub.conf", r"\s*(?P<key>kernel)\s+\S+\s*(?P<value>.*)$"),
    ("/boot/grub/menu.lst", r"\s*(?P<key>kernel)\s+\S+\s*(?P<value>.*)$"),
    ("/etc/kernel/cmdline", r"(?P<key>)(?P<value>\S.*)$"),
)
FORMATS = "/proc/sys/fs/binfmt_misc"
FORMAT_FILES = ("/usr/lib/binfmt.d", "/run/binfmt.d", "/etc/binfmt.d")


def boot_options(host):
    # type: (Host) -> list[dict[str, str]]
    found = []
    for path, pattern in BOOT:
        for where, line in host.numbered(path):
            match = re.match(pattern, line)
            if match:
                row = dict((k, redacted(v)) for k, v in match.groupdict().items())
                found.append(dict(row, where=where, raw=redacted(line)))
    return found


def udev_rules(host):
    # type: (Host) -> list[dict[str, str]]
    found = []  # type: list[dict[str, str]]
    for path in host.files("/etc/udev/rules.d"):
        if path.endswith(".rules"):
            found.extend(
                {"where": where, "raw": redacted(raw)} for where, _, raw in continued(host, path)
            )
    return found


def binary_formats(host):
    # type: (Host) -> list[dict[str, Any]]
    """What is registered, and what files register at boot. The place in /proc may be an automount
    point: it is only looked at when it is mounted."""
    found = []
    mounted = any(mount.path == FORMATS and mount.fstype == "binfmt_misc" for mount in table(host))
    for path in host.files(FORMATS) if mounted else ():
        name = path.rpartition("/")[2]
        if name not in ("register", "status"):
            text = host.text(path)
            interpreter = "".join(re.findall(r"(?m)^interpreter (.*)$", text))
            found.append(_format(name, path, text.startswith("enabled"), interpreter, text))
    chosen = {}  # type: dict[str, str]
    for place in FORMAT_FILES:
        chosen.update((path.rpartition("/")[2], path) for path in host.files(place))
    for path in [chosen[name] for name in sorted(chosen)]:
        for where, line in host.numbered(path):
            if line.strip() and line.lstrip()[0] not in "#;":
                found.append(_registered(where, line))
    return found


def _registered(where, line):
    # type: (str, str) -> dict[str, Any]
    """:name:type:offset:magic:mask:interpreter:flags, divided by its first letter."""
    text = line.strip()
    words = text[1:].split(text[0]) + [""] * 6
    return _format(words[0], where, True, words[5], line)


def _format(name, where, enabled, interpreter, raw):
    # type: (str, str, bool, str, str) -> dict[str, Any]
    return {
        "name": name,
        "where": where,
        "enabled": enabled,
        "interpreter": interpreter,
        "raw": raw,
    }
