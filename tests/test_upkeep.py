"""The store found damaged, collected, made anew, exported, and its command line."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from migrator import cli
from migrator.errors import Locked, StoreDamaged
from migrator.store import Index, Layer, Store
from migrator.store.check import verify
from migrator.store.codec import CODECS, GZIP, ZSTD, Codec
from migrator.store.collect import collect
from migrator.store.export import export
from migrator.store.rebuild import rebuild
from migrator.store.span import Held, Span
from migrator.workdir import make_private, write_json
from tests.storing import BIG, MANY, flip, put

TYPE = "application/vnd.oci.image"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "work/store")


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.99])
def test_a_flipped_bit_is_named(store: Store, part: float, codec: Codec) -> None:
    files = (*MANY, BIG, *((f"e/{n}", data) for n, (_, data) in enumerate(MANY)))
    layer = put(store, files, codec=codec)
    at = int(layer.size * part)
    flip(store.blob(layer.digest), at)
    with Index(store) as index:
        (damage,) = verify(store, index)
        spans = index.spans(layer.digest)
    hit = next(span for span in spans if span.start <= at < span.start + span.size)
    assert (damage.blob, damage.start) == (layer.digest, hit.start)
    assert damage.path.startswith(("/d/", "/big", "/e/"))


def test_the_path_of_a_flipped_bit_is_the_right_one(store: Store) -> None:
    files = [(f"f{n}", hashlib.sha256(b"%d" % n).digest() * 30) for n in range(30)]
    layer = put(store, files)
    with Index(store) as index:
        span = index.spans(layer.digest)[0]
    wanted = set()
    for at in range(span.start + 200, span.start + span.size - 200, 97):
        flip(store.blob(layer.digest), at)
        with Index(store) as index:
            (damage,) = verify(store, index)
        wanted.add(damage.path)
        flip(store.blob(layer.digest), at)
    assert len(wanted) > 5
    assert wanted <= {f"/{name}" for name, _ in files} | {""}, "none where nothing can be read"


def everything(store: Store, layers: list[Layer]) -> list[tuple[Span, list[Held]]]:
    with Index(store) as index:
        spans = [span for layer in layers for span in index.spans(layer.digest)]
        return [(span, index.held(span.key)) for span in spans]


def test_a_lost_index_is_made_anew(store: Store) -> None:
    layers = [put(store, MANY), put(store, (BIG, *MANY[:50])), put(store, ())]
    layers += [put(store, MANY, codec=ZSTD), put(store, (*MANY[7:], BIG), codec=ZSTD)]
    with Index(store) as index:
        before = [
            (index.spans(x.digest), [index.held(s.key) for s in index.spans(x.digest)])
            for x in layers
        ]
    (store.path / "contents.sqlite").unlink()
    assert rebuild(store) == []
    with Index(store) as index:
        assert before == [
            (index.spans(x.digest), [index.held(s.key) for s in index.spans(x.digest)])
            for x in layers
        ]
    assert put(store, MANY, known=True) == layers[0]


def test_gc_keeps_what_hosts_need(store: Store, tmp_path: Path) -> None:
    old, new, shared = put(store, MANY), put(store, (*MANY, BIG)), put(store, (BIG,))
    host = store.path.parent / "web01"
    make_private(host)
    write_json(host / "snapshot.json", {"layers": {"a": asdict(new)}, "volumes": {}})
    assert set(collect(store, check=True).blobs) == {old.digest, shared.digest}
    assert store.blob(old.digest).exists(), "--check removes nothing"
    collect(store, check=False)
    assert set(store.sizes()) == {new.digest}
    assert put(store, (*MANY, BIG), known=True) == new, "its spans are known without the others"
    with Index(store) as index:
        for _, data in (*MANY, BIG):
            assert index.holds(hashlib.sha256(data).digest()), "its contents as well"
    put(store, (BIG,), known=True)


def test_gc_waits_for_nobody_and_takes_nothing_from_a_run(store: Store) -> None:
    with store.used(), pytest.raises(Locked):
        collect(store, check=False)


def test_parts_of_killed_runs_are_removed_and_others_stay(store: Store) -> None:
    store.prepare()
    stale = store.blobs / ".part-stale"
    stale.write_bytes(b"half")
    with store.temporary() as handle, store.used():
        assert Path(handle.name).exists() and not stale.exists()


def described(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": f"{TYPE}.{kind}", "digest": digest, "size": size}


def images(store: Store) -> Iterator[str]:
    for name, files, codec in (("web01", MANY, ZSTD), ("db01", (BIG, *MANY[:9]), GZIP)):
        layer = put(store, files, codec=codec)
        config, size = store.add({"rootfs": {"type": "layers", "diff_ids": [layer.diff_id]}})
        parts = {
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": config,
                "size": size,
            }
        }
        kind = f"application/vnd.oci.image.layer.v1.tar+{codec.name}"
        parts["layers"] = [{"mediaType": kind, "digest": layer.digest, "size": layer.size}]  # type: ignore[assignment]
        kind = "application/vnd.oci.image.manifest.v1+json"
        digest, size = store.add({"schemaVersion": 2, "mediaType": kind, **parts})
        store.tag(name, {"mediaType": kind, "digest": digest, "size": size})
        make_private(store.path.parent / name)
        yield name


def test_an_export_is_an_archive_that_others_read(store: Store, tmp_path: Path) -> None:
    list(images(store))
    export(store, "web01", tmp_path / "web01.tar")
    found = subprocess.run(
        ["skopeo", "inspect", "--raw", f"oci-archive:{tmp_path}/web01.tar:web01"],
        capture_output=True,
        check=True,
    )
    assert len(json.loads(found.stdout)["layers"]) == 1
    first = (tmp_path / "web01.tar").read_bytes()
    export(store, "web01", tmp_path / "web01.tar")
    assert first == (tmp_path / "web01.tar").read_bytes()


def run(store: Store, *words: str) -> int:
    action, *more = words
    return cli.main(["store", action, "--work", str(store.path.parent), *more])


def test_the_command_line(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(store, "ls") == 2, "there is no store yet"
    list(images(store))
    capsys.readouterr()
    assert run(store, "ls") == 0
    assert "web01" in capsys.readouterr().out
    assert run(store, "verify", "--json") == 0
    assert json.loads(capsys.readouterr().out)["damaged"] == []
    assert run(store, "gc", "--check") == 0
    assert run(store, "export", "none", str(tmp_path / "x.tar")) == 2
    assert run(store, "export", "db01", str(tmp_path / "x.tar")) == 0
    path = next(path for path in store.blobs.iterdir() if path.stat().st_size > 10_000)
    flip(path, 5000)
    capsys.readouterr()
    assert run(store, "verify") == 13
    assert path.name in capsys.readouterr().err
    path.unlink()
    assert run(store, "verify") == 13
    assert "missing" in capsys.readouterr().err


def test_the_index_of_another_version_is_named(store: Store) -> None:
    put(store, MANY)
    with Index(store) as index:
        index._db.execute("PRAGMA user_version = 1")
    with pytest.raises(StoreDamaged, match="version 1"):
        Index(store)
    assert rebuild(store) == []
    assert put(store, MANY, known=True)
