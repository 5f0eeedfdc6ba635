"""Settings that the kernel is given: sysctls, limits, modules."""

from __future__ import absolute_import, division, print_function

import os

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SYSCTL_PLACES = ("/usr/lib/sysctl.d", "/lib/sysctl.d", "/usr/local/lib/sysctl.d", "/etc/sysctl.d")


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    return {
        "sysctls": host.part("kernel.sysctls", lambda: sysctls(host), []),
        "limits": host.part("kernel.limits", lambda: limits(host), []),
        "modules": host.part("kernel.modules", lambda: modules(host), []),
    }


def sysctls(host):
    # type: (Host) -> list[dict[str, str]]
    """In the order in which they are applied: a later one wins."""
    seen = set()  # type: set[str]
    found = []
    for path in [p for place in SYSCTL_PLACES for p in host.files(place)] + ["/etc/sysctl.conf"]:
        real = os.path.realpath(host.at(path))
        if real in seen or not path.endswith(".conf"):
            continue  # /lib is /usr/lib on most hosts; 99-sysctl.conf is /etc/sysctl.conf
        seen.add(real)
        for where, line in host.numbered(path):
            text = line.strip()
            if not text or text[0] in "#;":
                continue
            key, equals, value = text.lstrip("-").partition("=")
            if not equals:
                host.strange("kernel", where, line)
                continue
            name = key.strip().replace("/", ".")
            found.append({"where": where, "key": name, "value": value.strip(), "raw": line})
    return found


def limits(host):
    # type: (Host) -> list[dict[str, str]]
    """pam_limits: key is "domain type item"."""
    found = []
    for path in ["/etc/security/limits.conf"] + host.files("/etc/security/limits.d"):
        for where, line in host.numbered(path):
            words = line.partition("#")[0].split()
            if len(words) == 4:
                key = " ".join(words[:3])
                found.append({"where": where, "key": key, "value": words[3], "raw": line})
            elif words:
                host.strange("kernel", where, line)
    return found


def modules(host):
    # type: (Host) -> list[str]
    host.only_live()
    return sorted(line.split()[0] for line in host.lines("/proc/modules"))
