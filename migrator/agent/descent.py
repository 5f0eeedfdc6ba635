"""The working directory below a root, moved one step at a time.

So names are as short as the system wants them, whatever the depth, and no path leads through a
symbolic link that somebody put in the place of a directory meanwhile.
"""

from __future__ import absolute_import, division, print_function

import errno
import os
import sys

from migrator.agent.attributes import inode_flags
from migrator.agent.files import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    Identity = tuple[int, int]

FOLLOWED = os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK
STEP = FOLLOWED | os.O_NOFOLLOW
NO_ATIME = getattr(os, "O_NOATIME", 0o1000000)
ENCODING = sys.getfilesystemencoding()
BY_DESCRIPTOR = hasattr(os, "listxattr")  # Python 3 can list an open directory


class Descent(object):
    def __init__(self, root):
        # type: (str) -> None
        self.root = os.open(encoded(root), FOLLOWED)
        os.fchdir(self.root)

    def home(self):
        # type: () -> Identity
        """To the root."""
        os.fchdir(self.root)
        return identity(self.root)

    def step(self, name):
        # type: (bytes) -> Identity
        """Into a directory of the working directory."""
        descriptor = open_quietly(name, STEP)
        try:
            os.fchdir(descriptor)
            return identity(descriptor)
        finally:
            os.close(descriptor)

    def to(self, path):
        # type: (bytes) -> Identity
        """Into the directory ``path`` below the root."""
        found = self.home()
        for name in path.split(b"/") if path else ():
            found = self.step(name)
        return found

    def back(self, path, wanted):
        # type: (bytes, Identity) -> None
        """Up into the directory ``path``, which was ``wanted`` on the way down."""
        try:
            os.chdir(b"..")
            found = os.lstat(b".")
            if (found.st_dev, found.st_ino) == wanted:
                return
        except OSError:  # what is above a removed directory cannot be reached from it
            pass
        if self.to(path) != wanted:
            raise OSError(errno.ESTALE, "it was moved while it was read")


def identity(descriptor):
    # type: (int) -> Identity
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


def look():
    # type: () -> tuple[list[bytes], int]
    """What is in the working directory, sorted, and its inode flags."""
    descriptor = open_quietly(b".", STEP)
    try:
        flags = inode_flags(descriptor)
        if not BY_DESCRIPTOR:
            return sorted(os.listdir(b".")), flags
        # As os.fsencode does it, which is slow for the names of a million files.
        found = [name.encode(ENCODING, "surrogateescape") for name in os.listdir(descriptor)]
        return sorted(found), flags
    finally:
        os.close(descriptor)


def open_quietly(name, flags):
    # type: (bytes, int) -> int
    """Without touching the access time, which only the owner and root may do."""
    try:
        return os.open(name, flags | NO_ATIME)
    except OSError as error:
        if error.errno != errno.EPERM:
            raise
        return os.open(name, flags)
