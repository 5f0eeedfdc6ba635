"""What the kernel is told, and what it has: sysctls, limits, modules, memory and its own features.

What only a running host has is empty for a disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from migrator.facts.setting import Setting


@dataclass(frozen=True)
class Module:
    """A module that is loaded."""

    name: str
    size: int = 0  # bytes in memory
    used_by: tuple[str, ...] = ()  # names of modules that need it
    users: int = 0  # how many modules, mounts, sockets and the like hold it
    # What taints the kernel: proprietary, forced, staging, out-of-tree, unsigned; else the letter
    # that the kernel gives for it.
    taints: tuple[str, ...] = ()


@dataclass(frozen=True)
class HugePages:
    """A pool of huge pages of one size."""

    size: int  # bytes of a page
    count: int  # pages that are reserved
    free: int  # of these, pages that nobody uses


@dataclass(frozen=True)
class Segment:
    """A System V object that programs share: a memory segment, a set of semaphores, a queue."""

    kind: Literal["shm", "sem", "msg"]
    key: int  # by which programs find it; 0 for a private one
    id: int
    uid: int  # of the owner
    size: int  # bytes of memory, number of semaphores, or bytes in the queue
    attached: int  # processes that have the memory attached; 0 for the other kinds


@dataclass(frozen=True)
class SharedFiles:
    """POSIX shared memory and semaphores: the files in /dev/shm."""

    count: int = 0
    size: int = 0  # bytes in memory


@dataclass(frozen=True)
class ControlGroups:
    mode: Literal["", "v1", "v2", "hybrid"] = ""  # "" when none are mounted
    controllers: tuple[str, ...] = ()  # that are mounted, such as "cpu", "memory"


@dataclass(frozen=True)
class CrashDump:
    """kdump: memory that is reserved for a second kernel, which writes a dump after a crash."""

    reserved: int = 0  # bytes
    loaded: bool = False  # the second kernel is in place
    settings: tuple[Setting, ...] = ()  # of /etc/kdump.conf and its like


@dataclass(frozen=True)
class BinaryFormat:
    """A kind of program that the kernel hands to an interpreter (binfmt_misc)."""

    name: str
    where: str  # a file in /proc, or a line of a file in binfmt.d
    enabled: bool  # True for a line of a file, which systemd registers at boot
    interpreter: str
    raw: str


@dataclass(frozen=True)
class UdevRule:
    where: str
    raw: str  # with the lines that continue it


@dataclass(frozen=True)
class Kernel:
    sysctls: tuple[Setting, ...] = ()  # set by files, in the order in which they are applied
    # The values that are in force, by key: those that files set, and of vm, net.core, net.ipv4
    # (tcp, udp, forwarding, ports), kernel (shared memory, processes, dumps) and fs (files, aio,
    # inotify) what services depend on. Tabs are blanks.
    running: dict[str, str] = field(default_factory=dict)
    limits: tuple[Setting, ...] = ()  # pam_limits; key is "domain type item", or "domain -"
    manager: tuple[Setting, ...] = ()  # systemd's system.conf: DefaultLimitNOFILE and the like
    modules: tuple[Module, ...] = ()  # sorted by name
    modules_load: tuple[Setting, ...] = ()  # loaded at boot by files; value has their options
    modprobe: tuple[Setting, ...] = ()  # key is "options NAME", "blacklist NAME", "alias NAME" …
    taints: tuple[str, ...] = ()  # of the kernel, such as "proprietary-module", "warning"
    boot_options: tuple[Setting, ...] = ()  # as the boot loader's configuration has them
    huge_pages: tuple[HugePages, ...] = ()
    transparent_huge_pages: str = ""  # always | madvise | never; "" when the kernel has none
    segments: tuple[Segment, ...] = ()
    shared_files: SharedFiles = SharedFiles()
    control_groups: ControlGroups = ControlGroups()
    namespaces: tuple[str, ...] = ()  # kinds that the kernel has, such as "net", "user"
    security_modules: tuple[str, ...] = ()  # active ones, such as "selinux", "apparmor"
    crash_dump: CrashDump = CrashDump()
    udev_rules: tuple[UdevRule, ...] = ()  # of the administrator, in /etc/udev/rules.d
    binary_formats: tuple[BinaryFormat, ...] = ()
