"""What a host is: the agent's document, typed. Facts only; nothing here decides.

Lists keep the order of their source. ``where`` is a ``path`` or ``path:line`` of the host. What was
not understood is in ``unparsed``; a subject that failed is in ``failures`` and its list is empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrator.decode import DecodeError, decode
from migrator.errors import ProtocolError

SCHEMA = 1


@dataclass(frozen=True)
class System:
    hostname: str
    fqdn: str
    os_id: str  # "debian"
    os_version: str  # "11"
    os_name: str  # "Debian GNU/Linux 11 (bullseye)"
    kernel: str
    architecture: str  # "x86_64"
    init: str  # systemd | upstart | sysvinit | unknown
    init_version: int  # 0 when unknown
    virtualisation: str  # "qemu", "kvm", "podman", "none", "" when unknown
    machine_id: str
    boot_id: str
    timezone: str
    locale: str
    cpus: int
    memory: int  # bytes
    selinux: str  # enforcing | permissive | disabled | absent


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    architecture: str
    status: str  # dpkg's "install ok installed", rpm's "installed"


@dataclass(frozen=True)
class Unit:
    """A unit known to the init. ``properties`` are systemd's own names and values, as printed."""

    name: str
    load: str  # loaded | masked | not-found
    active: str  # active | inactive | failed | activating
    sub: str  # running | exited | dead | waiting …
    enabled: str  # enabled | disabled | static | masked | generated | alias | indirect | ""
    origin: str  # systemd | sysv | upstart
    fragment: str  # path of the unit file or init script, "" if none
    drop_ins: tuple[str, ...]
    description: str
    user: str  # "" means root
    commands: tuple[str, ...]  # ExecStart lines
    environment_names: tuple[str, ...]  # names only: values may be secrets
    properties: dict[str, str]  # sandboxing, limits, capabilities, timeouts; only non-default ones


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    user: str
    command: tuple[str, ...]
    exe: str
    unit: str  # "" when it runs in no unit
    capabilities: tuple[str, ...]  # effective ones, "CAP_NET_ADMIN"; empty for an ordinary process


@dataclass(frozen=True)
class Job:
    """Something that runs by time. ``raw`` is the line or file exactly as found."""

    kind: str  # crontab | cron.d | user | periodic (cron.daily …) | anacron | at | timer
    where: str
    user: str
    schedule: str  # "* * * * *", "daily", OnCalendar=…, time of an at job
    command: str
    raw: str


@dataclass(frozen=True)
class LogRule:
    kind: str  # file | remote | input | other
    where: str
    selector: str  # "local3.*"; module name for an input
    destination: str  # path, "host:port/udp"; "" for an input
    raw: str


@dataclass(frozen=True)
class Rotation:
    where: str
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class Address:
    interface: str
    address: str  # "10.0.0.5/24"
    mac: str


@dataclass(frozen=True)
class Route:
    destination: str  # CIDR or "default"
    gateway: str  # "" for a directly connected network
    interface: str
    origin: str  # "kernel", "boot", "dhcp", "static" …, the routing protocol's name


@dataclass(frozen=True)
class Listener:
    protocol: str  # tcp | tcp6 | udp | udp6
    address: str
    port: int
    pid: int  # 0 when unknown
    process: str
    unit: str


@dataclass(frozen=True)
class HostsLine:
    address: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class FirewallRule:
    kind: str  # nft | iptables
    where: str
    raw: str


@dataclass(frozen=True)
class Network:
    addresses: tuple[Address, ...]
    routes: tuple[Route, ...]
    listeners: tuple[Listener, ...]
    hosts: tuple[HostsLine, ...]
    nameservers: tuple[str, ...]
    search: tuple[str, ...]
    firewall: tuple[FirewallRule, ...]


@dataclass(frozen=True)
class Mount:
    path: str
    source: str
    fstype: str
    options: str
    size: int  # bytes; 0 for kernel file systems and where asking could hang
    used: int
    kind: str  # local | kernel | network | other


@dataclass(frozen=True)
class FstabLine:
    where: str
    source: str
    path: str
    fstype: str
    options: str
    raw: str


@dataclass(frozen=True)
class StateDirectory:
    """A directory among programs and data that belongs to a service's user: it is written to."""

    path: str
    user: str


@dataclass(frozen=True)
class Storage:
    mounts: tuple[Mount, ...]
    fstab: tuple[FstabLine, ...]
    swaps: tuple[str, ...]
    state: tuple[StateDirectory, ...]


@dataclass(frozen=True)
class User:
    name: str
    uid: int
    gid: int
    home: str
    shell: str
    password: str  # set | locked | none; never the hash
    key_fingerprints: tuple[str, ...]  # of authorized_keys


@dataclass(frozen=True)
class Group:
    name: str
    gid: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Setting:  # a line of configuration: a sysctl, a pam limit, a sudo rule
    where: str
    key: str
    value: str
    raw: str


@dataclass(frozen=True)
class Secret:
    """Something secret by kind and place; its value never leaves the host."""

    kind: str  # private-key | password-file | token | shadow | ssh-host-key
    path: str
    detail: str


@dataclass(frozen=True)
class Unparsed:
    subject: str
    where: str
    raw: str


@dataclass(frozen=True)
class Failure:
    subject: str
    message: str


@dataclass(frozen=True)
class Facts:
    schema: int
    agent: str  # sha256 of the agent that spoke
    python: str
    taken_at: int  # seconds since 1970, by the source's clock
    root: str  # "/" for a live host
    privileged: bool  # False: read without root, with a loss named in ``failures``
    system: System
    packages: tuple[Package, ...]
    units: tuple[Unit, ...]
    processes: tuple[Process, ...]
    jobs: tuple[Job, ...]
    logs: tuple[LogRule, ...]
    rotations: tuple[Rotation, ...]
    network: Network
    storage: Storage
    users: tuple[User, ...]
    groups: tuple[Group, ...]
    sudo: tuple[Setting, ...]
    sysctls: tuple[Setting, ...]  # set by files; where = file:line
    limits: tuple[Setting, ...]
    modules: tuple[str, ...]
    secrets: tuple[Secret, ...]
    unparsed: tuple[Unparsed, ...] = field(default=())
    failures: tuple[Failure, ...] = field(default=())

    def unit(self, name: str) -> Unit | None:
        return next((unit for unit in self.units if unit.name == name), None)


def load(document: Any) -> Facts:
    """The agent's JSON as Facts; raises ProtocolError for another schema or a malformed one."""
    again = "run 'migrator discover' again"
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise ProtocolError(f"facts have schema {schema!r}, this version reads {SCHEMA}", again)
    try:
        return decode(Facts, document)
    except DecodeError as error:
        raise ProtocolError(f"facts are malformed: {error}", again) from error
