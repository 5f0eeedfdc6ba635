"""Streams of a hostile agent: an error that names it, bounded memory, and nothing else."""

from __future__ import annotations

import io
import itertools
import os
import stat
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.agent import frames, records
from migrator.contents import Content, answers
from migrator.entries import Entry, Unreadable, read_tree
from migrator.errors import ProtocolError

Frame = tuple[bytes, bytes]
BOUND = 4 * frames.LIMIT  # bytes of memory for any stream
STAT = os.stat_result((stat.S_IFREG | 0o640, 7, 8, 1, 1000, 3_000_000, 5, 0, 0, 0))
ENTRY = Entry(b"a", "f", 0o644, 0, 0, 1, 0, 0, 1, 2, 1, 0, 0, b"", (), None, "")


def stream_of(*parts: Frame) -> bytes:
    return frames.MAGIC + b"".join(frames.HEAD.pack(k, len(p)) + p for k, p in parts)


def batch(*parts: bytes) -> Frame:
    return b"E", frames.deflated(b"".join(parts))


def one(shared: int, name: bytes, kind: bytes = b"f") -> bytes:
    return records.bare(kind, shared, name)


ROOT = one(0, b"", b"d")


def tree_of(*parts: bytes) -> list[Entry | Unreadable]:
    end = b"Z", frames.COUNT.pack(len(parts))
    return list(read_tree(io.BytesIO(stream_of(batch(*parts), end))))


xattrs = st.lists(st.tuples(st.binary(max_size=30), st.binary(max_size=99)), max_size=3)
segments = st.none() | st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 9)), max_size=3)


@given(
    target=st.binary(max_size=4095),
    device=st.integers(0, 2**30),
    package=st.binary(max_size=60),
    xattrs=xattrs,
    segments=segments,
    inode_flags=st.sampled_from([0, 0x10, 0x20, 0x30]),
    mtime=st.integers(-(2**62), 2**66),
)
def test_records_come_back(mtime: int, **extras: object) -> None:
    packed = records.record(
        b"f", 0, b"name", STAT, (mtime, 5), records.extras(**extras)  # type: ignore[arg-type]
    )  # fmt: skip
    found = records.Reader(packed).record()
    assert found[:4] == (b"f", 0o640, 1000, 3_000_000)
    assert found[5:7] == (mtime, 5)
    assert found[12] == extras["target"]
    assert os.makedev(*found[13:15]) == extras["device"]
    assert (found[15], list(found[16])) == (extras["package"], extras["xattrs"])
    assert (None if found[17] is None else list(found[17])) == extras["segments"]
    assert found[18] == extras["inode_flags"]


def test_a_walk_is_read() -> None:
    found = tree_of(ROOT, one(0, b"a", b"d"), one(1, b"x"), one(1, b"y", b"d"), one(0, b"b"))
    assert [entry.path for entry in found] == [b"", b"a", b"a/x", b"a/y", b"b"]


