"""A walk sorted into the blobs to be, on disk: their entries, and which contents are to be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from migrator import ledger, spill
from migrator.contents import Asked
from migrator.entries import Entry, Unreadable
from migrator.known import Kin, Known
from migrator.layers import PACKAGES, Fate, Fates
from migrator.rows import UNREAD, Rows
from migrator.store import Index

KEPT = ("layer", "volume")
SORTED = (*KEPT, "secret")
HELD = 1  # mark of an entry whose content is in the store
Record = tuple[int, bytes, Entry, bool]  # number, digest, entry, whether its content is to be read


@dataclass
class Group:
    """The entries of one blob in the order of its tar."""

    fate: Fate
    path: Path
    size: int = 0  # bytes of the contents to be read
    points: list[Entry] = field(default_factory=list)  # bare mount points at its end
    removed: list[bytes] = field(default_factory=list)  # paths of layers below that it hides
    linked: bool = False  # whether there are files with several names

    def records(self) -> Iterator[Record]:
        """Of several names of one file the first is read. The digest of what is to be read is a
        guess, or UNKNOWN."""
        seen: set[tuple[int, int]] = set()
        for number, digest, mark, record in spill.records(self.path):
            entry = spill.unpacked(record)
            asked = entry.kind == "f" and mark != HELD
            if entry.nlink > 1 and self.fate.kind != "secret":  # there each name has its own
                inode = entry.dev, entry.ino
                asked = asked and inode not in seen
                seen.add(inode)
            if not asked and mark != HELD:
                digest = spill.UNKNOWN
            yield number, digest, entry, asked

    def order(self) -> None:
        """Files of a package lie together, so that hosts share them whatever else is there."""
        if self.fate.kind != "layer" or not self.fate.name.startswith(PACKAGES):
            return
        found = [
            (spill.unpacked(record[3]).package, number, record)
            for number, record in enumerate(spill.records(self.path))
        ]
        spill.rewrite(self.path, (record for _, _, record in sorted(found)))


class Wanted(Collection[Asked]):
    """What is to be read for ``groups``, in their order, each time read from the disk anew."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups
        self._count = sum(1 for _ in self)

    def __iter__(self) -> Iterator[Asked]:
        for group in self._groups:
            for _, digest, entry, asked in group.records():
                if asked:
                    yield entry, b"" if digest == spill.UNKNOWN else digest

    def __len__(self) -> int:
        return self._count

    def __contains__(self, asked: object) -> bool:
        return any(asked == wanted for wanted in self)


class Sorting:
    """What one walk became. ``place``: a directory of its own for the files.

    As long as a walk is as the last one there is nothing to sort: it is only kept.
    """

    def __init__(self, place: Path, fates: Fates, known: Known, kin: Kin, index: Index) -> None:
        self.place = place
        self._fates = fates
        self._known, self._kin = known, kin
        self._index = index
        self._handles: dict[tuple[str, str], spill.Writer] = {}
        self._begun = False
        self.groups: dict[tuple[str, str], Group] = {}
        self.lost: list[Unreadable] = []
        self.count = 0
        self.newest = 0  # when the walk began, or the last change that it saw, in nanoseconds
        self.frames: list[str] = []  # digests of the walk's stream
        self.walk = spill.Writer(place / "walk")
        self.rows = Rows(place / "rows")  # of all that is in no blob
        self.counts: Counter[str] = Counter()  # of the same, by kind of fate

    def began(self, moment: int) -> None:
        """The host's clock when its walk began."""
        self.newest = max(self.newest, moment)

    def add(self, item: Entry | Unreadable) -> None:
        if isinstance(item, Unreadable):
            self.lost.append(item)
            return
        packed = spill.packed(item)
        number, self.count = self.count, self.count + 1
        self.newest = max(self.newest, item.ctime_ns)
        digest, flags = self._known.of(item, packed)
        if item.kind == "f" and digest == spill.UNKNOWN and flags != UNREAD:
            self._known.doubt()
        if self._known.differs:
            self.begin()
        self.walk.write(number, digest, flags, packed)
        if self._begun:
            self._sort(number, digest, flags, item, packed)

    def begin(self) -> None:
        """Sort what came until now, and all that follows."""
        if self._begun:
            return
        self._begun = True
        self.walk.flush()
        for number, digest, flags, record in spill.records(self.walk.path):
            self._sort(number, digest, flags, spill.unpacked(record), record)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for handle in (self.walk, *self._handles.values()):
            handle.close()
        self.rows.close()

    def finish(self) -> None:
        """The end of a walk of which something is to be made."""
        self.begin()
        self.__exit__()
        for group in self.groups.values():
            group.order()

    @property
    def same(self) -> bool:
        """Whether the last snapshot would be made again, if the plan is the same."""
        return not self._begun and self._known.same and not self.lost

    @property
    def size(self) -> int:
        """Bytes to be read."""
        return sum(group.size for group in self.groups.values())

    def _sort(self, number: int, digest: bytes, flags: int, entry: Entry, packed: bytes) -> None:
        fate = self._fates.of(entry)
        if flags and flags != UNREAD:
            entry = entry._replace(inode_flags=flags)
            packed = spill.packed(entry)
        if fate.kind in SORTED:
            self._keep(number, entry, fate, digest, packed)
        else:
            self.rows.add(number, ledger.row(entry, fate.text, fate.rule))
            self.counts[fate.kind] += 1
        at = self._fates.mount_point(entry, fate)
        if at:
            kind = "f" if fate.kind == "secret" else "d"
            mode = entry.mode or 0o755
            bare = entry._replace(kind=kind, mode=mode, size=0, segments=None, nlink=1)
            self._group(at).points.append(bare)

    def _keep(self, number: int, entry: Entry, fate: Fate, digest: bytes, packed: bytes) -> None:
        group, mark = self._group(fate), 0
        if entry.kind == "f":
            if fate.kind == "secret":
                digest = spill.UNKNOWN
            elif digest == spill.UNKNOWN:
                digest = self._guess(entry)
            elif self._is_held(entry, fate, digest):
                mark = HELD
            elif entry.segments is not None:
                digest = spill.UNKNOWN
            group.size += 0 if mark else entry.size
            group.linked = group.linked or entry.nlink > 1
        self._handles[fate.kind, group.fate.name].write(number, digest, mark, packed)

    def _is_held(self, entry: Entry, fate: Fate, digest: bytes) -> bool:
        """The content as this fate stores it: with its holes in a layer, else without."""
        if entry.segments is None:
            return self._known.complete or self._index.holds(digest)
        size = entry.size if fate.kind == "layer" else sum(size for _, size in entry.segments)
        return self._index.size(digest) == size

    def _guess(self, entry: Entry) -> bytes:
        """The digest that its content likely has, when the store holds that."""
        digest = self._kin.digest(entry)
        fits = digest != spill.UNKNOWN and self._index.size(digest) == entry.size
        return digest if fits else spill.UNKNOWN

    def _group(self, fate: Fate) -> Group:
        key = (fate.kind, "" if fate.kind == "secret" else fate.name)
        if key not in self.groups:
            path = self.place / f"group-{len(self.groups)}"
            self.groups[key] = Group(replace(fate, name=key[1]), path)
            self._handles[key] = spill.Writer(path)
        return self.groups[key]
