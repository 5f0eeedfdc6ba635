"""Programs that give their user more than he has: setuid, setgid, and file capabilities."""

from __future__ import absolute_import, division, print_function

import struct

from migrator.agent import walk
from migrator.agent.attributes import xattrs
from migrator.agent.files import encoded
from migrator.agent.host import Host
from migrator.agent.processes.status import CAPABILITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any

TOPS = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt")
# Nothing there is ever privileged, and there is much of it.
SKIPPED = (
    b"/usr/share",
    b"/usr/include",
    b"/usr/src",
    b"/usr/lib/modules",
    b"/usr/lib/firmware",
    b"/usr/lib/debug",
    b"/usr/lib/jvm",
    b"/usr/lib/locale",
    b"/lib/modules",
    b"/lib/firmware",
)
CODE = (b"node_modules", b"site-packages", b"dist-packages", b"__pycache__", b".git")
SET_ID = 0o6000
EXECUTABLE = 0o111
EFFECTIVE = 1


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for path, status in walk.files(host, "security.privileged", TOPS, _skipped):
        set_id = status.st_mode & SET_ID
        capabilities = _capabilities(host, path) if status.st_mode & EXECUTABLE else ""
        if set_id or capabilities:
            found.append(_row(path, status, capabilities))
    return found


def _skipped(path):
    # type: (bytes) -> bool
    return path in SKIPPED or path.rpartition(b"/")[2] in CODE


def _row(path, status, capabilities):
    # type: (str, os.stat_result, str) -> dict[str, Any]
    mode = "%04o" % (status.st_mode & 0o7777)
    return {
        "path": path,
        "mode": mode,
        "uid": status.st_uid,
        "gid": status.st_gid,
        "capabilities": capabilities,
    }


def _capabilities(host, path):
    # type: (Host, str) -> str
    try:
        attributes = dict(xattrs(encoded(host.at(path, follow=False))))
    except (EnvironmentError, ValueError):
        return ""
    return decoded_capabilities(attributes.get(b"security.capability", b""))


def decoded_capabilities(value):
    # type: (bytes) -> str
    """As ``getcap`` prints it, "cap_net_admin,cap_net_raw=ep"; "" for none."""
    if len(value) < 12:
        return ""
    (flags,) = struct.unpack("<I", value[:4])
    words = struct.unpack("<%dI" % ((len(value) - 4) // 4), value[4 : len(value) // 4 * 4])
    permitted, inheritable = words[0], words[1]
    if flags >> 24 > 1 and len(words) >= 4:  # since version 2 there are 64 of them
        permitted, inheritable = words[0] | words[2] << 32, words[1] | words[3] << 32
    letters = {}  # type: dict[str, list[str]]
    for number in range(64):
        bit = 1 << number
        sets = "e" if flags & EFFECTIVE and (permitted | inheritable) & bit else ""
        sets += ("i" if inheritable & bit else "") + ("p" if permitted & bit else "")
        if sets:
            letters.setdefault(sets, []).append(_name(number))
    return " ".join("%s=%s" % (",".join(letters[sets]), sets) for sets in sorted(letters))


def _name(number):
    # type: (int) -> str
    known = number < len(CAPABILITIES)
    return ("cap_" + CAPABILITIES[number].lower()) if known else "cap_%d" % number
