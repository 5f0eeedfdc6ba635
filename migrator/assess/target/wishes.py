"""What a host would want from its target, by its facts: what the target is asked for.

Facts are a stranger's words: only addresses, names of hosts and names of modules get through, and
not more of them than a host has that is what it says.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from migrator.assess import dependencies
from migrator.assess.kernel.modules import CALL, calls, needed
from migrator.facts import Facts

MOST = 300  # of a kind; some hosts talk with thousands
HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")
MODULE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def peers(found: Facts) -> list[tuple[str, int]]:
    """(address, port) of others that the host opened TCP connections to."""
    links = dependencies.of(found).links
    seen = {
        (link.address.removeprefix("::ffff:"), link.port): None
        for link in links
        if link.direction == "out" and link.protocol == "tcp"
    }
    return [peer for peer in seen if is_address(peer[0]) and not _is_local(peer[0])][:MOST]


def datagrams(found: Facts) -> list[tuple[str, int]]:
    """The same of UDP, where nobody can tell from outside whether a packet arrives."""
    links = dependencies.of(found).links
    return [(x.address, x.port) for x in links if x.direction == "out" and x.protocol == "udp"]


def names(found: Facts) -> list[str]:
    """Names of other hosts in configuration that the host cannot do without: where logs go to,
    and whose file systems are mounted; not those that its /etc/hosts knows."""
    known = {name for line in found.network.hosts for name in line.names}
    wanted = {name for name in _named(found) if HOST.fullmatch(name) and not is_address(name)}
    return sorted(wanted - known)[:MOST]


def _named(found: Facts) -> Iterator[str]:
    for remote in found.syslog.remotes:
        yield remote.host
    sources = [line.source for line in found.storage.fstab]
    sources += [mount.source for mount in found.storage.mounts if mount.kind == "network"]
    for source in sources:
        if source.startswith("//"):
            yield source[2:].partition("/")[0]
        elif ":/" in source:
            yield source.partition(":/")[0]


def modules(found: Facts) -> dict[str, str]:
    """Name of a module -> who asks for it."""
    wanted = {evidence.partition(":")[0]: where for where, evidence, *_ in needed(found)}
    for where, command, *_ in calls(found):
        called = CALL.search(command)
        if called and called[1] == "modprobe" and called[2]:
            wanted.setdefault(called[2], where)
    return {name: who for name, who in wanted.items() if MODULE.fullmatch(name)}


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _is_local(address: str) -> bool:
    return address.startswith(("fe80:", "169.254."))
