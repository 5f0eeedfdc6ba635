"""A few changes since a layer was made become a small layer on top, and the layer stays as it is;
so with volumes.

Beside each layer of the last snapshot lies what was in it (its *base*): a fingerprint of each path.
Changes are always counted from there, so there is never more than one layer of them, and a layer is
made anew when they are a fourth of it. docs/decisions/0013-changes-on-top.md says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from migrator import bases, ledger, spill
from migrator.entries import Entry
from migrator.layers import CHANGES, Fate
from migrator.rows import Rows, Written
from migrator.sorting import Group, Sorting
from migrator.store import Layer, Store

SHARE = 4  # a layer is made anew when more than one part in so many changed
HEADER = 1024  # bytes that an entry takes beside its content


@dataclass
class Division:
    """What stays in the layers and volumes of the last snapshot, and its rows."""

    layers: dict[str, Layer] = field(default_factory=dict)
    volumes: dict[str, Layer] = field(default_factory=dict)
    rows: list[Written] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass
class _Difference:
    """Between a group and its base."""

    changed: set[int] = field(default_factory=set)  # numbers in the walk
    gone: set[bytes] = field(default_factory=set)  # paths
    size: int = 0


class _Awkward(Exception):
    """A change that a layer on top cannot tell in a way that every engine reads alike."""


def divide(
    sorting: Sorting,
    layers: Mapping[str, Layer],
    volumes: Mapping[str, Layer],
    places: Path,
    store: Store,
) -> Division:
    """Take out of the groups of ``sorting`` what ``layers`` and ``volumes`` of the last snapshot
    still have. What changed in layers becomes one more group, and a volume's group is left with
    what changed in it."""
    found = _differences(sorting, "layer", layers, places, store)
    try:
        division = _divided(sorting, found, layers) if found else Division()
    except _Awkward:
        division = Division()
    found = _differences(sorting, "volume", volumes, places, store)
    if found:
        _divide_volumes(sorting, found, volumes, division)
    return division


def _differences(
    sorting: Sorting, which: str, last: Mapping[str, Layer], places: Path, store: Store
) -> dict[str, _Difference]:
    found: dict[str, _Difference] = {}
    for (kind, name), group in sorting.groups.items():
        layer = last.get(name)
        if kind != which or not layer or not bases.wanted(name, layer):
            continue
        if store.has(layer.digest, layer.size):
            difference = _difference(group, places / bases.name(layer))
            if difference and difference.size * SHARE <= layer.raw_size:
                found[name] = difference
    return found


def _difference(group: Group, base: Path) -> _Difference | None:
    """None without a base that can be read."""
    found, names = _Difference(), bases.links(group)
    try:
        before = bases.read(base)
        key, known = next(before, (None, b""))
        by_package = bases.by_package(group)
        for number, digest, entry, asked in group.records():
            mine = bases.key_of(by_package, entry)
            while key is not None and key < mine:
                found.gone.add(_path(key))
                key, known = next(before, (None, b""))
            same = key == mine and not asked and bases.fingerprint(entry, digest, names) == known
            if not same:
                found.changed.add(number)
                found.size += HEADER + entry.stored
            if key == mine:
                key, known = next(before, (None, b""))
        while key is not None:
            found.gone.add(_path(key))
            key, known = next(before, (None, b""))
    except (OSError, EOFError, ValueError, TypeError):
        return None
    found.size += HEADER * len(found.gone)
    return found


def _path(key: bases.Key) -> bytes:
    return key[1].replace(b"\0", b"/")


def _divided(
    sorting: Sorting, found: Mapping[str, _Difference], last: Mapping[str, Layer]
) -> Division:
    gone = set[bytes]().union(*(difference.gone for difference in found.values()))
    removed, moved = _removed(sorting, gone)
    division = Division()
    changes: list[spill.Record] = []
    with Rows(sorting.place / "kept.rows") as rows:
        for name, difference in found.items():
            group = sorting.groups.pop(("layer", name))
            changes += _changed(group, difference.changed | moved, rows, division)
            division.layers[name] = last[name]
        division.rows = [rows.close()]
    for group in sorting.groups.values() if moved else ():
        if group.fate.kind == "layer":
            changes += _taken(group, moved)
    if changes or removed:
        sorting.groups["layer", CHANGES] = _on_top(sorting.place / "changes", changes, removed)
    return division


def _divide_volumes(
    sorting: Sorting,
    found: Mapping[str, _Difference],
    last: Mapping[str, Layer],
    division: Division,
) -> None:
    """No engine reads these: there is no change that they could not tell."""
    with Rows(sorting.place / "volumes.rows") as rows:
        for name, difference in found.items():
            group = sorting.groups["volume", name]
            changes = list(_changed(group, difference.changed, rows, division))
            division.volumes[name] = last[name]
            group.removed = sorted(difference.gone)
            if changes or group.removed:
                _rewrite(group, changes)
            else:
                del sorting.groups["volume", name]
        division.rows.append(rows.close())


def _changed(
    group: Group, changed: set[int], rows: Rows, division: Division
) -> Iterator[spill.Record]:
    """What is not as the layer has it; of all else the rows are written."""
    for record, (number, digest, entry, _) in zip(
        spill.records(group.path), group.records(), strict=True
    ):
        if number in changed:
            yield record
            continue
        row = ledger.row(entry, group.fate.text, group.fate.rule)
        rows.add(number, row | ({"digest": digest.hex()} if entry.kind == "f" else {}))
        division.counts[group.fate.kind] += 1


def _taken(group: Group, moved: set[int]) -> list[spill.Record]:
    """Take out of a group what is to lie above what other layers have in its place."""
    both: tuple[list[spill.Record], list[spill.Record]] = [], []
    for record in spill.records(group.path):
        both[record[0] in moved].append(record)
    spill.rewrite(group.path, both[False])
    return both[True]


def _on_top(path: Path, changes: list[spill.Record], removed: set[bytes]) -> Group:
    group = Group(Fate("layer", CHANGES), path, removed=sorted(removed), linked=True)
    _rewrite(group, sorted(changes))
    return group


def _rewrite(group: Group, records: list[spill.Record]) -> None:
    spill.rewrite(group.path, records)
    group.size = sum(entry.size for _, _, entry, asked in group.records() if asked)


def _removed(sorting: Sorting, gone: set[bytes]) -> tuple[set[bytes], set[int]]:
    """Which paths are to be hidden, and the numbers of those that are in another layer now. Of a
    directory that is gone the directory itself is hidden."""
    above = {parent for path in gone for parent in _above(path)}
    there: dict[bytes, tuple[int, Entry]] = {}
    for (kind, _), group in sorting.groups.items():
        for number, _, entry, _ in group.records() if kind == "layer" else ():
            if entry.path in gone or entry.path in above:
                there[entry.path] = number, entry
    removed: set[bytes] = set()
    moved: set[int] = set()
    for path in gone:
        if path in there:
            number, entry = there[path]
            if entry.kind == "d" or entry.nlink > 1:
                raise _Awkward
            moved.add(number)
            continue
        missing = [parent for parent in _above(path) if parent not in there]
        if any(there[parent][1].kind != "d" for parent in _above(path) if parent in there):
            raise _Awkward
        removed.add(missing[0] if missing else path)
    return removed, moved


def _above(path: bytes) -> list[bytes]:
    """The directories that it is in, from the top."""
    parts = path.split(b"/")[:-1]
    return [b"/".join(parts[: end + 1]) for end in range(len(parts))]
