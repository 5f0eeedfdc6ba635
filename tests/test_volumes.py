"""A volume on its target, filled once and brought to later snapshots by what differs."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from migrator import bases, ledger, snapshot, volumes
from migrator.plan import PathChoice
from migrator.progress import Silent
from migrator.runtime import alone, engines, patch, refresh, unpack
from migrator.runtime.run import Explained
from migrator.store import Store
from migrator.store.collect import collect
from migrator.workdir import Workdir, make_private, write_json
from tests import builders as build
from tests import corpus
from tests.filling import Engine, Target, change
from tests.test_again import settle
from tests.test_snapshot import walk

pytestmark = pytest.mark.lab
PLAN = build.plan(paths={"/opt/app": PathChoice("volume")})
SIZE = 400_000


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setattr(bases, "LEAST", 0)
    monkeypatch.setattr(refresh, "STATE", tmp_path / "state")
    monkeypatch.setattr(alone, "STATE", tmp_path / "state")
    found = Engine(tmp_path / "engine")
    found.top.mkdir()
    monkeypatch.setattr(engines, "chosen", lambda *_: found)
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    top = tmp_path / "source"
    corpus.make(top)
    for number in range(20):
        path = top / f"opt/app/data/d{number % 4}/f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(SIZE if number in (5, 10, 15) else 9_000 + 900 * number))
    os.link(top / "opt/app/data/d0/f0", top / "opt/app/data/first")
    settle_at(top)
    return top


def settle_at(top: Path) -> None:
    (top / "opt/shop").mkdir(exist_ok=True)
    settle(top)


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    made = Workdir(tmp_path / "work", "old")
    make_private(made.path)
    return made


def take(root: Path, work: Workdir) -> snapshot.Snapshot:
    with corpus.here() as carrier:
        return snapshot.take(carrier, PLAN, build.facts(root=str(root)), work, Silent())


def update(work: Workdir, check: bool = False) -> dict[str, Any]:
    return volumes.update(Target(), work, check)  # type: ignore[arg-type]


def assert_same(left: Path, right: Path) -> None:
    """Path by path and attribute by attribute, sockets apart."""
    wanted, found = walk(left), walk(right)
    wanted = {path: entry for path, entry in wanted.items() if entry.kind != "s"}
    assert list(wanted) == list(found)
    for path, entry in wanted.items():
        rows = [ledger.row(item, "", "") for item in (entry, found[path])]
        groups = [row.pop("group", None) for row in rows]
        assert rows[0] == rows[1]
        assert bool(groups[0]) == bool(groups[1]) or "plain" in path, "its other name is outside"
        if entry.kind == "f":
            assert (left / path[1:]).read_bytes() == (right / path[1:]).read_bytes(), path


def place(engine: Engine) -> Path:
    (found,) = engine.top.iterdir()
    return found


def test_only_what_changed_is_stored_and_sent(root: Path, work: Workdir, engine: Engine) -> None:
    first = take(root, work)
    assert update(work)["actions"][0].startswith("fill the volume")
    assert_same(root / "opt/app", place(engine))
    assert update(work) == {"changed": False, "actions": [], "size": 0}
    change(root / "opt/app")
    second = take(root, work)
    assert second.volumes == first.volumes
    assert second.changes["/opt/app"].raw_size < SIZE * 2, "not the four large files"
    said = update(work, check=True)
    assert said["actions"][0].startswith("update the volume")
    before = set(Store(work.store).sizes())
    assert update(work) == said
    assert said["size"] < 200_000
    assert_same(root / "opt/app", place(engine))
    assert set(Store(work.store).sizes()) == before, "the difference is not kept"
    assert not update(work)["changed"]


def test_a_volume_filled_from_a_blob_and_its_changes_is_the_same(
    root: Path, work: Workdir, engine: Engine
) -> None:
    take(root, work)
    change(root / "opt/app")
    assert take(root, work).changes
    update(work)
    assert_same(root / "opt/app", place(engine))


def test_from_any_state_to_any_later_one(root: Path, work: Workdir, engine: Engine) -> None:
    """Changes are counted from the first snapshot: what came with the second and went again is in
    neither blob of the third."""
    app = root / "opt/app"
    take(root, work)
    update(work)
    before = (app / "data/d1/f1").stat()
    kept = (app / "data/d1/f1").read_bytes()
    change(app)
    take(root, work)
    update(work)
    (app / "data/d1/f1").write_bytes(kept)
    os.utime(app / "data/d1/f1", ns=(before.st_atime_ns, before.st_mtime_ns))
    (app / "data/d1/new").unlink()
    (app / "data/d2").unlink()
    take(root, work)
    assert update(work)["size"] < 100_000
    assert_same(app, place(engine))


def test_what_the_container_did_is_undone(root: Path, work: Workdir, engine: Engine) -> None:
    take(root, work)
    update(work)
    there = place(engine)
    (there / "data/d0/f0").write_bytes(b"spoiled")  # and with it its other name
    (there / "data/d1/f1").unlink()
    shutil.rmtree(there / "data/d2")
    (there / "data/d2").symlink_to("/etc")
    (there / "data/trial/run").mkdir(parents=True)
    (there / "data/trial/run/log").write_text("x")
    os.chown(there, 5, 5)
    said = update(work, check=True)
    assert said["changed"]
    (there / "data/d3/f3").rename(there / "data/d3/moved")
    update(work)
    assert_same(root / "opt/app", there)
    assert Path("/etc/passwd").exists()


@pytest.mark.parametrize("after", [1, 8, 17])
def test_a_killed_update_is_done_again(
    root: Path, work: Workdir, engine: Engine, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    take(root, work)
    update(work)
    change(root / "opt/app")
    take(root, work)
    count = 0
    create = unpack._create

    def dying(*given: Any) -> None:
        nonlocal count
        count += 1
        if count > after:
            raise KeyboardInterrupt
        create(*given)

    with monkeypatch.context() as patched:
        patched.setattr(unpack, "_create", dying)
        with contextlib.suppress(KeyboardInterrupt):
            update(work)
    update(work)
    assert_same(root / "opt/app", place(engine))
    assert not update(work)["changed"]


def test_what_nobody_knows_is_filled_anew(root: Path, work: Workdir, engine: Engine) -> None:
    take(root, work)
    update(work)
    next(refresh.STATE.rglob("*.census")).unlink()
    assert update(work)["actions"][0].startswith("fill anew")
    assert_same(root / "opt/app", place(engine))


def test_a_running_container_keeps_its_volumes(root: Path, work: Workdir, engine: Engine) -> None:
    take(root, work)
    update(work)
    (place(engine) / "more").touch()
    engine.running = True
    with pytest.raises(Explained, match="runs and uses"):
        update(work)
    assert (place(engine) / "more").exists()


def test_another_volume_of_that_name_is_not_touched(
    root: Path, work: Workdir, engine: Engine
) -> None:
    take(root, work)
    (name,) = (volumes.claimed("old", path) for path in ("/opt/app",))
    (engine.top / name).mkdir()
    (engine.top / name / "precious").touch()
    with pytest.raises(Explained, match="was not made by the toolkit"):
        update(work)
    assert (engine.top / name / "precious").exists()


def test_gc_keeps_what_the_target_holds(root: Path, work: Workdir, engine: Engine) -> None:
    take(root, work)
    change(root / "opt/app")
    second = take(root, work)
    write_json(work.launch, {"volumes": {}})
    update(work)
    shutil.rmtree(root / "opt/app/data")
    take(root, work)
    collect(Store(work.store), check=False)
    there = set(Store(work.store).sizes())
    assert {blob.digest for _, blobs in second.stacks() for blob in blobs} <= there
    assert update(work)["actions"][0].startswith("update")


def test_a_removed_path_that_is_not_there_harms_nobody(tmp_path: Path) -> None:
    patch.remove(tmp_path / "none/at/all")
