"""The mount table, from the kernel's own list."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.files import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

TABLE = "/proc/self/mountinfo"
# File systems on the host's own disks: reading them cannot hang.
LOCAL = "ext2 ext3 ext4 xfs btrfs vfat jfs reiserfs f2fs zfs overlay exfat ntfs iso9660".split()


def table(root):
    # type: (Root) -> Iterator[tuple[str, str, str, str]]
    """(mount point, file system type, source, options) of each mount, in the kernel's order."""
    for line in root.lines(TABLE):
        left, _, right = line.partition(" - ")
        fstype, source, superblock = (right.split(" ") + ["", ""])[:3]
        fields = left.split(" ")
        yield unescaped(fields[4]), fstype, unescaped(source), fields[5] + "," + superblock


def mount_points(root):
    # type: (Root) -> list[str]
    """Absolute paths, as seen from ``root``, of what is mounted below it."""
    prefix = "" if root.path == "/" else root.path
    points = [
        path[len(prefix) :] for path, _, _, _ in table(Root("/")) if path.startswith(prefix + "/")
    ]
    return [path for path in points if path != "/"]


def unescaped(text):
    # type: (str) -> str
    r"""The kernel writes blanks, tabs, newlines and backslashes as \040 and the like."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)
