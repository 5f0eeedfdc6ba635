"""The files of rpm's packages, with everything that its database knows of them."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.packages.rpm import NOTHING, query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

TAGS = (
    "=NAME =ARCH =FILEDIGESTALGO FILEFLAGS FILESTATES FILEVERIFYFLAGS FILEMODES LONGFILESIZES"
    " FILEMTIMES FILEUSERNAME FILEGROUPNAME FILEDIGESTS FILECAPS FILELINKTOS FILENAMES"
).split()
FILES = ["rpm", "-qa", "--queryformat", "[%s\\n]" % "\\t".join("%%{%s}" % tag for tag in TAGS)]
NAMES = ["rpm", "-qa", "--queryformat", r"[%{=NAME}\t%{FILENAMES}\n]"]
ALGORITHMS = {"1": "md5", "2": "sha1", "8": "sha256", "9": "sha384", "10": "sha512", "11": "sha224"}
# Flags of a file.
CONFIG, MISSING_IS_FINE, GHOST = 1 << 0, 1 << 3, 1 << 6
# States of a file: another package's is there, it was left out, it lies on a network file system.
NOT_THERE = (1, 2, 3)
OTHER_ARCHITECTURE = 4  # the file there is that of the package for another one


class PackagedFile(object):
    """One file of one package. Times are in seconds, ``link`` is "" for all but links."""

    __slots__ = (
        "package architecture algorithm flags state verified mode size mtime user group digest"
        " capabilities link path"
    ).split()

    def __init__(self, words):
        # type: (list[str]) -> None
        """``words`` are the values of TAGS; raises ValueError when numbers are none."""
        self.package, self.architecture = words[:2]
        self.algorithm = ALGORITHMS.get(_text(words[2]) or "1", "")
        self.flags, self.state = int(words[3]), int(_text(words[4]) or 0)
        self.verified = int(_text(words[5]) or -1) & 0xFFFFFFFF
        self.mode = int(words[6]) & 0xFFFF  # old ones print it with a sign
        self.size, self.mtime = int(words[7]), int(words[8])
        self.user, self.group = words[9], words[10]
        self.digest, self.capabilities, self.link = [_text(word) for word in words[11:14]]
        self.path = words[14]


def files(host):
    # type: (Host) -> Iterator[PackagedFile]
    for line in query(host, FILES):
        line = _without_packages_of_no_files(line)
        if not line:
            continue
        words = line.split("\t", len(TAGS) - 1)
        try:
            yield PackagedFile(words)
        except (IndexError, ValueError):
            host.strange("packages", "rpm -qa", line)


def owned(host):
    # type: (Host) -> Iterator[tuple[str, str]]
    """(absolute path, package) of everything in rpm's packages."""
    for line in query(host, NAMES):
        package, tab, path = _without_packages_of_no_files(line).partition("\t")
        if tab:
            yield path, package


def _without_packages_of_no_files(line):
    # type: (str) -> str
    """A package without files prints NOTHING and no end of the line."""
    while line.startswith(NOTHING):
        line = line[len(NOTHING) :]
    return line


def _text(word):
    # type: (str) -> str
    return "" if word == NOTHING else word
