"""The services of a host that are known by name."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Data:
    """A directory where a service keeps what it must not lose."""

    path: str
    size: int | None  # bytes of its files; None when they are too many to count, or it is not there


@dataclass(frozen=True)
class Site:
    """A virtual host, frontend or connector of a web server."""

    where: str  # path:line of its beginning
    names: tuple[str, ...]  # server names and aliases
    listens: tuple[str, ...]  # addresses and ports, as configured
    roots: tuple[str, ...]  # directories that it serves
    certificates: tuple[str, ...]  # paths
    targets: tuple[str, ...]  # where it passes requests on to; passwords redacted


@dataclass(frozen=True)
class Part:
    """A part of a service, such as a cluster of PostgreSQL or a program of supervisor."""

    # cluster | database | pool | program | container | share | module | check | zone | resource |
    # backend | application | jvm
    kind: str
    name: str
    where: str  # path or path:line, "" for a process
    detail: dict[str, str] = field(default_factory=dict)  # as configured; secrets redacted


@dataclass(frozen=True)
class Service:
    """A service that is known by name, or an unknown program of Java."""

    # database | web | mail | cache | other | supervisor | containers | cluster | licence |
    # monitoring | backup | configuration | security | guest | vpn | files | directory | java
    kind: str
    name: str  # postgresql, nginx, zabbix-agent …
    state: str  # running | enabled | installed
    version: str  # of the last of its packages, "" without
    packages: tuple[str, ...] = ()  # names of installed packages that it was recognised by
    units: tuple[str, ...] = ()
    pids: tuple[int, ...] = ()
    ports: tuple[int, ...] = ()  # on which it listens, or is configured to
    configs: tuple[str, ...] = ()  # paths
    data: tuple[Data, ...] = ()
    detail: dict[str, str] = field(default_factory=dict)  # settings that matter, as configured
    sites: tuple[Site, ...] = ()
    parts: tuple[Part, ...] = ()
    certificates: tuple[str, ...] = ()  # paths of certificates that it shows
