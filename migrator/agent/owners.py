"""Which package owns a path, by the package database of the host."""

from __future__ import absolute_import, division, print_function

import os

from migrator.agent.files import encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.agent.files import Root

LISTS = "/var/lib/dpkg/info"
# A merged /usr: lists say /bin/x for what lies in /usr/bin/x.
MERGED = (b"bin", b"sbin", b"lib", b"lib32", b"lib64", b"libx32")


def owners(root):
    # type: (Root) -> dict[bytes, bytes]
    """Path without leading slash -> package name, for dpkg's packages."""
    found = {}  # type: dict[bytes, bytes]
    merged = tuple(
        name + b"/" for name in MERGED if os.path.islink(os.path.join(encoded(root.path), name))
    )
    for name in root.names(LISTS):
        if not name.endswith(".list"):
            continue
        package = encoded(name[: -len(".list")].split(":")[0])
        with open(root.at(LISTS + "/" + name), "rb") as handle:
            for line in handle.read().splitlines():
                path = line[1:]
                found[b"usr/" + path if path.startswith(merged) and merged else path] = package
    return found
