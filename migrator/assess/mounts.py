"""Rules about local file systems: what is mounted, and what fstab would mount."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.facts.storage import FstabLine

DEVICES = ("/dev/", "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=")
# What a snapshot leaves out, and what engines and the kernel mount for themselves.
NOT_DATA = re.compile(
    r"/(proc|sys|dev|run|tmp|boot|snap|media|\.snapshots)(/|$)"
    r"|/etc/(hostname|hosts|resolv\.conf)$"
    r"|/var/(snap|lib/(docker|containers|containerd|kubelet|lxd|lxc|machines|snapd))(/|$)"
)
READ_ONLY = ("squashfs", "iso9660", "udf", "cramfs", "romfs", "erofs")
LAYERED = ("overlay", "overlayfs", "aufs", "unionfs")
CLUSTERED = ("ocfs2", "gfs", "gfs2")
ODD = ("btrfs", "zfs", "bcachefs", "reiserfs", "reiser4", "jfs", "ntfs", "ntfs3", "exfat")
GUARDS = ("noexec", "nosuid", "nodev", "ro")
FULL = 95  # per cent


def _devices(found: Facts) -> Iterator[FstabLine]:
    """Lines that mount a disk at each boot."""
    for line in found.storage.fstab:
        disk = line.source.startswith(DEVICES) and line.fstype != "swap"
        if disk and "noauto" not in line.options.split(","):
            yield line


@rule(
    "STO-01",
    Level.INFO,
    "fstab mounts devices",
    "A container has no disks of its own: an init that waits for one ends in its emergency shell.",
    "Nothing: build comments the lines, and what they mounted becomes volumes.",
    side="image",
    verify=True,
)
def devices(found: Facts) -> Iterator[Evidence]:
    for line in _devices(found):
        yield line.where, line.raw


@rule(
    "STO-02",
    Level.WARNING,
    "A file system of its own",
    "Tools that copy one file system leave it behind without a word.",
    "Check in the plan's paths that it becomes a volume.",
)
def separate(found: Facts) -> Iterator[Evidence]:
    """Of a disk, what its fstab would mount."""
    for mount in found.storage.mounts:
        data = mount.path != "/" and not NOT_DATA.match(mount.path)
        own = mount.kind == "local" and not mount.bind
        if data and own and mount.fstype not in (*READ_ONLY, *LAYERED):
            if mount.fstype == "btrfs" and mount.root != "/":  # its size is that of all together
                yield mount.path, f"subvolume {mount.root} of {mount.source} (btrfs)"
            else:
                yield mount.path, f"{mount.fstype} on {mount.source}, {mount.used >> 20} MB used"
    for line in () if found.storage.mounts else _devices(found):
        if line.path != "/" and not NOT_DATA.match(line.path) and line.fstype not in READ_ONLY:
            yield line.path, f"{line.fstype} on {line.source}, by {line.where}"


@rule(
    "STO-12",
    Level.WARNING,
    "Quotas of users or groups",
    "A volume has no quotas of its own: nobody is held to a limit any more.",
    "Drop them, or give the volume's file system on the target a project quota.",
    side="target",
)
def quotas(found: Facts) -> Iterator[Evidence]:
    for quota in found.storage.quotas:
        yield quota.path, f"{', '.join(quota.kinds)} quotas"


@rule(
    "STO-22",
    Level.INFO,
    "A file system with features that a copy does not keep",
    "Subvolumes, snapshots, compression and shared extents are flattened into plain files.",
    "Take what you still need out of its snapshots, and expect the copy to be larger.",
)
def odd(found: Facts) -> Iterator[Evidence]:
    seen = set()
    for mount in found.storage.mounts:
        odd = mount.fstype in ODD and not mount.bind and not NOT_DATA.match(mount.path)
        if odd and mount.source not in seen:
            seen.add(mount.source)
            yield mount.path, f"{mount.fstype} on {mount.source}"
        elif mount.fstype in CLUSTERED:
            several = f"{mount.fstype} on {mount.source}, which other hosts mount as well"
            yield mount.path, several, Level.OVERRIDABLE


@rule(
    "STO-23",
    Level.WARNING,
    "A directory is mounted in a second place, or from layers",
    "In the container there is one copy behind each of its paths, or only what lay below.",
    "Decide in the plan's paths which place keeps the data; bind one volume to both if needed.",
)
def doubled(found: Facts) -> Iterator[Evidence]:
    seen = set()
    for mount in found.storage.mounts:
        own = mount.kind == "local" and mount.path != "/" and not NOT_DATA.match(mount.path)
        if own and (mount.bind or mount.fstype in LAYERED):
            seen.add(mount.path)
            yield mount.path, f"{mount.root} of {mount.source} ({mount.fstype})"
    for line in found.storage.fstab:
        if {"bind", "rbind"} & set(line.options.split(",")) and line.path not in seen:
            yield line.where, line.raw


@rule(
    "STO-24",
    Level.WARNING,
    "Mount options that guard a directory",
    "A volume of the engine is mounted without noexec, and what is in the image without any.",
    "Add the options to the volume in the container's unit, such as Volume=…:noexec.",
    side="target",
)
def guarded(found: Facts) -> Iterator[Evidence]:
    """By fstab: what the init mounts by itself has such options on every host."""
    for line in found.storage.fstab:
        data = line.path.startswith("/") and not re.match(r"/(proc|sys|dev|run|boot)\b", line.path)
        options = [word for word in line.options.split(",") if word in GUARDS]
        local = line.fstype == "tmpfs" or line.source.startswith(DEVICES)
        if data and local and options and line.fstype not in READ_ONLY:
            yield line.where, f"{line.path} {','.join(options)}"


@rule(
    "STO-27",
    Level.WARNING,
    "A file system is nearly full",
    "Its volume starts as full as it is here, and what fails for want of room goes on failing.",
    "Make room before the snapshot; see disk under the resources for what the target needs.",
)
def full(found: Facts) -> Iterator[Evidence]:
    for mount in found.storage.mounts:
        if mount.kind != "local" or mount.bind or mount.fstype in (*READ_ONLY, *LAYERED):
            continue
        if mount.size and not NOT_DATA.match(mount.path):
            # What is available is 0 also where it could not be asked.
            much = 100 * mount.used > 90 * mount.size
            room = much and 100 * mount.available < (100 - FULL) * mount.size
            inodes = 100 * mount.inodes_used > FULL * mount.inodes > 0
            if room:
                yield mount.path, f"{mount.available >> 20} MB of {mount.size >> 20} MB are free"
            if inodes:
                yield mount.path, f"{mount.inodes_used} of {mount.inodes} inodes are used"
