"""Settings that the kernel is given: sysctls, limits, modules."""

from __future__ import absolute_import, division, print_function

import os

from migrator.agent.files import Root
from migrator.agent.notes import Notes

SYSCTL_PLACES = ("/usr/lib/sysctl.d", "/lib/sysctl.d", "/usr/local/lib/sysctl.d", "/etc/sysctl.d")


def sysctls(root, notes):
    # type: (Root, Notes) -> list[dict[str, str]]
    """In the order in which they are applied: a later one wins."""
    seen = set()  # type: set[str]
    found = []
    for path in [p for place in SYSCTL_PLACES for p in root.files(place)] + ["/etc/sysctl.conf"]:
        real = os.path.realpath(root.at(path))
        if real in seen or not path.endswith(".conf"):
            continue  # /lib is /usr/lib on most hosts; 99-sysctl.conf is /etc/sysctl.conf
        seen.add(real)
        for where, line in root.numbered(path):
            text = line.strip()
            if not text or text[0] in "#;":
                continue
            key, equals, value = text.lstrip("-").partition("=")
            if not equals:
                notes.strange("kernel", where, line)
                continue
            name = key.strip().replace("/", ".")
            found.append({"where": where, "key": name, "value": value.strip(), "raw": line})
    return found


def limits(root, notes):
    # type: (Root, Notes) -> list[dict[str, str]]
    """pam_limits: key is "domain type item"."""
    found = []
    for path in ["/etc/security/limits.conf"] + root.files("/etc/security/limits.d"):
        for where, line in root.numbered(path):
            words = line.partition("#")[0].split()
            if len(words) == 4:
                key = " ".join(words[:3])
                found.append({"where": where, "key": key, "value": words[3], "raw": line})
            elif words:
                notes.strange("kernel", where, line)
    return found


def modules():
    # type: () -> list[str]
    return sorted(line.split()[0] for line in Root("/").lines("/proc/modules"))
