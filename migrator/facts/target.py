"""What a target is and has, for one host that is to move there: the document ``target.json``.

A part that could not be read is in ``failures`` and empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from migrator.decode import DecodeError, decode
from migrator.errors import ProtocolError
from migrator.facts import Failure

TARGET_SCHEMA = 1


@dataclass(frozen=True)
class TargetSystem:
    os_name: str = ""  # "Debian GNU/Linux 13 (trixie)"
    kernel: str = ""  # "6.12.43+deb13-amd64"
    architecture: str = ""  # of the kernel: "x86_64"
    cpus: int = 0
    cpu_flags: tuple[str, ...] = ()
    memory: int = 0  # bytes
    available: int = 0  # bytes of memory that can be had without swapping
    init: str = ""  # the program that is process 1: "systemd"
    vsyscall: str = ""  # emulate | xonly | none
    inotify: int = -1  # instances that root's processes can still take; -1 when unknown
    synchronised: str = ""  # yes | no, whether its clock follows others; "" when unknown


@dataclass(frozen=True)
class TargetGroups:
    mode: Literal["", "v1", "v2", "hybrid"] = ""
    controllers: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetSecurity:
    selinux: str = ""  # enforcing | permissive | absent
    manage_cgroup: bool = True  # False: SELinux forbids it to containers by a boolean
    seccomp: bool = True  # the kernel can filter system calls


@dataclass(frozen=True)
class TargetEngine:
    """``name`` to ``subnets`` are podman's, whichever engine is used."""

    name: str = ""  # "podman"; "" for none
    version: str = ""  # "5.4.2"
    error: str = ""  # what it says when it is asked about itself
    generator: bool = False  # systemd runs quadlet units
    runtime: str = ""  # "crun version 1.21"
    network: str = ""  # netavark | cni
    driver: str = ""  # of its storage: overlay | btrfs | vfs …
    subnets: tuple[str, ...] = ()  # of the network that the container is put into
    chosen: str = ""  # the engine that a launch would use: quadlet | podman | docker | …
    refusal: str = ""  # why there is none, and what to do
    hint: str = ""


@dataclass(frozen=True)
class TargetStorage:
    """Where the engine stores images and volumes."""

    path: str = ""
    free: int = 0  # bytes
    inodes: int = -1  # free ones; -1 where the file system makes them as it needs them
    attributes: tuple[str, ...] = ()  # that files can have there: user, trusted, capability, acl


@dataclass(frozen=True)
class Trap:
    """What is known to go wrong on a target like this."""

    message: str
    hint: str  # what to change
    fatal: bool  # the container would not come up


@dataclass(frozen=True)
class TakenPort:
    port: int
    protocol: str  # tcp | udp
    reason: str


@dataclass(frozen=True)
class TakenName:
    kind: str  # container | unit | volume
    name: str  # of a unit its file


@dataclass(frozen=True)
class Claims:
    """What the host would claim and others have already."""

    own: bool = False  # the host's container is there, launched by the toolkit
    ports: tuple[TakenPort, ...] = ()
    names: tuple[TakenName, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """A connection that was opened from the target, and closed at once."""

    address: str
    port: int  # of TCP
    result: str  # open | refused | timeout, or the system's words
    seconds: float


@dataclass(frozen=True)
class Boot:
    """The dry boot: an init under the container's launch profile, without the host's data."""

    up: bool
    down: bool  # it stopped by the signal of its profile
    seconds: float
    reason: str  # why not, or ""


@dataclass(frozen=True)
class Target:
    schema: int
    name: str  # in the inventory
    taken_at: float  # seconds since 1970, by the target's clock
    skew: float  # seconds that its clock is before the controller's
    system: TargetSystem = TargetSystem()
    cgroups: TargetGroups = TargetGroups()
    security: TargetSecurity = TargetSecurity()
    engine: TargetEngine = TargetEngine()
    storage: TargetStorage = TargetStorage()
    traps: tuple[Trap, ...] = ()
    # loaded | builtin | available | absent, or "" when unknown, of the modules that the host uses
    modules: dict[str, str] = field(default_factory=dict)
    claims: Claims = Claims()
    connections: tuple[Attempt, ...] = ()  # to those that the host was connected with
    names: dict[str, str] = field(default_factory=dict)  # name -> its address there, or ""
    boot: Boot | None = None  # null when it was not tried
    failures: tuple[Failure, ...] = ()


def load(document: Any) -> Target:
    """Raises ProtocolError for another schema or a malformed document."""
    again = "run 'migrator assess --target' again"
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != TARGET_SCHEMA:
        found = f"facts of a target have schema {schema!r}, this version reads {TARGET_SCHEMA}"
        raise ProtocolError(found, again)
    try:
        return decode(Target, document)
    except DecodeError as error:
        raise ProtocolError(f"facts of a target are malformed: {error}", again) from error
