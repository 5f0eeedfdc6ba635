"""Modules of Python, Node.js and Ruby, by the description that their installers leave."""

from __future__ import absolute_import, division, print_function

import fnmatch
import json
import os
import re

from migrator.agent.files import decoded
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, Match

    Module = dict[str, str]

# Where languages keep modules beside the trees that are walked anyway.
PLACES = (
    "/usr/lib/python*/*-packages/*-info",
    "/usr/lib/python*/*-packages/*-info/METADATA",
    "/usr/lib/python*/*-packages/*-info/PKG-INFO",
    "/usr/lib64/python*/site-packages/*-info",
    "/usr/lib64/python*/site-packages/*-info/METADATA",
    "/usr/lib64/python*/site-packages/*-info/PKG-INFO",
    "/usr/lib/node_modules/*/package.json",
    "/usr/lib/node_modules/@*/*/package.json",
    "/usr/lib*/ruby/gems/*/specifications/*.gemspec",
    "/usr/share/gems/specifications/*.gemspec",
    "/var/lib/gems/*/specifications/*.gemspec",
)
PIP = re.compile(
    r"(?P<place>.*/(?:site|dist)-packages)/(?P<stem>[^/]+?)"
    r"(?:\.dist-info/METADATA|\.egg-info|\.egg-info/PKG-INFO|\.egg/EGG-INFO/PKG-INFO)$"
)
NPM = re.compile(
    r"(?P<place>(?:(?!/node_modules/).)*/lib/node_modules)/(?P<stem>(?:@[^/]+/)?[^/@]+)/package\.json$"
)
GEM = re.compile(r"(?P<place>.*)/specifications/(?P<stem>[^/]+)\.gemspec$")
KINDS = (("pip", PIP), ("npm", NPM), ("gem", GEM))
HEADER = re.compile(r"(Name|Version):[ \t]*(\S.*?)\s*$")
STEM = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*)(?:-.*)?$")
MOST = 20000  # modules
TEXT = type(decoded(b""))  # Python 2 has two kinds


def candidates(host):
    # type: (Host) -> Iterator[str]
    """Paths of descriptions in PLACES."""
    for pattern in PLACES:
        for path in _matching(host, "", pattern.split("/")[1:]):
            if describes(path):
                yield path


def _matching(host, above, parts):
    # type: (Host, str, list[str]) -> Iterator[str]
    part, rest = parts[0], parts[1:]
    if not re.search(r"[*\[]", part):
        names = [part] if rest or host.exists(above + "/" + part) else []
    else:
        names = fnmatch.filter(host.names(above or "/"), part)
    for name in names:
        path = above + "/" + name
        if rest:
            for found in _matching(host, path, rest):
                yield found
        else:
            yield path


def describes(path):
    # type: (str) -> bool
    """Whether a path is that of a module's description."""
    return _match(path) is not None


def _match(path):
    # type: (str) -> tuple[str, Match[str]] | None
    if not path.endswith(("METADATA", "-info", "PKG-INFO", "package.json", ".gemspec")):
        return None
    for kind, pattern in KINDS:
        match = pattern.match(path)
        if match:
            return kind, match
    return None


def read(host, paths):
    # type: (Host, list[str]) -> list[Module]
    found = []  # type: list[Module]
    for path in paths:
        match = _match(path)
        row = _module(host, path, match[0], match[1]) if match else None
        if row and len(found) == MOST:
            host.failed("software.modules", "limited", "stopped after %d modules" % MOST)
            break
        if row:
            found.append(row)
    return found


def _module(host, path, manager, match):
    # type: (Host, str, str, Match[str]) -> Module | None
    """None for a directory, whose description is a file in it."""
    stem = STEM.match(match.group("stem"))
    name = stem.group("name") if stem else match.group("stem")
    version = stem.group("version") if stem else ""
    if manager != "gem":
        if os.path.isdir(host.at(path)):
            return None
        text = host.text(path)
        said = _headers(text) if manager == "pip" else _package(host, path, text)
        name, version = said.get("name", name), said.get("version", version)
    return {
        "manager": manager,
        "name": name,
        "version": version,
        "place": match.group("place"),
        "where": path,
    }


def _headers(text):
    # type: (str) -> dict[str, str]
    """Name and version of a Python module: headers before the first empty line."""
    matches = (HEADER.match(line) for line in text.partition("\n\n")[0].split("\n"))
    return dict((match.group(1).lower(), match.group(2)) for match in matches if match)


def _package(host, path, text):
    # type: (Host, str, str) -> dict[str, str]
    """The same of a module of Node.js."""
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        host.strange("software", path, text[:200])
        return {}
    pairs = ((key, said.get(key)) for key in ("name", "version"))
    return dict((key, value) for key, value in pairs if isinstance(value, TEXT) and value)
