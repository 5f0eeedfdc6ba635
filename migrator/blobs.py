"""The blobs of a snapshot, from groups of entries and their contents.

They are packed by processes of their own, several blobs at once. Each reads for itself: the files
of this machine, or an agent's stream. Over a connection for one process alone this one does it.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from migrator.agent.limits import be_gentle
from migrator.archive import Archive, Form
from migrator.bases import Base
from migrator.contents import Content
from migrator.entries import Entry, Unreadable
from migrator.errors import MigratorError
from migrator.looked import Hits
from migrator.rows import Rows, Written
from migrator.search import Search
from migrator.sorting import Group
from migrator.store import BlobWriter, Index, Layer, Store
from migrator.store.codec import CODECS, GZIP

Answer = Callable[[Entry], Content | Unreadable]  # asked in the order of the groups
Opening = Callable[[Sequence[Group]], AbstractContextManager[Answer]]  # for what they want read
Tell = Callable[[int], None]
MOST_WORKERS = 4  # more than that wait for the disk, and take the machine from others
SHARES = 4  # of a worker: the work is handed out in so many parts
STEP = 1 << 22  # bytes between two reports of a worker
MOST_ZEROS = 1 << 32  # bytes that are filled up where a stream broke off
OBJECTS = 100_000  # new ones between two looks for cycles, of which there are few
INTERVAL = 0.2  # seconds between two looks at what workers did
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def workers() -> int:
    """Two also on one processor: one works while the disk lets the other wait."""
    return max(2, min(MOST_WORKERS, len(os.sched_getaffinity(0))))


@dataclass(frozen=True)
class Making:
    """What all blobs of a snapshot have in common. ``search``: for what must not be in a layer."""

    store: Store
    opening: Opening
    form: Form
    search: Search


@dataclass(frozen=True)
class Built:
    group: tuple[str, str]  # kind and name
    layer: Layer
    rows: Written
    counts: Counter[str]
    hits: Hits | None  # of the search in a layer; None when not all of it was looked at


@dataclass(frozen=True)
class Done:
    """The blobs of some groups; ``failure``: why the last one holds only what came before it, and
    others are missing."""

    built: list[Built]
    failure: MigratorError | None = None


def build_all(
    groups: Sequence[Group], making: Making, count: int, gentle: Any, tell: Tell
) -> Iterator[Done]:
    """All groups, the largest first, in ``count`` processes of their own, or in this one.

    ``gentle``: limits that the processes give themselves, as the agent does.
    """
    largest = sorted(groups, key=lambda group: -group.size)
    if count < 2:
        yield build(largest, making, tell)
        return
    # A fork has everything imported and shares its memory with us; it uses no lock of ours.
    context = multiprocessing.get_context("fork")
    done = context.Value("Q", 0)
    gc.freeze()  # what there is now is not to be looked through again and again by each
    given = (done, os.getpid(), making, gentle)
    with ProcessPoolExecutor(count, context, _begin, given) as pool:
        waiting: set[Future[Done]] = {pool.submit(_work, p) for p in _parts(largest, count)}
        told = 0
        try:
            while waiting:
                finished, waiting = wait(waiting, INTERVAL, FIRST_COMPLETED)
                told, before = done.value, told
                tell(told - before)
                for future in finished:
                    if future.result().failure:
                        waiting = {other for other in waiting if not other.cancel()}
                    yield future.result()
        except MigratorError:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        except BaseException:
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise
        finally:
            gc.unfreeze()


def _parts(groups: Sequence[Group], count: int) -> Iterator[list[Group]]:
    """Groups in parts of about the same size, which begin and end a stream each."""
    least = sum(group.size for group in groups) // (count * SHARES)
    part: list[Group] = []
    for group in groups:
        part.append(group)
        if sum(member.size for member in part) > least:
            yield part
            part = []
    if part:
        yield part


def build(groups: Sequence[Group], making: Making, tell: Tell) -> Done:
    """One blob for each group, in the store and in its index. Where a stream breaks off the blob
    holds what came before, so that the next run need not ask for it again."""
    built: list[Built] = []
    try:
        with making.opening(groups) as answer, Index(making.store) as index:
            lasting = _Lasting(answer)
            for group in groups:
                built.append(_blob(group, making, index, lasting, tell))
                if lasting.failure:
                    raise lasting.failure
    except MigratorError as error:
        return Done(built, error)
    return Done(built)


def _blob(group: Group, making: Making, index: Index, lasting: _Lasting, tell: Tell) -> Built:
    """A volume is always of gzip: the Python of its target may know nothing else. Only a layer is
    searched: a volume is to hold what the host has."""
    counts: Counter[str] = Counter()
    store, form = making.store, making.form
    with (
        Rows(group.path.with_suffix(".rows")) as rows,
        Base(group.path.with_suffix(".base"), group) as base,
        store.temporary() as handle,
    ):
        if group.fate.kind == "layer":
            writer = BlobWriter(handle, index, CODECS[form.codec], making.search)
        else:
            writer = BlobWriter(handle, index, GZIP)
        archive = Archive(writer, group.fate, tell, form.labels)
        for path in group.removed:
            archive.hide(path)
        for number, digest, entry, asked in group.records():
            found = lasting.answer(entry) if asked else None
            row = archive.add(entry, digest, found)
            if lasting.failure:
                break
            rows.add(number, row)
            base.add(found.last.entry if isinstance(found, Content) else entry, row)
            counts[row["fate"]] += 1
            if "changed" in row:
                counts["changed"] += 1
        for point in () if lasting.failure else group.points:
            archive.write(point)
        content, layer, new = writer.close()
        if new:
            store.publish(handle, layer.digest)
            index.add(content, layer, writer.spans)
    key = group.fate.kind, group.fate.name
    return Built(key, layer, rows.close(), _by_kind(counts), writer.hits)


def _by_kind(counts: Counter[str]) -> Counter[str]:
    """The counts of fates without their names."""
    found: Counter[str] = Counter()
    for fate, count in counts.items():
        found[fate.partition(" ")[0]] += count
    return found


class _Lasting:
    """Answers of a stream that may break off: the content at hand is then filled up with zeros,
    and its row is never written."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.failure: MigratorError | None = None

    def answer(self, entry: Entry) -> Content | Unreadable:
        try:
            found = self._answer(entry)
        except MigratorError as error:
            self.failure = error
            return Unreadable(entry.path, "the stream broke off")
        if isinstance(found, Content) and not isinstance(found.pieces, tuple):
            self._protect(found)
        return found

    def _protect(self, content: Content) -> None:
        content.pieces = self._filled(content, content.pieces)

    def _filled(self, content: Content, pieces: Iterable[bytes]) -> Iterator[bytes]:
        left = content.entry.stored
        try:
            for piece in pieces:
                left -= len(piece)
                yield piece
            if content.again:
                self._protect(content.again)
        except MigratorError as error:
            if left > MOST_ZEROS:
                raise  # not worth it: the blob is given up
            self.failure = error
            while left:
                yield bytes(min(left, STEP))
                left -= min(left, STEP)


_shared: tuple[Synchronized[int], Making]  # of a worker; the number is of bytes that all have read


def _begin(done: Synchronized[int], parent: int, making: Making, gentle: Any) -> None:
    """A worker dies with its parent, which may be killed, and leaves Ctrl-C to it."""
    global _shared
    _shared = done, making
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(OBJECTS)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    be_gentle(gentle)


def _work(groups: Sequence[Group]) -> Done:
    done, making = _shared
    waiting = 0

    def tell(count: int) -> None:
        nonlocal waiting
        waiting += count
        if waiting >= STEP:
            with done.get_lock():
                done.value += waiting
            waiting = 0

    return build(groups, making, tell)
