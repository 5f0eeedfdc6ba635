"""Layers of packages, planned over all hosts that are known, so that hosts share them.

Packages that occur on the same set of hosts form a class. Classes that save most by being shared
are layers of their own; the rest of a host's packages share one layer, from which the largest are
taken out. Layers that other snapshots have made already come first. What is large is cut, so that
several processes pack it, engines fetch it side by side, and an upgrade makes little of it anew.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from migrator.facts.packages import Package, Packages
from migrator.layers import PACKAGES

WITHOUT_FILES = ("config-files", "not-installed")
LIMIT = 30  # layers of packages in one image; engines bear 127 layers of all kinds
LARGE = 1 << 28  # bytes of packages in one layer before the next begins
CUTS = 8  # parts of one class at most
Sizes = Mapping[str, int]  # package, version and architecture in one word -> bytes of its files
Layout = dict[str, frozenset[str]]  # layer -> words of its packages


def sizes(packages: Packages) -> dict[str, int]:
    """The word of each package whose files are there, and the bytes they take. Two architectures of
    one name share a word, because the files of both are known by that name."""
    found: dict[str, list[Package]] = defaultdict(list)
    for package in packages.installed:
        if package.status not in WITHOUT_FILES:
            found[package.name].append(package)
    return {
        f"{name}:{'+'.join(sorted(f'{p.architecture}={p.version}' for p in same))}": sum(
            p.size for p in same
        )
        for name, same in found.items()
    }


def by_package(layout: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Name of a package -> its layer."""
    return {word.partition(":")[0]: name for name, words in layout.items() for word in words}


def layout(
    mine: Sizes,
    others: Iterable[frozenset[str]],
    made: Iterable[frozenset[str]],
    limit: int = LIMIT,
) -> Layout:
    """The layers of one host's packages, ``mine``.

    ``others`` are the packages of the other known hosts, ``made`` those of each layer that a
    snapshot made before. The order of both does not matter.
    """
    parts = _reused(mine, made, limit)
    left = frozenset(mine).difference(*parts)
    parts += _classes({word: mine[word] for word in left}, list(others), limit - len(parts))
    return {_name(part): part for part in parts if part}


def _reused(mine: Sizes, made: Iterable[frozenset[str]], limit: int) -> list[frozenset[str]]:
    """Layers that fit as they are, the largest first, up to two below the limit."""
    fitting = {part for part in made if part and part <= mine.keys()}
    chosen: list[frozenset[str]] = []
    taken: set[str] = set()
    for part in sorted(fitting, key=lambda part: (-_size(part, mine), sorted(part))):
        if len(chosen) < limit - 2 and taken.isdisjoint(part):
            chosen.append(part)
            taken |= part
    return chosen


def _classes(mine: Sizes, others: list[frozenset[str]], limit: int) -> list[frozenset[str]]:
    """Classes by what sharing them saves, then the largest packages alone, then the rest."""
    classes: dict[tuple[int, ...], set[str]] = defaultdict(set)
    for word in mine:
        hosts = tuple(number for number, other in enumerate(others) if word in other)
        classes[hosts].add(word)
    shared = sorted(
        (hosts for hosts in classes if hosts),
        key=lambda hosts: (-len(hosts) * _size(classes[hosts], mine), sorted(classes[hosts])),
    )
    chosen: list[frozenset[str]] = []
    for hosts in shared:
        parts = _cut(classes[hosts], mine, CUTS)
        room = limit - 1 - len(chosen)
        if room > 0:
            chosen += parts if len(parts) <= room else [frozenset(classes[hosts])]
    rest = sorted(set(mine).difference(*chosen), key=lambda word: (-mine[word], word))
    room = max(limit - len(chosen), 1)
    cuts = min(CUTS, room, _size(rest, mine) // LARGE + 1)
    alone = room - cuts
    return [*chosen, *(frozenset([word]) for word in rest[:alone]), *_cut(rest[alone:], mine, cuts)]


def _cut(words: Iterable[str], sizes: Sizes, cuts: int) -> list[frozenset[str]]:
    """At most ``cuts`` parts; the same words are cut alike on every host."""
    words = sorted(words)
    most = max(LARGE, _size(words, sizes) // cuts)
    parts: list[list[str]] = [[]]
    size = 0
    for word in words:
        if size > most:
            parts.append([])
            size = 0
        parts[-1].append(word)
        size += sizes[word]
    return [frozenset(part) for part in parts]


def _size(part: Iterable[str], sizes: Sizes) -> int:
    return sum(sizes[word] for word in part)


def _name(part: frozenset[str]) -> str:
    """The same packages have the same name on every host."""
    return f"{PACKAGES}-{hashlib.sha256(' '.join(sorted(part)).encode()).hexdigest()[:12]}"
