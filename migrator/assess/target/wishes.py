"""What a host would want from its target, by its facts: what the target is asked for."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from migrator.assess import dependencies
from migrator.assess.kernel.modules import CALL, calls, needed
from migrator.facts import Facts

MOST = 300  # peers that are tried: some hosts talk with thousands


def peers(found: Facts) -> list[tuple[str, int]]:
    """(address, port) of others that the host opened TCP connections to."""
    links = dependencies.of(found).links
    seen = {
        (link.address.removeprefix("::ffff:"), link.port): None
        for link in links
        if link.direction == "out" and link.protocol == "tcp" and not _is_local(link.address)
    }
    return list(seen)[:MOST]


def datagrams(found: Facts) -> list[tuple[str, int]]:
    """The same of UDP, where nobody can tell from outside whether a packet arrives."""
    links = dependencies.of(found).links
    return [(x.address, x.port) for x in links if x.direction == "out" and x.protocol == "udp"]


def names(found: Facts) -> list[str]:
    """Names of other hosts in configuration that the host cannot do without: where logs go to,
    and whose file systems are mounted; not those that its /etc/hosts knows."""
    known = {name for line in found.network.hosts for name in line.names}
    wanted = {name for name in _named(found) if name and not is_address(name)}
    return sorted(wanted - known)


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
    return wanted


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return False
    return True


def _is_local(address: str) -> bool:
    return address.startswith(("fe80:", "169.254."))
