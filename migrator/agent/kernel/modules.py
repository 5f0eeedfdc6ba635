"""Modules: loaded ones, those that files load or change, and what taints the kernel."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.continued import continued
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TAINTS = {
    "P": "proprietary",
    "F": "forced",
    "C": "staging",
    "O": "out-of-tree",
    "E": "unsigned",
}
# By bit of /proc/sys/kernel/tainted.
TAINTED = (
    "proprietary-module forced-module unsafe-cpu forced-unload machine-check bad-page"
    " by-user died acpi-override warning staging-module firmware-bug out-of-tree-module"
    " unsigned-module soft-lockup live-patch auxiliary randstruct in-test mutated-pagetable"
).split()
LOADING = ("/usr/lib/modules-load.d", "/lib/modules-load.d", "/run/modules-load.d")
OLD_LOADING = re.compile(r"(?:^|[\s;&|/])modprobe\s+(?:-\S+\s+)*([A-Za-z][\w-]*)([^;&|>]*)")
MODPROBE = ("/lib/modprobe.d", "/usr/lib/modprobe.d", "/run/modprobe.d", "/etc/modprobe.d")
SUSE = "allow_unsupported_modules"
COMMANDS = ("alias", "options", "install", "remove", "blacklist", "softdep", "weakdep")


def modules(host):
    # type: (Host) -> list[dict[str, Any]]
    host.only_live()
    found = []
    for where, line in host.numbered("/proc/modules"):
        words = line.split()
        if len(words) < 4 or not words[1].isdigit():
            host.strange("kernel", where, line)
            continue
        letters = words[-1].strip("()") if words[-1].startswith("(") else ""
        found.append(
            {
                "name": words[0],
                "size": int(words[1]),
                "users": int(words[2]) if words[2].isdigit() else 0,
                "used_by": [name for name in words[3].strip("-").split(",") if name],
                "taints": [TAINTS.get(letter, letter) for letter in letters if letter.isalpha()],
            }
        )
    return sorted(found, key=lambda row: row["name"])


def taints(host):
    # type: (Host) -> list[str]
    host.only_live()
    text = host.text("/proc/sys/kernel/tainted").strip()
    mask = int(text) if text.isdigit() else 0
    names = dict(enumerate(TAINTED))
    return [names.get(bit, "bit %d" % bit) for bit in range(mask.bit_length()) if mask >> bit & 1]


def modules_load(host):
    # type: (Host) -> list[dict[str, str]]
    """Files with a module a line, and the scripts of Enterprise Linux before systemd."""
    chosen = {}  # type: dict[str, str]
    for place in LOADING + ("/etc/modules-load.d",):
        chosen.update((path.rpartition("/")[2], path) for path in host.files(place))
    found = []
    for path in ["/etc/modules"] + [chosen[name] for name in sorted(chosen)]:
        for where, line in host.numbered(path):
            words = line.partition("#")[0].split()
            if words and not words[0].startswith(";"):
                value = " ".join(words[1:])
                found.append({"where": where, "key": words[0], "value": value, "raw": line})
    for path in host.files("/etc/sysconfig/modules") + ["/etc/rc.modules"]:
        for where, line in host.numbered(path):
            match = None if line.lstrip().startswith("#") else OLD_LOADING.search(line)
            if match:
                name, value = match.group(1), match.group(2).strip()
                found.append({"where": where, "key": name, "value": value, "raw": line})
    return found


def modprobe(host):
    # type: (Host) -> list[dict[str, str]]
    """Options, blacklists and aliases; of two files of one name only the last place counts."""
    chosen = {}  # type: dict[str, str]
    for place in MODPROBE:
        chosen.update((path.rpartition("/")[2], path) for path in host.files(place))
    found = []
    # Older tools also read files whose names have no ending.
    names = [name for name in sorted(chosen) if name.endswith(".conf") or "." not in name]
    for path in ["/etc/modprobe.conf"] + [chosen[name] for name in names]:
        for where, text, raw in continued(host, path):
            words = text.split()
            if words[0] == "include":
                continue
            if words[0] not in COMMANDS + (SUSE,) or len(words) < 2:
                host.strange("kernel", where, raw)
                continue
            count = 1 if words[0] == SUSE else 2
            key, value = " ".join(words[:count]), " ".join(words[count:])
            found.append({"where": where, "key": key, "value": value, "raw": raw})
    return found