@pytest.mark.parametrize(
    "parts",
    [
        (one(0, b"a", b"d"),),
        (ROOT, one(0, b"..")),
        (ROOT, one(0, b".")),
        (ROOT, one(0, b"")),
        (ROOT, one(0, b"a/b")),
        (ROOT, one(0, b"nul\0byte")),
        (ROOT, one(0, b"a"), one(0, b"a")),
        (ROOT, one(0, b"b"), one(0, b"a")),
        (ROOT, one(0, b"link", b"l"), one(4, b"through")),
        (ROOT, one(0, b"ab", b"d"), one(2, b"c"), one(1, b"d")),
        (ROOT, one(0, b"a", b"d"), one(1, b"b"), one(0, b"a", b"d")),
        (ROOT, one(7, b"beyond")),
        (ROOT, one(0, b"?", b"?")),
    ],
)
def test_what_no_walk_produces_is_refused(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(ProtocolError):
        tree_of(*parts)


WALK = stream_of(batch(ROOT, one(0, b"a")), (b"X", b"b\0why"), (b"Z", frames.COUNT.pack(2)))
READ = stream_of(
    (b"C", records.record(b"f", 0, b"", STAT, (0, 0)) + frames.SAME + b"12345"),
    (b"X", b"b\0why"),
    (b"B", records.record(b"f", 0, b"", STAT, (0, 0))),
    (b"D", b"12345"),
    (b"F", frames.AGAIN),
    (b"B", records.record(b"f", 0, b"", STAT, (0, 0))),
    (b"D", b"12345"),
    (b"F", frames.CHANGED),
    (b"Z", frames.COUNT.pack(3)),
)


def walk(data: bytes) -> Iterator[object]:
    yield from read_tree(io.BytesIO(data))


def contents(data: bytes) -> Iterator[object]:
    for answer in answers(io.BytesIO(data), [(ENTRY, b"")] * 3):
        yield answer
        while isinstance(answer, Content):
            yield from answer.pieces
            answer = answer.again


def test_a_content_that_nobody_expected_is_not_known() -> None:
    said = stream_of((b"C", records.record(b"f", 0, b"", STAT, (0, 0)) + frames.KNOWN))
    with pytest.raises(ProtocolError, match="not told"):
        list(answers(io.BytesIO(said), [(ENTRY, b"")]))
    with pytest.raises(ProtocolError, match="another size"):
        list(answers(io.BytesIO(said), [(ENTRY, b"d" * 32)]))
    whole = ENTRY._replace(size=STAT.st_size)
    (known,) = itertools.islice(answers(io.BytesIO(said), [(whole, b"d" * 32)]), 1)
    assert isinstance(known, Content)
    assert known.digest == b"d" * 32


def test_a_content_does_not_come_again_for_ever() -> None:
    record = records.record(b"f", 0, b"", STAT, (0, 0))
    round = ((b"B", record), (b"D", b"12345"), (b"F", frames.AGAIN))
    with pytest.raises(ProtocolError, match="does not come again"):
        list(contents(stream_of(*(round * 50))))


BOTH = pytest.mark.parametrize(("take", "whole"), [(walk, WALK), (contents, READ)])
Take = Callable[[bytes], Iterator[object]]


@BOTH
def test_whole_streams_are_fine(take: Take, whole: bytes) -> None:
    assert list(take(whole))


@BOTH
def test_a_cut_anywhere_is_an_error(take: Take, whole: bytes) -> None:
    for cut in range(len(whole)):
        with pytest.raises(ProtocolError, match="broken"):
            list(take(whole[:cut]))


def drained(take: Take, data: bytes) -> None:
    """Any stream ends well or with a ProtocolError, within bounded memory."""
    tracemalloc.start()
    try:
        for _ in take(data):
            pass
    except ProtocolError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < BOUND


@BOTH
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_changed_bytes_are_an_error_at_most(take: Take, whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(len(frames.MAGIC), len(whole) - 1))
    size = data.draw(st.integers(0, 9))
    drained(take, whole[:at] + data.draw(st.binary(max_size=9)) + whole[at + size :])


KINDS = st.sampled_from([b"E", b"C", b"B", b"D", b"F", b"X", b"Z", b"W", b"J", b"?"])
PAYLOADS = st.binary(max_size=120)
FRAMES = st.tuples(KINDS, PAYLOADS | PAYLOADS.map(zlib.compress))


@pytest.mark.parametrize("take", [walk, contents])
@settings(max_examples=300, deadline=None)
@given(st.lists(FRAMES, max_size=6))
def test_any_frames_are_an_error_at_most(take: Take, parts: list[Frame]) -> None:
    drained(take, stream_of(*parts))


def huge(size: int, claimed: tuple[tuple[int, int], ...] | None = None) -> bytes:
    found = os.stat_result((stat.S_IFREG, 7, 8, 1, 0, 0, size, 0, 0, 0))
    extras = (0, b"") if claimed is None else records.extras(segments=list(claimed))
    return records.record(b"f", 0, b"", found, (0, 0), extras)


@pytest.mark.parametrize(
    "parts",
    [
        [(b"E", zlib.compress(bytes(200 << 20)))],  # a bomb
        [(b"C", huge(2**63) + frames.SAME)],
        [(b"B", huge(2**63)), (b"D", b"x"), (b"Z", b"")],
        [(b"B", huge(5)), (b"D", b"too much")],
        [(b"B", huge(5)), (b"D", b"")],
        [(b"B", huge(9, ((0, 5), (3, 2))))],  # overlapping
        [(b"B", huge(9, ((5, 5),)))],  # beyond the end
        [(b"B", records.record(b"l", 0, b"", STAT, (0, 0)))],
        [(b"X", b"b\0why")] * 4,  # more than asked for
        [(b"X", b"b\0why"), (b"Z", frames.COUNT.pack(1))],  # less
        [(b"Z", b"short")],
    ],
)
def test_absurd_contents_are_refused(parts: list[Frame]) -> None:
    for take in (walk, contents):
        with pytest.raises(ProtocolError):
            list(take(stream_of(*parts)))


def test_a_frame_that_claims_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(ProtocolError, match="claims"):
        list(walk(frames.MAGIC + frames.HEAD.pack(b"E", frames.LIMIT + 1)))


def test_endless_noise_is_refused() -> None:
    with pytest.raises(ProtocolError, match="no answer"):
        list(walk(bytes(frames.NOISE * 2)))
