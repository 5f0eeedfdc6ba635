"""The mount table, from the kernel's own list, and which of it may be touched.

A network file system whose server is gone, a FUSE file system whose program hangs and an automount
point block whoever looks at them, for ever and beyond any signal. They are named, never touched.
"""

from __future__ import absolute_import, division, print_function

import collections
import re

from migrator.agent.files import Root, decoded, encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Match
    from typing import Callable, Iterator, Sequence

TABLE = "/proc/self/mountinfo"
OLD_TABLE = "/proc/mounts"  # the only one before Linux 2.6.26

LOCAL = (
    "ext2 ext3 ext4 ext4dev xfs btrfs bcachefs vfat msdos fat jfs reiserfs reiser4 f2fs nilfs2 zfs"
    " overlay overlayfs aufs unionfs exfat ntfs ntfs3 iso9660 udf squashfs erofs cramfs romfs minix"
    " hfs hfsplus ufs sysv vxfs"
).split()
NETWORK = (
    "nfs nfs4 cifs smb3 smbfs ncpfs ceph lustre gpfs ocfs2 gfs gfs2 9p afs coda beegfs orangefs"
    " pvfs2 panfs davfs virtiofs vboxsf vmhgfs prl_fs glusterfs"
).split()
NETWORK_FUSE = (
    "sshfs glusterfs ceph ceph-fuse s3fs davfs davfs2 rclone gcsfuse blobfuse blobfuse2 goofys"
    " cvmfs2 curlftpfs smbnetfs mfs moosefs lizardfs juicefs seaweedfs dislocker vmhgfs-fuse"
).split()
KERNEL = (
    "rootfs proc sysfs tmpfs devtmpfs devpts devfs mqueue hugetlbfs cgroup cgroup2 cpuset pstore"
    " bpf securityfs debugfs tracefs configfs fusectl binfmt_misc rpc_pipefs nfsd nsfs efivarfs"
    " selinuxfs smackfs ramfs usbfs oprofilefs resctrl dlm binder pipefs sockfs anon_inodefs"
    " fuse.lxcfs"  # lxcfs answers for the kernel, below /proc
).split()
HANGING = ("network", "fuse", "autofs", "other")
BTRFS = "btrfs"  # its subvolumes are file systems of their own, though they are mounted as parts

# ``path`` is the mount point, ``options`` are those of the mount point and then those of the file
# system, ``root`` is the directory of the file system that is mounted, ``parent`` is the id of the
# mount that this one lies on.
Mount = collections.namedtuple(
    "Mount", "path fstype source options id parent device root propagation"
)


def table(root):
    # type: (Root) -> Iterator[Mount]
    """Each mount, in the kernel's order. A line that is no mount is left out."""
    lines = root.lines(TABLE)
    for line in lines:
        left, separator, right = line.partition(" - ")
        fields, rest = left.split(" "), right.split(" ")
        if not separator or len(fields) < 6 or len(rest) < 2:
            continue
        options = ",".join(fields[5:6] + rest[2:3])
        yield Mount(
            unescaped(fields[4]),
            rest[0],
            unescaped(rest[1]),
            options,
            fields[0],
            fields[1],
            fields[2],
            unescaped(fields[3]),
            _propagation(fields[6:]),
        )
    if not lines:
        for line in root.lines(OLD_TABLE):
            words = line.split(" ")
            if len(words) > 3:
                path, source = unescaped(words[1]), unescaped(words[0])
                yield Mount(path, words[2], source, words[3], "", "", "", "/", "")


def _propagation(tags):
    # type: (list[str]) -> str
    """As findmnt prints it, from tags such as ``shared:5`` and ``master:1``."""
    known = {"shared": "shared", "master": "slave", "unbindable": "unbindable"}
    words = [known[name] for name in (tag.partition(":")[0] for tag in tags) if name in known]
    return ",".join(words) or "private"


def kind(mount):
    # type: (Mount) -> str
    """local | kernel | network | fuse | autofs | other, by the type of the file system."""
    fstype = mount.fstype
    for name, types in (("kernel", KERNEL), ("local", LOCAL), ("network", NETWORK)):
        if fstype in types:
            return name
    if fstype == "autofs":
        return "autofs"
    if fstype.partition(".")[0] in ("fuse", "fuseblk"):
        return "network" if fstype.partition(".")[2] in NETWORK_FUSE else "fuse"
    return "local" if mount.source.startswith("/dev/") else "other"


class Places(object):
    """Which mounts are on the way to a path, found as the kernel finds them; nothing is touched."""

    def __init__(self, mounts):
        # type: (Sequence[Mount]) -> None
        self.mounts = mounts
        self.on_parent = dict(((m.parent, m.path), m) for m in mounts if m.parent != m.id)
        self.by_path = dict((mount.path, mount) for mount in mounts)  # the last one is uppermost

    def crossed(self, path):
        # type: (str) -> list[Mount]
        """From that of / to that which ``path`` lies on. ``path`` has no symbolic links."""
        found = []  # type: list[Mount]
        parts = [part for part in path.split("/") if part]
        for count in range(len(parts) + 1):
            top = self._top("/" + "/".join(parts[:count]), found)
            if top is not None:
                found.append(top)
        return found

    def _top(self, point, below):
        # type: (str, list[Mount]) -> Mount | None
        """The uppermost of what is mounted at ``point``: it hides the others."""
        if not below or not below[-1].id:  # the root, or an old kernel's table
            return self.by_path.get(point)
        top = self.on_parent.get((below[-1].id, point))
        for _ in self.mounts:
            if top is None or (top.id, point) not in self.on_parent:
                break
            top = self.on_parent[top.id, point]
        return top


def hanging(root, top):
    # type: (Root, str) -> Callable[[str], Mount | None] | None
    """A function that tells the mount below ``top`` that could hang whoever looks at a path; None
    where there is no such mount.

    ``root`` has the mount table. Where ``top`` itself lies cannot be avoided.
    """
    mounts = list(table(root))
    places = Places(mounts)
    above = top.rstrip("/") + "/"
    points = set(m.path for m in mounts if kind(m) in HANGING and m.path.startswith(above))
    points.discard("/")
    if not points:
        return None
    trees = tuple(path + "/" for path in points)

    def find(path):
        # type: (str) -> Mount | None
        if path in points or path.startswith(trees):
            for mount in places.crossed(path):
                if mount.path in points and kind(mount) in HANGING:
                    return mount
        return None

    return find


def mount_points(root):
    # type: (Root) -> list[str]
    """Absolute paths, as seen from ``root``, of what is mounted below it."""
    prefix = "" if root.path == "/" else root.path
    points = [
        mount.path[len(prefix) :]
        for mount in table(Root("/"))
        if mount.path.startswith(prefix + "/")
    ]
    return [path for path in points if path != "/"]


def unescaped(text):
    # type: (str) -> str
    r"""The kernel writes blanks, tabs, newlines and backslashes as \040 and the like."""
    return decoded(re.sub(b"\\\\([0-3][0-7]{2})", _byte, encoded(text)))


def _byte(match):
    # type: (Match[bytes]) -> bytes
    return bytes(bytearray([int(match.group(1), 8)]))
