"""Which package owns a path, by the package databases of the host.

What a package's scripts make, such as links of the alternatives system, belongs to none.
"""

from __future__ import absolute_import, division, print_function

import itertools
import os

from migrator.agent.files import encoded
from migrator.agent.host import Host, Missing
from migrator.agent.packages import dpkg_files, rpm_files
from migrator.agent.run import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator, Pattern

    from migrator.agent.files import Root

# A merged /usr: packages say /bin/x for what lies in /usr/bin/x.
MERGED = (b"bin", b"sbin", b"lib", b"lib32", b"lib64", b"libx32", b"usr/sbin")


def owners(root, only=None):
    # type: (Root, Pattern[bytes] | None) -> dict[bytes, bytes]
    """Path without leading slash -> package name; with ``only``, of paths where it matches.

    A database that cannot be read has no owners here; the facts say why.
    """
    host = root if isinstance(root, Host) else Host(root.path)
    place = unaliased(host)
    found = {}  # type: dict[bytes, bytes]
    names = {}  # type: dict[bytes, bytes]
    try:
        for path, package in itertools.chain(dpkg_files.owned(host), _rpm(host)):
            path = place(path[1:])
            if only is None or only.match(path):
                found[path] = names.setdefault(package, package)  # one object for all its paths
    except (CommandError, Missing):
        pass
    return found


def _rpm(host):
    # type: (Host) -> Iterator[tuple[bytes, bytes]]
    for path, package in rpm_files.owned(host):
        yield encoded(path), encoded(package)


def unaliased(root):
    # type: (Root) -> Callable[[bytes], bytes]
    """A function of a path without leading slash: the same where it really lies, when a directory
    of its is a link into a merged /usr."""
    base = encoded(root.path)
    links = {}  # type: dict[bytes, bytes]
    for name in MERGED:
        place = os.path.join(base, name)
        if os.path.islink(place):
            target = os.readlink(place).strip(b"/")
            links[name + b"/"] = (target if target.startswith(b"usr/") else b"usr/" + target) + b"/"
    heads = tuple(links)

    def unalias(path):
        # type: (bytes) -> bytes
        if heads and path.startswith(heads):
            for head, target in links.items():
                if path.startswith(head):
                    return unalias(target + path[len(head) :])
        return path

    return unalias
