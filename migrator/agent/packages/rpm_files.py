"""The files of rpm's packages, with everything that its database knows of them."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.packages.rpm import NOTHING, query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

TAGS = (
    "=NAME =EPOCH =VERSION =RELEASE =ARCH =FILEDIGESTALGO FILEFLAGS FILESTATES FILEVERIFYFLAGS"
    " FILEMODES LONGFILESIZES FILEMTIMES FILEUSERNAME FILEGROUPNAME FILEDIGESTS FILECAPS"
    " FILELINKTOS FILENAMES"
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
        "package version architecture algorithm flags state verified mode size mtime user group"
        " digest capabilities link path"
    ).split()

    def __init__(self, words):
        # type: (list[str]) -> None
        """``words`` are the values of TAGS; raises ValueError when they are not."""
        if len(words) != len(TAGS):
            raise ValueError("%d values" % len(words))
        self.package = words[0]
        self.version = "%s:%s-%s" % tuple(words[1:4])
        if words[1] == NOTHING:
            self.version = "%s-%s" % tuple(words[2:4])
        self.architecture = words[4]
        self.algorithm = ALGORITHMS.get(_text(words[5]) or "1", "")
        self.flags, self.state = int(words[6]), int(_text(words[7]) or 0)
        self.verified = int(_text(words[8]) or -1) & 0xFFFFFFFF
        self.mode = int(words[9]) & 0xFFFF  # old ones print it with a sign
        self.size, self.mtime = int(words[10]), int(words[11])
        self.user, self.group = words[12], words[13]
        self.digest, self.capabilities, self.link = [_text(word) for word in words[14:17]]
        self.path = words[17]


def files(host):
    # type: (Host) -> Iterator[PackagedFile]
    for line in query(host, FILES):
        line = _without_packages_of_no_files(line)
        if not line:
            continue
        words = line.split("\t", len(TAGS) - 1)
        try:
            yield PackagedFile(words)
        except ValueError:
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
