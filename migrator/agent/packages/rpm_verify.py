"""Which files of rpm's packages are not as they came: what ``rpm -V`` finds, without reading all.

A file whose size and time of modification are those of the package is taken for unchanged unless
it is configuration; ``rpm -V`` reads those, too.
"""

from __future__ import absolute_import, division, print_function

import collections
import os
import stat

from migrator.agent.accounts.users import names
from migrator.agent.attributes import xattrs
from migrator.agent.files import decoded, encoded
from migrator.agent.packages import capabilities, rpm_files
from migrator.agent.packages.check import MOST_CHANGED, Unchecked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from migrator.agent.host import Host
    from migrator.agent.packages.check import Check
    from migrator.agent.packages.rpm_files import PackagedFile

# What a package wants to be verified of a file.
DIGEST, SIZE, LINK, USER, GROUP, MTIME, MODE = [1 << bit for bit in range(7)]
CAPABILITIES = 1 << 8
PRELINK = "/etc/prelink.cache"  # prelink rewrites programs and keeps their time


def changed(check):
    # type: (Check) -> list[dict[str, Any]]
    found = []  # type: list[dict[str, Any]]
    verify = Verify(check)
    for file in rpm_files.files(check.host):
        changes = verify.differences(file)
        if changes and len(found) == MOST_CHANGED:
            message = "stopped after %d files of rpm's packages" % MOST_CHANGED
            check.host.failed("packages.changed", "limited", message)
            break
        if changes:
            found.append(
                {
                    "path": file.path,
                    "package": file.package,
                    "changes": changes,
                    "config": bool(file.flags & rpm_files.CONFIG),
                }
            )
    return _without_shared_times(check.host, found)


def _without_shared_times(host, rows):
    # type: (Host, list[dict[str, Any]]) -> list[dict[str, Any]]
    """A file of several packages, such as a manual of two architectures, has the time of one."""
    late = set(row["path"] for row in rows if "mtime" in row["changes"])
    owners = collections.Counter(
        path for path, _ in (rpm_files.owned(host) if late else ()) if path in late
    )
    for row in rows:
        if owners[row["path"]] > 1:
            row["changes"] = [change for change in row["changes"] if change != "mtime"]
    return [row for row in rows if row["changes"]]


class Verify(object):
    """Compares files with what the database says of them."""

    def __init__(self, check):
        # type: (Check) -> None
        self.check = check
        self.users = names(check.host)
        self.groups = names(check.host, "/etc/group")
        self.prelinked = check.host.exists(PRELINK)

    def differences(self, file):
        # type: (PackagedFile) -> list[str]
        """Words of migrator.facts.packages.ChangedFile; none for what could not be looked at."""
        if file.state in rpm_files.NOT_THERE:
            return []
        try:
            place, found = self.check.attributes(file.path)
            if found and stat.S_ISDIR(file.mode) and stat.S_ISLNK(found.st_mode):
                place, found = self.check.attributes(file.path, follow=True)
            if found:
                return list(self._compare(file, place, found))
        except Unchecked:
            return []
        return [] if file.flags & (rpm_files.MISSING_IS_FINE | rpm_files.GHOST) else ["missing"]

    def _compare(self, file, place, found):
        # type: (PackagedFile, str, os.stat_result) -> Iterator[str]
        ghost = bool(file.flags & rpm_files.GHOST)
        if not ghost and stat.S_IFMT(file.mode) != stat.S_IFMT(found.st_mode):
            yield "type"
            return
        link = stat.S_ISLNK(found.st_mode)
        if file.verified & MODE and not link and (file.mode ^ found.st_mode) & 0o7777:
            yield "mode"
        if file.verified & USER and self.users.get(found.st_uid) != file.user:
            yield "user"
        if file.verified & GROUP and self.groups.get(found.st_gid) != file.group:
            yield "group"
        if stat.S_ISREG(found.st_mode):
            for change in self._regular(file, place, found, ghost):
                yield change
        elif link and file.verified & LINK and not ghost and _target(place) != file.link:
            yield "link"

    def _regular(self, file, place, found, ghost):
        # type: (PackagedFile, str, os.stat_result, bool) -> Iterator[str]
        if file.verified & CAPABILITIES and file.capabilities and _lost(file, place):
            yield "capabilities"
        if not ghost and file.state != rpm_files.OTHER_ARCHITECTURE:
            for change in self._content(file, place, found):
                yield change

    def _content(self, file, place, found):
        # type: (PackagedFile, str, os.stat_result) -> Iterator[str]
        late = int(found.st_mtime) != file.mtime
        larger = found.st_size != file.size
        if self.prelinked and larger and not late and file.mode & 0o111:
            return
        if late and file.verified & MTIME:
            yield "mtime"
        if larger and file.verified & SIZE:
            yield "size"
        if not file.verified & DIGEST or not file.digest or not file.algorithm:
            return
        if larger or ((late or file.flags & rpm_files.CONFIG) and self._differs(file, place)):
            yield "digest"

    def _differs(self, file, place):
        # type: (PackagedFile, str) -> bool
        try:
            found = self.check.digest(file.path, place, file.size, file.algorithm)
        except Unchecked:
            return False
        return found != file.digest


def _target(place):
    # type: (str) -> str
    return decoded(encoded(os.readlink(place)))


def _lost(file, place):
    # type: (PackagedFile, str) -> bool
    """Whether the capabilities of a file are others than those of the package."""
    wanted = capabilities.from_text(file.capabilities)
    there = dict(xattrs(encoded(place))).get(capabilities.XATTR, b"")
    return wanted is not None and wanted != capabilities.from_xattr(there)
