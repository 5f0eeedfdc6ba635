"""How the host finds names, and what it calls itself."""

from __future__ import absolute_import, division, print_function

import re
import socket

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Record = dict[str, Any]

# Where a host's name is kept: the kernel's, then files, each with the expression of its line.
NAMES = (
    ("/proc/sys/kernel/hostname", r"(\S+)"),
    ("/proc/sys/kernel/domainname", r"(?!\(none\))(\S+)"),  # of NIS
    ("/etc/hostname", r"\s*([^#\s]\S*)"),
    ("/etc/HOSTNAME", r"\s*([^#\s]\S*)"),
    ("/etc/sysconfig/network", r"\s*HOSTNAME=[\"']?([^\"'\s]+)"),
    ("/etc/mailname", r"\s*([^#\s]\S*)"),
    ("/etc/machine-info", r"\s*PRETTY_HOSTNAME=[\"']?([^\"'\n]+)"),
    ("/etc/defaultdomain", r"\s*([^#\s]\S*)"),
)


def hosts(host):
    # type: (Host) -> list[Record]
    """Every line but empty ones; a mere comment has no address and no names."""
    found = []
    for where, line in host.numbered("/etc/hosts"):
        entry, hash_, comment = line.partition("#")
        words = entry.split()
        if words and (len(words) == 1 or not is_address(words[0])):
            host.strange("network", where, line)
        elif words or hash_:
            record = {"where": where, "comment": comment.strip()}
            found.append(dict(record, address=(words or [""])[0], names=words[1:]))
    return found


def is_address(text):
    # type: (str) -> bool
    """Whether the C library takes it; IPv6 may name a zone."""
    for family, plain in ((socket.AF_INET, text), (socket.AF_INET6, text.partition("%")[0])):
        try:
            socket.inet_pton(family, plain)
            return True
        except (EnvironmentError, ValueError):
            continue  # a ValueError is for a name of odd characters
    return False


def resolver(host):
    # type: (Host) -> Record
    """/etc/resolv.conf, and what stands behind it when it names systemd's stub."""
    path = "/etc/resolv.conf"
    found = _resolver(host, path)
    stub = [name for name in found["nameservers"] if name.startswith("127.0.0.5")]
    behind = "/run/systemd/resolve/resolv.conf"
    upstream = _resolver(host, behind) if stub and host.exists(behind) else {}
    return dict(
        found,
        target=host.link(path),
        upstream=upstream.get("nameservers", []),
        upstream_search=upstream.get("search", []),
    )


def _resolver(host, path):
    # type: (Host, str) -> Record
    """The last of the lines search and domain counts; a keyword starts its line."""
    found = {"nameservers": [], "search": [], "options": [], "sortlist": []}  # type: Record
    for where, line in host.numbered(path):
        words = re.split(r"\s[#;]", line)[0].split()
        if not words or line[0] in "#;":
            continue
        if words[0] == "nameserver" and len(words) > 1 and not line[0].isspace():
            found["nameservers"].append(words[1])
        elif words[0] in ("search", "domain") and not line[0].isspace():
            found["search"] = words[1:]
        elif words[0] in ("options", "sortlist") and not line[0].isspace():
            found[words[0]] += words[1:]
        else:
            host.strange("network", where, line)
    return found


def nsswitch(host):
    # type: (Host) -> list[Record]
    found = []
    for where, line in host.numbered("/etc/nsswitch.conf"):
        database, colon, sources = line.partition("#")[0].partition(":")
        if colon:
            record = {"where": where, "database": database.strip()}
            found.append(dict(record, sources=re.findall(r"\[[^\]]*\]|[^\s\[]+", sources)))
        elif database.strip():
            host.strange("network", where, line)
    return found


def names(host):
    # type: (Host) -> list[Record]
    return list(_names(host))


def _names(host):
    # type: (Host) -> Iterator[Record]
    """The first name in a file counts, but the last one that a shell would assign."""
    for path, line in NAMES:
        matches = [(where, re.match(line, text)) for where, text in host.numbered(path)]
        found = [(where, match.group(1)) for where, match in matches if match]
        for where, name in found[-1:] if "=" in line else found[:1]:
            yield {"where": where, "name": name}
