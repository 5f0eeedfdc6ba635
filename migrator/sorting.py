"""A walk sorted into the blobs to be, on disk: their entries, and which contents are to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator import ledger, spill
from migrator.entries import Entry, Unreadable
from migrator.known import Known
from migrator.layers import PACKAGES, Fate, Fates
from migrator.rows import Rows
from migrator.store import Index

KEPT = ("layer", "volume")
Record = tuple[int, bytes, Entry, bool]  # number, digest, entry, whether its content is to be read


@dataclass
class Group:
    """The entries of one blob in the order of its tar."""

    fate: Fate
    path: Path
    size: int = 0  # bytes of the contents to be read
    points: list[Entry] = field(default_factory=list)  # bare mount points at its end

    def records(self) -> Iterator[Record]:
        """Of several names of one file the first is read."""
        seen: set[tuple[int, int]] = set()
        for number, digest, entry in self._ordered():
            inode = entry.dev, entry.ino
            alone = entry.nlink == 1 or self.fate.kind == "secret"  # each name has its own
            first = entry.kind == "f" and (alone or inode not in seen)
            if entry.nlink > 1:
                seen.add(inode)
            yield number, digest, entry, first and digest == spill.UNKNOWN

    def _ordered(self) -> Iterable[tuple[int, bytes, Entry]]:
        """Files of a package lie together, so that hosts share them whatever else is there."""
        found = ((n, digest, spill.unpacked(r)) for n, digest, r in spill.records(self.path))
        if not self.fate.name.startswith(PACKAGES) or self.fate.kind != "layer":
            return found
        return sorted(found, key=lambda record: (record[2].package, record[0]))


class Wanted(Collection[Entry]):
    """What is to be read for ``groups``, in their order, each time read from the disk anew."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups
        self._count = sum(1 for _ in self)

    def __iter__(self) -> Iterator[Entry]:
        for group in self._groups:
            yield from (entry for _, _, entry, asked in group.records() if asked)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, entry: object) -> bool:
        return any(entry == wanted for wanted in self)


class Sorting:
    """What one walk became. ``place``: a directory of its own for the files."""

    def __init__(self, place: Path, fates: Fates, known: Known, index: Index) -> None:
        self.place = place
        self._fates = fates
        self._known = known
        self._index = index
        self._handles: dict[tuple[str, str], spill.Writer] = {}
        self.groups: dict[tuple[str, str], Group] = {}
        self.lost: list[Unreadable] = []
        self.count = 0
        self.newest = 0  # time of change of the entry that changed last, in nanoseconds
        self.walk = spill.Writer(place / "walk")
        self.rows = Rows(place / "rows")  # of all that is in no blob
        self.counts: Counter[str] = Counter()  # of the same, by kind of fate

    def add(self, item: Entry | Unreadable) -> None:
        if isinstance(item, Unreadable):
            self.lost.append(item)
            return
        fate = self._fates.of(item)
        packed = spill.packed(item)
        number, self.count = self.count, self.count + 1
        self.newest = max(self.newest, item.ctime_ns)
        digest = self._known.digest(item, packed)
        self.walk.write(number, spill.UNKNOWN, packed)
        if fate.kind in (*KEPT, "secret"):
            self._keep(number, item, fate, digest, packed)
        else:
            self.rows.add(number, ledger.row(item, fate.text, fate.rule))
            self.counts[fate.kind] += 1
        at = self._fates.mount_point(item, fate)
        if at:
            kind = "f" if fate.kind == "secret" else "d"
            mode = item.mode or 0o755
            bare = replace(item, kind=kind, mode=mode, size=0, segments=None, nlink=1)
            self._group(at).points.append(bare)

    def close(self) -> None:
        for handle in (self.walk, *self._handles.values()):
            handle.close()
        self.rows.close()

    @property
    def same(self) -> bool:
        """Whether the last snapshot would be made again, if the plan is the same."""
        return self._known.same and not self.lost

    @property
    def size(self) -> int:
        """Bytes to be read."""
        return sum(group.size for group in self.groups.values())

    def _keep(self, number: int, entry: Entry, fate: Fate, digest: bytes, packed: bytes) -> None:
        if digest == spill.UNKNOWN and entry.kind == "f":
            self._known.doubt()
        elif fate.kind == "secret" or not self._index.holds(digest):
            digest = spill.UNKNOWN
        group = self._group(fate)
        if digest == spill.UNKNOWN:
            group.size += entry.size
        self._handles[fate.kind, group.fate.name].write(number, digest, packed)

    def _group(self, fate: Fate) -> Group:
        key = (fate.kind, "" if fate.kind == "secret" else fate.name)
        if key not in self.groups:
            path = self.place / f"group-{len(self.groups)}"
            self.groups[key] = Group(replace(fate, name=key[1]), path)
            self._handles[key] = spill.Writer(path)
        return self.groups[key]
