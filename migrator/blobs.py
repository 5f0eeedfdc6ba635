"""The blobs of a snapshot, from groups of entries and their contents.

Files of this machine are read by the processes that pack them, several blobs at once. What an agent
streams comes in one order and is packed by this process.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized

from migrator import local
from migrator.archive import Archive
from migrator.contents import Content
from migrator.entries import Entry, Unreadable
from migrator.errors import MigratorError
from migrator.rows import Rows, Written
from migrator.sorting import Group
from migrator.store import BlobWriter, Index, Layer, Store

Answer = Callable[[Entry], Content | Unreadable]  # asked in the order of the groups
Tell = Callable[[int], None]
WORKERS = 2  # more than that wait for the disk, and take the machine from others
STEP = 1 << 22  # bytes between two reports of a worker
MOST_ZEROS = 1 << 32  # bytes that are filled up where a stream broke off
INTERVAL = 0.2  # seconds between two looks at what workers did
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True)
class Built:
    group: tuple[str, str]  # kind and name
    layer: Layer
    rows: Written
    counts: Counter[str]
    failure: MigratorError | None = None  # the stream broke off: this is what came before


def build(group: Group, store: Store, answer: Answer, tell: Tell) -> Built:
    """One blob in the store and in its index. Where a stream breaks off it holds what came before,
    so that the next run need not ask for it again."""
    lasting = _Lasting(answer)
    counts: Counter[str] = Counter()
    with (
        Rows(group.path.with_suffix(".rows")) as rows,
        Index(store) as index,
        store.temporary() as handle,
    ):
        writer = BlobWriter(handle, index)
        archive = Archive(writer, group.fate, tell)
        for number, digest, entry, asked in group.records():
            found = lasting.answer(entry) if asked else None
            row = archive.add(entry, digest, found)
            if lasting.failure:
                break
            rows.add(number, row)
            counts[row["fate"].partition(" ")[0]] += 1
            counts["changed"] += "changed" in row
        for point in () if lasting.failure else group.points:
            archive.write(point)
        key, layer, new = writer.close()
        if new:
            store.publish(handle, layer.digest)
            index.add(key, layer, writer.spans)
    name = group.fate.kind, group.fate.name
    return Built(name, layer, rows.close(), counts, lasting.failure)


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
        if isinstance(found, Content):
            found.pieces = self._filled(found.pieces, stored(found.entry))
        return found

    def _filled(self, pieces: Iterator[bytes], left: int) -> Iterator[bytes]:
        try:
            for piece in pieces:
                left -= len(piece)
                yield piece
        except MigratorError as error:
            if left > MOST_ZEROS:
                raise  # not worth it: the blob is given up
            self.failure = error
            while left:
                yield bytes(min(left, STEP))
                left -= min(left, STEP)


def stored(entry: Entry) -> int:
    """Bytes of data of a content, without its holes."""
    return entry.size if entry.segments is None else sum(size for _, size in entry.segments)


def read_here(groups: Sequence[Group], store: Store, root: str, tell: Tell) -> Iterator[Built]:
    """All groups, the largest first, in processes of their own."""
    # A fork has everything imported and shares its memory with us; it uses no lock of ours.
    context = multiprocessing.get_context("fork")
    done = context.Value("Q", 0)
    with ProcessPoolExecutor(WORKERS, context, _begin, (done, os.getpid())) as pool:
        largest = sorted(groups, key=lambda group: -group.size)
        waiting: set[Future[Built]] = {pool.submit(_work, g, store, root) for g in largest}
        told = 0
        try:
            while waiting:
                finished, waiting = wait(waiting, INTERVAL, FIRST_COMPLETED)
                told, before = done.value, told
                tell(told - before)
                for future in finished:
                    yield future.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


_done: Synchronized[int]  # of a worker: bytes that all have read


def _begin(done: Synchronized[int], parent: int) -> None:
    """A worker dies with its parent, which may be killed, and leaves Ctrl-C to it."""
    global _done
    _done = done
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _work(group: Group, store: Store, root: str) -> Built:
    waiting = 0

    def tell(count: int) -> None:
        nonlocal waiting
        waiting += count
        if waiting >= STEP:
            with _done.get_lock():
                _done.value += waiting
            waiting = 0

    return build(group, store, local.reader(root), tell)
