"""A walk that is as the last one was, seen by the frames of its stream."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from migrator import ledger, snapshot, vault, walked
from migrator.agent import frames
from migrator.errors import PlanInvalid
from migrator.plan import PathChoice, Plan
from migrator.progress import Silent
from migrator.sorting import Sorting
from migrator.taking import LARGEST_SECRET
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests import corpus

PLAN = build.plan(paths={"/srv": PathChoice("volume")})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "source"
    for name in ("etc/config", "srv/data", "opt/app"):
        (made / name).parent.mkdir(parents=True)
        (made / name).write_text(name)
    time.sleep(0.05)  # let the clock pass what was written
    (made / "etc").touch()
    return made


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    made = Workdir(tmp_path / "work", "old")
    make_private(made.path)
    return made


def take(root: Path, work: Workdir, plan: Plan = PLAN) -> snapshot.Snapshot:
    with corpus.here() as carrier:
        return snapshot.take(carrier, plan, build.facts(root=str(root)), work, Silent())


def paths(work: Workdir) -> set[str]:
    return {row["path"] for row in ledger.rows(work.ledger)}


def test_no_path_is_looked_at_when_the_walk_is_the_same(
    root: Path, work: Workdir, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take(root, work)
    monkeypatch.delattr(Sorting, "add")
    assert take(root, work) == first


@pytest.mark.parametrize("change", ["etc/config", "srv/data", "opt/new"])
def test_a_change_is_seen_wherever_it_is(root: Path, work: Workdir, change: str) -> None:
    first = take(root, work)
    (root / change).write_text("another content")
    assert take(root, work) != first
    assert f"/{change}" in paths(work)


def test_a_snapshot_that_was_not_finished_is_not_taken_for_the_last(
    root: Path, work: Workdir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have written what it knows, and then the walk is the same as its own."""
    first = take(root, work)
    (root / "opt/new").write_text("new")
    time.sleep(0.05)
    (root / "etc").touch()
    with monkeypatch.context() as patch:
        patch.setattr(vault, "write", None)
        with pytest.raises(TypeError):
            take(root, work)
    second = take(root, work)
    assert second != first
    assert second.counts["layer"] == first.counts["layer"] + 1


def stream(*kinds: bytes) -> io.BytesIO:
    made = io.BytesIO()
    made.write(b"noise of a shell\n" + frames.MAGIC)
    for kind in kinds:
        frames.write(made, kind, b"payload of " + kind)
    made.seek(0)
    return made


def digests(tmp_path: Path, *kinds: bytes) -> list[str]:
    with walked.Walked(stream(*kinds), tmp_path / "frames") as walk:
        for kind in kinds:
            walk.seen(kind, b"payload of " + kind)
        return walk.digests


@pytest.mark.parametrize(
    ("kinds", "same"),
    [
        ([b"T", b"E", b"E", b"Z"], True),
        ([b"E", b"E", b"Z"], True),
        ([b"T", b"E", b"X", b"Z"], False),
        ([b"T", b"E", b"Z"], False),
        ([b"T", b"E", b"E"], False),
        ([], False),
    ],
)
def test_what_differs_can_still_be_read(tmp_path: Path, kinds: list[bytes], same: bool) -> None:
    before = digests(tmp_path, b"T", b"E", b"E", b"Z")
    with walked.Walked(stream(*kinds), tmp_path / "frames") as walk:
        assert walk.same(before) is same
        if not same:
            frames.skip_to_magic(walk)
            assert [frames.read(walk)[0] for _ in kinds] == kinds


def test_nothing_is_the_same_as_a_walk_that_nobody_knows(tmp_path: Path, work: Workdir) -> None:
    assert walked.last(work) == []
    with walked.Walked(stream(b"Z"), tmp_path / "frames") as walk:
        assert not walk.same([])
    walked.place(work).write_text("{")
    assert walked.last(work) == []


def test_a_failure_before_anything_was_packed_leaves_what_was_known(
    root: Path, work: Workdir
) -> None:
    secret = build.plan(paths={"/etc/config": PathChoice("secret")})
    take(root, work, secret)
    before = work.known.read_bytes()
    (root / "etc/config").write_bytes(bytes(LARGEST_SECRET + 1))
    with pytest.raises(PlanInvalid, match="too large for a secret"):
        take(root, work, secret)
    assert work.known.read_bytes() == before
    (root / "etc/config").write_text("small again")
    take(root, work, secret)
    assert work.known.read_bytes() != before
