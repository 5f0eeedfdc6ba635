"""Mounts, disks and what manages them, shares, quotas, and where data lies.

What only a running host has, such as its mounts, is empty for a disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from migrator.facts.setting import Setting


@dataclass(frozen=True)
class Mount:
    """A line of the kernel's mount table.

    Sizes are 0 for the kernel's own file systems, for mounts that another one hides, and for those
    that could hang whoever asks: network, fuse, autofs and other are named, never touched.
    """

    path: str
    source: str  # "/dev/sda1", "nas:/export", "tmpfs"
    fstype: str
    options: str  # those of the mount, then those of the file system, joined with commas
    size: int  # bytes
    used: int  # bytes
    kind: str  # local | kernel | network | fuse | autofs | other
    available: int = 0  # bytes that others than root may still write
    inodes: int = 0  # 0 also where the file system makes them as it needs them
    inodes_used: int = 0
    root: str = "/"  # the directory of the file system that is mounted
    bind: bool = False  # the same directory, or one above it, is mounted elsewhere too
    parent: str = ""  # the path of the mount that this one lies on; "" for that of /
    device: str = ""  # major:minor, such as "8:1"
    propagation: str = ""  # private | shared | slave | unbindable, or several with commas


@dataclass(frozen=True)
class FstabLine:
    where: str
    source: str
    path: str  # "none" or "swap" for swap
    fstype: str
    options: str  # passwords are hidden
    raw: str
    freq: int = 0  # for dump
    passno: int = 0  # the order of checks at boot; 0 for none


@dataclass(frozen=True)
class CrypttabLine:
    where: str
    name: str  # below /dev/mapper
    source: str
    key: str  # the file with the key; "none" to be asked
    options: str
    raw: str


@dataclass(frozen=True)
class Swap:
    """An area in use; of a disk, one that its fstab names."""

    path: str
    kind: str  # partition | file; "" for a disk
    size: int  # bytes
    used: int  # bytes
    priority: int


@dataclass(frozen=True)
class BlockDevice:
    name: str  # "sda1", "dm-0"
    kind: str  # disk | partition | loop | rom | raid | lvm | multipath | crypt | dm | zram …
    size: int  # bytes
    device: str  # major:minor
    parents: tuple[str, ...] = ()  # names of the disks or devices that it is made of
    mapper: str = ""  # the name below /dev/mapper
    vendor: str = ""
    model: str = ""
    rotational: bool = False
    removable: bool = False
    read_only: bool = False
    content: str = ""  # as udev knows it: "ext4", "swap", "LVM2_member", "crypto_LUKS"
    links: tuple[str, ...] = ()  # below /dev/disk: "by-uuid/0a1b", "by-label/data"


@dataclass(frozen=True)
class RaidArray:
    """An array of md, in use or in mdadm.conf."""

    where: str
    name: str  # "md0"
    level: str = ""  # "raid1"; "" for one that is not active
    active: bool = False
    size: int = 0  # bytes
    members: tuple[str, ...] = ()  # "sda1", "sdb1 (F)"; F is failed, S is spare
    missing: int = 0  # members that it lacks
    raw: str = ""


@dataclass(frozen=True)
class PhysicalVolume:
    name: str  # "/dev/sda2"
    group: str
    size: int  # bytes
    free: int  # bytes


@dataclass(frozen=True)
class VolumeGroup:
    name: str
    size: int  # bytes
    free: int  # bytes: room for snapshots


@dataclass(frozen=True)
class LogicalVolume:
    name: str
    group: str
    size: int  # bytes
    kind: str  # linear | striped | mirror | raid | snapshot | thin | thin-pool | cache | other
    origin: str = ""  # what a snapshot was made of
    pool: str = ""  # of a thin volume


@dataclass(frozen=True)
class Lvm:
    source: str = ""  # commands, or the directory of the backups that it was read from
    physical: tuple[PhysicalVolume, ...] = ()
    groups: tuple[VolumeGroup, ...] = ()
    logical: tuple[LogicalVolume, ...] = ()


@dataclass(frozen=True)
class IscsiNode:
    """A disk of another host that this one attaches."""

    where: str
    target: str
    portal: str  # "10.0.0.9:3260"
    startup: str  # automatic | manual | onboot


@dataclass(frozen=True)
class Export:
    """A directory that this host offers to others by NFS, Samba or iSCSI."""

    protocol: Literal["nfs", "smb", "iscsi"]
    where: str
    name: str  # the path, the name of the share, or that of the target
    path: str  # the directory or device; "" where there is none
    options: tuple[str, ...]  # clients with their options, or the settings of the share
    raw: str


@dataclass(frozen=True)
class Automount:
    """An entry of autofs: of the master map (then ``key`` is empty), or of a map in a file."""

    where: str
    path: str  # the mount point; "/-" for maps with absolute keys
    key: str
    options: str
    location: str  # the map, or what is mounted
    raw: str


@dataclass(frozen=True)
class Quota:
    path: str  # of the mount
    kinds: tuple[str, ...]  # user | group | project
    files: tuple[str, ...]  # where the limits are kept, for file systems that do it in files


@dataclass(frozen=True)
class SnapshotAbility:
    """A way to take a snapshot of a local file system while it is in use."""

    path: str  # of the mount
    method: Literal["lvm", "lvm-thin", "btrfs", "zfs", "xfs-reflink"]
    free: int  # bytes for what changes meanwhile


@dataclass(frozen=True)
class Usage:
    """What lies in and below a directory, on all its local file systems. Of a file with several
    names only the first counts, and of one with holes only the data.

    Directories of the first and of the second level; what is deeper counts for these. Of a very
    wide one only the first of the second level have a row.
    """

    path: str
    files: int
    size: int  # bytes
    files_day: int  # files that were changed in the last 24 hours
    size_day: int  # bytes of these
    files_week: int  # in the last 7 days
    size_week: int
    complete: bool  # False: the walk ended before, or was denied; there is at least so much


@dataclass(frozen=True)
class Oddity:
    """Files that a copy may not keep as they are, where the walk of ``usage`` met them.

    ``owner``: of a number without a name here, a row for each number; ``link``: with another name
    in another directory of the second level, a row for two of these; ``sparse``: with 1 MiB or more
    of holes, a row for a directory of the second level; ``device``: a device outside of /dev, a row
    for each directory.
    """

    kind: Literal["owner", "link", "sparse", "device"]
    path: str  # of the first one
    detail: str  # of that: its owner's number, its other name, "c 1 3"; "" for a sparse one
    count: int
    size: int  # bytes, holes included


@dataclass(frozen=True)
class Marked:
    """A file or directory below /etc or /var/log that the kernel lets nobody change."""

    path: str
    marks: tuple[str, ...]  # immutable | append-only


@dataclass(frozen=True)
class StateDirectory:
    """A directory among programs and data that belongs to a service's user: it is written to."""

    path: str
    user: str


@dataclass(frozen=True)
class Storage:
    mounts: tuple[Mount, ...] = ()
    fstab: tuple[FstabLine, ...] = ()
    crypttab: tuple[CrypttabLine, ...] = ()
    swaps: tuple[Swap, ...] = ()
    devices: tuple[BlockDevice, ...] = ()
    raid: tuple[RaidArray, ...] = ()
    lvm: Lvm = Lvm()
    multipath: tuple[Setting, ...] = ()  # multipath.conf; key is "multipaths.multipath.alias"
    iscsi_initiator: str = ""  # this host's name to iSCSI targets
    iscsi: tuple[IscsiNode, ...] = ()
    exports: tuple[Export, ...] = ()
    automounts: tuple[Automount, ...] = ()
    quotas: tuple[Quota, ...] = ()
    snapshots: tuple[SnapshotAbility, ...] = ()
    usage: tuple[Usage, ...] = ()  # empty for a recording
    oddities: tuple[Oddity, ...] = ()  # as usage
    state: tuple[StateDirectory, ...] = ()
    marked: tuple[Marked, ...] = ()  # empty for a recording
    runtime: tuple[str, ...] = ()  # of /var/run and /var/lock those that are no links
