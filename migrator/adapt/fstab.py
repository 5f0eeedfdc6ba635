"""Disks are the engine's: no line of fstab or crypttab is left for the init to act on.

Each line stays readable behind a note that says what became of it: a volume of the container, a
part of the image, or left out. Otherwise systemd-remount-fs fails on the line of /, and services
wait a minute and a half for disks that never come. Own units of the kind ``.mount`` and
``.automount`` no longer start by themselves. ``/etc/mtab`` becomes a link to what the kernel says,
where it was a file as on older hosts.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, comment, edit, link
from migrator.adapt.units import systemd
from migrator.facts import Facts
from migrator.plan import Plan

REASON = "disks are the engine's; systemd-remount-fs.service fails on the line of /"
ENCRYPTED = "an encrypted disk is opened by the target; services would wait for it"
MTAB = "what is mounted is the kernel's to say"
UNIT = "what is mounted is the engine's, see the plan's paths"
MOUNTS = (".mount", ".automount")
SHARES = ("nfs", "nfs4", "cifs", "glusterfs", "ceph", "9p", "fuse.sshfs")
MEMORY = ("tmpfs", "ramfs")
KERNEL = ("proc", "sysfs", "devpts", "devtmpfs", "cgroup", "debugfs", "usbfs", "securityfs")


def adapt(found: Facts, plan: Plan, tree: Tree) -> list[Change]:
    def line(text: str) -> str:
        words = text.split()
        if len(words) < 2 or words[0].startswith("#"):
            return text
        return f"# migrator: {_fate(plan, words)}\n# migrator: {text}"

    return [
        *edit("fstab", tree, "/etc/fstab", line, REASON),
        *edit("fstab", tree, "/etc/crypttab", comment(r"\s*[^#\s]"), ENCRYPTED),
        *_mtab(tree),
        *_units(found, tree),
    ]


def _fate(plan: Plan, words: list[str]) -> str:
    path, kind = words[1], words[2] if len(words) > 2 else ""
    decided = plan.path_decision(path)
    if kind == "swap":
        return "swap is the target's"
    if path == "/":
        return "the container's root is the image"
    if kind in KERNEL:
        return "the engine mounts it"
    if decided and decided[1].decision == "volume":
        volume = decided[0]
        return f"{path} is a volume" if volume == path else f"{path} lies on the volume {volume}"
    if decided and decided[1].decision == "exclude":
        return f"{path} is left out"
    if kind in SHARES:
        return f"{path} is not mounted: mount it on the target and make it a volume in the plan"
    if kind in MEMORY:
        return f"{path} is not memory but a directory of the container"
    return f"{path} is a part of the image"


def _mtab(tree: Tree) -> Iterator[Change]:
    if tree.exists("/etc/mtab") and not tree.link("/etc/mtab"):
        yield from link("fstab", tree, "/etc/mtab", "/proc/self/mounts", MTAB)


def _units(found: Facts, tree: Tree) -> Iterator[Change]:
    for unit in found.units:
        if unit.name.endswith(MOUNTS) and unit.fragment.startswith("/etc/"):
            yield from systemd.disable("fstab", tree, unit.name, UNIT)
