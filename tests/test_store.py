"""Blobs and their spans: made alike, copied, read by others."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator import tarformat
from migrator.store import BlobWriter, Index, Store
from migrator.store.blob import LARGE, MOST
from migrator.store.codec import CODECS, ZSTD, Codec
from migrator.tarformat import Member
from tests.storing import BIG, MANY, plain, put


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "work/store")


@pytest.fixture(params=CODECS.values(), ids=CODECS)
def codec(request: pytest.FixtureRequest) -> Codec:
    found: Codec = request.param
    return found


@pytest.fixture
def other(tmp_path: Path) -> Store:
    return Store(tmp_path / "other/store")


def test_others_read_what_was_put(store: Store, codec: Codec) -> None:
    files = (*MANY, BIG, ("empty", b""), ("last", b"x"))
    assert plain(store, put(store, files, codec=codec)) == dict(files)


@pytest.mark.parametrize("before", CODECS.values(), ids=CODECS)
def test_what_the_store_held_before_changes_no_byte(
    store: Store, other: Store, before: Codec, codec: Codec
) -> None:
    files = (*MANY, BIG)
    put(store, [(f"x{name}", data) for name, data in reversed(files)], codec=before)
    put(store, files[:40], codec=before)
    assert put(store, files, known=True, codec=codec) == put(other, files, codec=codec)


def test_a_layer_of_either_codec_has_the_same_tar(store: Store) -> None:
    one = put(store, (*MANY, BIG))
    two = put(store, (*MANY, BIG), known=True, codec=ZSTD)
    assert (one.diff_id, one.raw_size) == (two.diff_id, two.raw_size)
    assert one.digest != two.digest


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.binary(max_size=300) | st.sampled_from([LARGE - 1, LARGE, MOST, MOST + 1]).map(bytes)
    ),
    st.integers(0, 30),
)
def test_any_contents_come_back(
    tmp_path_factory: pytest.TempPathFactory, found: list[bytes], cut: int
) -> None:
    base = tmp_path_factory.mktemp("any")
    files = [(str(number), data) for number, data in enumerate(found)]
    one, two = Store(base / "one"), Store(base / "two")
    put(one, files[cut:])
    assert put(one, files) == put(two, files)
    assert plain(one, put(one, files)) == dict(files)
    with Index(one) as index:
        for data in found:
            assert b"".join(index.pieces(hashlib.sha256(data).digest())) == data


def test_a_layer_that_is_there_is_not_written_again(store: Store, codec: Codec) -> None:
    first = put(store, MANY, codec=codec)
    before = store.blob(first.digest).stat().st_mtime_ns
    assert put(store, MANY, known=True, codec=codec) == first
    assert store.blob(first.digest).stat().st_mtime_ns == before


def test_what_was_undone_leaves_no_trace(store: Store, other: Store) -> None:
    """Also where the store has all that came before, so that nothing is written at first."""
    files = (*MANY, BIG)
    put(store, files)
    for target in (store, other):
        with Index(target) as index, target.temporary() as handle:
            writer = BlobWriter(handle, index)
            for number, (name, data) in enumerate(files):
                if not number % 32:
                    writer.end_run()
                head = tarformat.header(Member(name.encode(), "f", 0o644, size=len(data)))
                if number % 50 == 0:
                    mark = writer.mark()
                    wrong = os.urandom(MOST + number)
                    writer.stream(tarformat.header(Member(b"x", "f", 0)), len(wrong), [wrong])
                    writer.back(mark)
                writer.content(head, hashlib.sha256(data).digest(), len(data), (data,))
            _, layer, _ = writer.close()
            handle.flush()
            if target is other:
                assert (
                    hashlib.sha256(Path(handle.name).read_bytes()).hexdigest() == layer.digest[7:]
                )
        assert layer == put(store, files)


def test_spans_are_copied_not_compressed(store: Store, codec: Codec) -> None:
    put(store, (*MANY, BIG), codec=codec)
    made: list[int] = []

    def counted(data: bytes) -> bytes:
        made.append(len(data))
        return codec.compress(data)

    put(store, (*MANY, ("new", b"new"), BIG), codec=replace(codec, compress=counted))
    assert sum(made) < 30_000, "the last run, not the five megabytes beside it"
