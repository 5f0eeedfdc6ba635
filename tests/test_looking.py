"""What a layer's writer finds while the bytes pass, compared with who reads the finished blob."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator import tarformat
from migrator.looked import Hits
from migrator.scan import _hits
from migrator.search import A_KEY, LONGEST, Search
from migrator.store import BlobWriter, Index, Store
from migrator.tarformat import Member
from tests.storing import BIG, MANY, Files, put, searched

SECRET = b"alice:s3cret-of-alice\nbob:s3cret-of-bob\n"
KEY = b"-----BEGIN PRIVATE KEY-----\n" + b"A" * 64 + b"\n"
SEARCH = Search({"/etc/passwords": SECRET, "/etc/short": b"hunter2"})
SEAM = bytes((1 << 20) - 10)
FILES: Files = (
    *MANY,
    ("opt/a-name-that-an-old-header-cannot-hold/" + "x" * 120, b"see " + SECRET),
    ("opt/large", SEAM + SECRET + SEAM + KEY),
    ("opt/key", KEY),
    BIG,
)
FOUND = {
    (f"/{FILES[-4][0]}", "the content of /etc/passwords"),
    ("/opt/large", "the content of /etc/passwords"),
    ("/opt/large", A_KEY),
    ("/opt/key", A_KEY),
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def look(store: Store, files: Files = FILES, known: bool = False) -> Hits | None:
    layer, hits = searched(store, files, known, search=SEARCH)
    if hits is not None:
        assert set(hits) == set(_hits(store.blob(layer.digest), SEARCH))
    return hits


def seen(hits: Hits | None) -> set[tuple[str, str]]:
    assert hits is not None
    return {(path, what) for path, what in hits}


def test_what_is_new_is_looked_at_as_it_is_written(store: Store) -> None:
    assert seen(look(store)) == FOUND


def test_what_the_store_has_is_looked_at_when_it_was_read(store: Store) -> None:
    put(store, FILES)
    assert seen(look(store)) == FOUND


def test_a_layer_of_which_nothing_was_read_is_not_said_to_be_clean(store: Store) -> None:
    put(store, FILES)
    assert look(store, known=True) is None


def test_what_is_copied_from_another_layer_is_looked_at(store: Store) -> None:
    put(store, FILES)
    put(store, (("other", b"more"),))
    assert seen(look(store, (*FILES, ("another", b"more")), known=True)) == FOUND


def test_without_a_search_nothing_is_said(store: Store) -> None:
    assert searched(store, FILES)[1] is None


def test_a_content_that_comes_as_a_stream(store: Store) -> None:
    data = os.urandom(1 << 20) + KEY + SEAM
    head = tarformat.header(Member(b"opt/stream", "f", 0o644, size=len(data)))
    streamed(store, lambda w: w.stream(head, len(data), (data[:70_000], data[70_000:])))
    streamed(store, lambda w: w.stream(head, len(data), (data[:70_000], data[70_000:])))


def streamed(store: Store, write: Callable[[BlobWriter], bytes]) -> None:
    with Index(store) as index, store.temporary() as handle:
        writer = BlobWriter(handle, index, search=SEARCH)
        write(writer)
        key, layer, new = writer.close()
        if new:
            store.publish(handle, layer.digest)
            index.add(key, layer, writer.spans)
    assert writer.hits == [("/opt/stream", A_KEY)]


def test_what_was_undone_was_not_found(store: Store) -> None:
    head = tarformat.header(Member(b"opt/changing", "f", 0o644, size=LONGEST))
    with Index(store) as index, store.temporary() as handle:
        writer = BlobWriter(handle, index, search=SEARCH)
        mark = writer.mark()
        writer.content(head, bytes(32), LONGEST, (KEY.ljust(LONGEST),))
        writer.end_run()
        writer.back(mark)
        writer.close()
    assert writer.hits == []


def test_other_secrets_are_another_search() -> None:
    same = Search({"/etc/short": b"hunter2", "/etc/passwords": SECRET})
    assert same.bundle == SEARCH.bundle
    assert Search({"/etc/passwords": SECRET}).bundle != SEARCH.bundle
    assert Search({"/etc/passwords": SECRET, "/etc/short": b"hunter3"}).bundle != SEARCH.bundle
