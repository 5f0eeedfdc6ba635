"""Which files of dpkg's packages are not as they came.

dpkg knows digests alone, no sizes and no times. A file is digested when it is configuration, or
when it was written after its package was unpacked, which dpkg notes by writing the package's list
of files. An inode that changed within SLACK of that may be the unpacking, or the copying of the
whole disk, itself; a program that writes a file leaves a new time of modification as well.
"""

from __future__ import absolute_import, division, print_function

import os
import stat

from migrator.agent.files import decoded, encoded
from migrator.agent.packages.check import MOST_CHANGED, Unchecked
from migrator.agent.packages.dpkg import conffiles
from migrator.agent.packages.dpkg_files import INFO, Diversions, left_out, md5sums, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from migrator.agent.packages.check import Check
    from migrator.agent.packages.dpkg import Stanza

SLACK = 3600  # seconds


def changed(check, status):
    # type: (Check, list[Stanza]) -> list[dict[str, Any]]
    """Configuration first, then the other files."""
    found = []  # type: list[dict[str, Any]]
    for row in _rows(check, status):
        if len(found) == MOST_CHANGED:
            message = "stopped after %d files of dpkg's packages" % MOST_CHANGED
            check.host.failed("packages.changed", "limited", message)
            break
        found.append(row)
    return found


def _rows(check, status):
    # type: (Check, list[Stanza]) -> Iterator[dict[str, Any]]
    place = _places(check)
    known = set()  # type: set[str]
    for _, fields in status:
        for path, md5 in conffiles(fields):
            known.add(path)
            if not md5:
                continue
            differs = _differs(check, place(path, fields["package"]), md5, None)
            if differs:
                yield _row(path, fields["package"], differs, True)
    is_left_out = left_out(check.host)
    for name, package in names(check.host):
        unpacked = _unpacked(check, name)
        for path, md5 in md5sums(check.host, name):
            if path in known:
                continue
            differs = _differs(check, place(path, decoded(package)), md5, unpacked)
            if differs and not (differs == "missing" and is_left_out(path)):
                yield _row(path, decoded(package), differs, False)


def _row(path, package, differs, config):
    # type: (str, str, str, bool) -> dict[str, Any]
    return {"path": path, "package": package, "changes": [differs], "config": config}


def _places(check):
    # type: (Check) -> Any
    """A function: where a path of a package lies, for nearly all of them the path itself."""
    diversions = Diversions(check.host)
    diverted = set(decoded(path) for path in diversions)

    def place(path, package):
        # type: (str, str) -> str
        if path not in diverted:
            return path
        return decoded(diversions.place(encoded(path), encoded(package)))

    return place


def _unpacked(check, name):
    # type: (Check, str) -> tuple[float, float]
    """The latest times of modification and of inode that unpacking leaves."""
    try:
        found = os.stat(check.host.at("%s/%s.list" % (INFO, name)))
    except OSError:
        return 0, 0
    return found.st_mtime, found.st_ctime + SLACK


def _differs(check, path, md5, unpacked):
    # type: (Check, str, str, tuple[float, float] | None) -> str
    """missing, type, digest, or "" for what is as it came or could not be looked at."""
    try:
        place, found = check.attributes(path)
        if found is None:
            return "missing"
        if not stat.S_ISREG(found.st_mode):
            return "type"
        if unpacked and found.st_mtime <= unpacked[0] and found.st_ctime <= unpacked[1]:
            return ""
        return "" if check.digest(path, place, found.st_size, "md5") == md5 else "digest"
    except Unchecked:
        return ""
