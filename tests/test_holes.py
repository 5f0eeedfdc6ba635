"""Holes of sparse files: zeros in a layer, holes in a volume."""

from __future__ import annotations

import itertools
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from migrator import image, snapshot, tarformat
from migrator.plan import PathChoice, Plan
from migrator.progress import Silent
from migrator.store import Store
from migrator.workdir import Workdir, make_private
from tests import builders as make
from tests import corpus

KEY = {"/etc/key": PathChoice("secret")}
PLAN = make.plan(paths={**KEY, "/srv/data": PathChoice("volume")})


def take(root: Path, work: Workdir, plan: Plan) -> snapshot.Snapshot:
    with corpus.here() as carrier:
        return snapshot.take(carrier, plan, make.facts(root=str(root)), work, Silent())


@pytest.mark.lab
def test_layers_hold_no_member_with_holes(tmp_path: Path) -> None:
    """Container storage cannot make such a layer again for a second image that has it."""
    root, work = tmp_path / "source", Workdir(tmp_path / "work", "old")
    root.mkdir()
    make_private(work.path)
    corpus.make(root)
    no_volume = replace(PLAN, paths=KEY)
    whole = (root / "srv/data/sparse").read_bytes()
    blobs = []
    for _ in range(2):  # the second time from the store
        taken = take(root, work, no_volume)
        blobs.append({layer.digest for layer in taken.layers.values()})
        assert image.SnapshotTree(work).read("/srv/data/sparse") == whole
    assert blobs[0] == blobs[1]
    store = Store(work.store)
    for layer in taken.layers.values():
        with tarfile.open(store.blob(layer.digest)) as tar:
            assert not [member.name for member in tar if member.issparse()]
    assert image.SnapshotTree(work).sparse() == ["/srv/data/sparse"]
    digest = take(root, work, PLAN).volumes["/srv/data"].digest  # now it keeps its holes
    with tarfile.open(store.blob(digest)) as tar:
        assert [member.name for member in tar if member.issparse()] == ["./sparse"]


@pytest.mark.parametrize("sizes", [(), (3,), (1, 1, 1, 1, 1, 1, 1), (2, 5)])
def test_holes_are_filled_however_the_data_comes(sizes: tuple[int, ...]) -> None:
    segments = ((2, 3), (7, 4)) if sizes[1:] else ((2, 3),) if sizes else ()
    data = b"abcdefg"[: sum(sizes)]
    cuts = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
    pieces = [data[begin:end] for begin, end in itertools.pairwise(cuts)]
    wanted = bytearray(13)
    for offset, length in segments:
        wanted[offset : offset + length] = data[:length]
        data = data[length:]
    assert b"".join(tarformat.filled(pieces, segments, 13)) == wanted
