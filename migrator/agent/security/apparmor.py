"""AppArmor: whether it is there, and the profiles that the kernel has."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LOADED = "/sys/kernel/security/apparmor/profiles"
DIRECTORY = "/etc/apparmor.d"


def read(host):
    # type: (Host) -> dict[str, Any]
    profiles = []
    for where, line in host.numbered(LOADED):
        named = re.match(r"(.+) \((\w+)\)$", line)
        if named:
            profiles.append({"name": named.group(1), "mode": named.group(2)})
        else:
            host.strange("security", where, line)
    local = host.files(DIRECTORY + "/local")
    return {
        "enabled": host.text("/sys/module/apparmor/parameters/enabled").strip() == "Y",
        "profiles": profiles,
        "local": [path for path in local if _rules(host, path)],
        "disabled": host.names(DIRECTORY + "/disable"),
    }


def _rules(host, path):
    # type: (Host, str) -> bool
    lines = [line.strip() for line in host.lines(path)]
    return any(line and line[0] != "#" for line in lines) and not path.endswith("README")
