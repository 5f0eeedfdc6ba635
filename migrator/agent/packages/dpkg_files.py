"""The files of dpkg's packages: lists, digests, diversions, and paths it was told to leave out."""

from __future__ import absolute_import, division, print_function

import fnmatch
import re

from migrator.agent.files import decoded, encoded
from migrator.agent.host import Host
from migrator.agent.packages.dpkg import DATABASE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator

INFO = DATABASE + "/info"
MD5SUM = re.compile(r"([0-9a-f]{32})  (.+)$")


class Diversions(dict):  # type: ignore[type-arg]
    """Path -> (where the file of any other package lies instead, the package that may have it)."""

    def __init__(self, host):
        # type: (Host) -> None
        lines = [encoded(line) for line in host.lines(DATABASE + "/diversions")]
        triples = zip(lines[::3], lines[1::3], lines[2::3])
        dict.__init__(self, ((path, (other, package)) for path, other, package in triples))

    def place(self, path, package):
        # type: (bytes, bytes) -> bytes
        """Where the file ``path`` of ``package`` really lies."""
        other, exempt = self.get(path, (path, package))
        return path if exempt == package else other


def by_hand(host):
    # type: (Host) -> list[dict[str, str]]
    """Diversions that no package made: dpkg keeps a colon in place of its name."""
    found = sorted(Diversions(host).items())
    return [
        {"path": decoded(path), "to": decoded(other)}
        for path, (other, package) in found
        if package == b":"
    ]


def names(host):
    # type: (Host) -> Iterator[tuple[str, bytes]]
    """(file name in INFO without its suffix, package) of each package with a list of files."""
    for name in host.names(INFO):
        if name.endswith(".list"):
            name = name[: -len(".list")]
            yield name, encoded(name.partition(":")[0])


def listed(host, name):
    # type: (Host, str) -> Iterator[bytes]
    """Absolute paths of all that is in a package; "/." is the root."""
    for path in host.raw("%s/%s.list" % (INFO, name)).split(b"\n"):
        if path:
            yield path


def owned(host):
    # type: (Host) -> Iterator[tuple[bytes, bytes]]
    """(absolute path, package) of everything that dpkg put there."""
    diversions = Diversions(host)
    for name, package in names(host):
        for path in listed(host, name):
            yield diversions.place(path, package) if diversions else path, package


def md5sums(host, name):
    # type: (Host, str) -> Iterator[tuple[str, str]]
    """(absolute path, md5) of the files of a package that are no configuration."""
    path = "%s/%s.md5sums" % (INFO, name)
    for where, line in host.numbered(path):
        match = MD5SUM.match(line)
        if match:
            yield "/" + match.group(2).lstrip("/"), match.group(1)
        elif line:
            host.strange("packages", where, line)


def left_out(host):
    # type: (Host) -> Callable[[str], bool]
    """Whether dpkg was told not to unpack a path: the last option that matches counts."""
    options = []  # type: list[tuple[bool, str]]
    for path in host.files("/etc/dpkg/dpkg.cfg.d") + ["/etc/dpkg/dpkg.cfg"]:
        for line in host.lines(path):
            match = re.match(r"\s*path-(exclude|include)(?:\s*=\s*|\s+)(\S+)", line)
            if match:
                options.append((match.group(1) == "exclude", match.group(2)))

    def is_left_out(path):
        # type: (str) -> bool
        matching = [excludes for excludes, glob in options if fnmatch.fnmatchcase(path, glob)]
        return bool(matching) and matching[-1]

    return is_left_out
