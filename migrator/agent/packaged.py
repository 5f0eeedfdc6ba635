"""Verb packaged: every file of every package with the digest that it came with.

The facts compare only what is cheap. Whoever reads the contents anyway, as the snapshot does, can
tell by this which files are still those of their package, without reading anything twice.
"""

from __future__ import absolute_import, division, print_function

import itertools
import json
import zlib

from migrator.agent import frames
from migrator.agent.files import decoded, encoded
from migrator.agent.host import Host, Missing
from migrator.agent.owners import unaliased
from migrator.agent.packages import dpkg, dpkg_files, rpm_files
from migrator.agent.run import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Row = tuple[str, str, bool]  # path, digest in hexadecimal or "", whether it is configuration
    Part = tuple[tuple[str, str, str, str], Iterator[Row]]

MOST_FILES = 5000  # in one frame


def packaged(params, _, stdout):
    # type: (dict[str, Any], Any, Any) -> None
    """Send P frames and the number of files. ``params``: root.

    Each frame has the name, version and architecture of a package, the algorithm of its digests,
    and files: [path without leading slash as it really lies, digest or "", configuration]. A
    package with many files has several. A database that cannot be read sends nothing; the facts
    say why.
    """
    host = Host(params["root"])
    count = 0
    try:
        for package, rows in itertools.chain(_dpkg(host), _rpm(host)):
            while True:
                files = list(itertools.islice(rows, MOST_FILES))
                if not files:
                    break
                count += len(files)
                keys = ("name", "version", "architecture", "algorithm")
                text = json.dumps(dict(zip(keys, package), files=files))
                frames.write(stdout, b"P", zlib.compress(text.encode("ascii"), 1))
    except (CommandError, Missing):
        pass
    frames.write(stdout, b"Z", frames.COUNT.pack(count))


def _dpkg(host):
    # type: (Host) -> Iterator[Part]
    known = {}  # type: dict[str, tuple[str, str, list[tuple[str, str]]]]
    for _, fields in dpkg.status(host):
        name, architecture = fields["package"], fields.get("architecture", "")
        row = (fields.get("version", ""), architecture, dpkg.conffiles(fields))
        known[name] = known["%s:%s" % (name, architecture)] = row
    diversions = dpkg_files.Diversions(host)
    place = unaliased(host)
    for name, package in dpkg_files.names(host):
        version, architecture, conffiles = known.get(name, ("", "", []))
        digests = dict(dpkg_files.md5sums(host, name))
        configuration = dict(conffiles)
        digests.update(configuration)
        rows = (
            (
                decoded(place(diversions.place(path, package)[1:])),
                digests.get(decoded(path), ""),
                decoded(path) in configuration,
            )
            for path in dpkg_files.listed(host, name)
        )
        yield (decoded(package), version, architecture, "md5"), rows


def _rpm(host):
    # type: (Host) -> Iterator[Part]
    place = unaliased(host)

    def key(file):
        # type: (rpm_files.PackagedFile) -> tuple[str, str, str, str]
        return file.package, file.version, file.architecture, file.algorithm

    for package, files in itertools.groupby(rpm_files.files(host), key):
        yield (
            package,
            (
                (
                    decoded(place(encoded(file.path)[1:])),
                    file.digest,
                    bool(file.flags & rpm_files.CONFIG),
                )
                for file in files
                if file.state not in rpm_files.NOT_THERE
            ),
        )
