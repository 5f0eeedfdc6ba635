"""A repeated snapshot with changes on top of the layers that stay: the same tree comes out."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator import bases, image, ledger, snapshot
from migrator.entries import Entry
from migrator.plan import PathChoice
from migrator.progress import Silent
from migrator.store import Store
from migrator.workdir import Workdir
from tests import builders as build
from tests import corpus
from tests.test_again import PLAN, make, settle, take, workdir
from tests.test_image import podman_names
from tests.test_snapshot import walk

pytestmark = pytest.mark.lab


@pytest.fixture(autouse=True)
def small_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bases, "LEAST", 0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    top = tmp_path / "source"
    make(top)
    for number in range(40):
        path = top / f"opt/shop/tree{number % 4}/deep/f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(random.Random(number).randbytes(30_000))
    os.link(top / "opt/shop/f2", top / "opt/shop/link")
    (top / "srv").rename(top / "mnt")  # a volume is none of an image
    settle(top)
    return top


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    return workdir(tmp_path / "work", "old")


def unpacked(work: Workdir, place: Path) -> Path:
    """The image as umoci sees it."""
    image.build(work, PLAN, build.facts(), ())
    shutil.rmtree(place, ignore_errors=True)
    command = ["umoci", "unpack", "--image", f"{work.store}:old", place]
    subprocess.run(command, check=True, capture_output=True)
    return place / "rootfs"


def assert_same(root: Path, found: Path) -> None:
    left, right = walk(root), walk(found)
    assert list(left) == list(right)
    for path, entry in left.items():
        if path == "/":  # umoci gives the root its own time
            continue
        there, wanted = (ledger.row(item, "", "") for item in (right[path], entry))
        for row in (there, wanted):
            row.pop("group", None)
        assert there == wanted
        if entry.kind == "f":
            assert (found / path[1:]).read_bytes() == (root / path[1:]).read_bytes()
    for top, names in ((root, left), (found, right)):
        several = [path for path in names if names[path].nlink > 1 and names[path].kind == "f"]
        inodes = {(top / path[1:]).stat().st_ino for path in several}
        assert (len(several), len(inodes)) == (_several(left), _inodes(left))


def _several(names: dict[str, Entry]) -> int:
    return sum(1 for entry in names.values() if entry.nlink > 1 and entry.kind == "f")


def _inodes(names: dict[str, Entry]) -> int:
    return len({entry.ino for entry in names.values() if entry.nlink > 1 and entry.kind == "f"})


def write(root: Path) -> None:
    (root / "opt/shop/f6").write_text("new content")


def append(root: Path) -> None:
    with (root / "opt/shop/link").open("ab") as handle:
        handle.write(b"more")


def chmod(root: Path) -> None:
    (root / "usr/bin/f4").chmod(0o4700)


def remove(root: Path) -> None:
    (root / "opt/shop/f10").unlink()
    shutil.rmtree(root / "opt/shop/tree1")
    (root / "usr/share/doc/f5").unlink()


def add(root: Path) -> None:
    (root / "opt/shop/tree2/deep/new").write_text("new")
    (root / "opt/zoo").mkdir()
    (root / "opt/zoo/lion").symlink_to("../shop")


def link(root: Path) -> None:
    os.link(root / "opt/shop/f2", root / "opt/shop/another")


def unlink_first(root: Path) -> None:
    (root / "opt/shop/f2").unlink()


def move_to_another_layer(root: Path) -> None:
    os.utime(root / "usr/bin/f8", ns=(1, 1_700_000_000_000_000_001))  # no package's time


def directory_for_file(root: Path) -> None:
    (root / "opt/shop/f14").unlink()
    (root / "opt/shop/f14").mkdir()
    (root / "opt/shop/f14/inside").write_text("x")


def file_for_directory(root: Path) -> None:
    shutil.rmtree(root / "opt/shop/tree3")
    (root / "opt/shop/tree3").write_text("now a file")


SIMPLE = [write, append, chmod, remove, add, link, unlink_first, move_to_another_layer]
AWKWARD = [directory_for_file, file_for_directory]


@pytest.mark.parametrize("change", [*SIMPLE, *AWKWARD], ids=lambda change: change.__name__)
def test_a_change_comes_on_top(
    root: Path, work: Workdir, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    first = take(root, work)
    change(root)
    settle(root)
    second = take(root, work)
    assert ("changes" in second.layers) is (change in SIMPLE)
    if change in SIMPLE:
        assert second.layers["application"] == first.layers["application"]
    assert_same(root, unpacked(work, tmp_path / "bundle"))
    paths = [row["path"] for row in ledger.rows(work.ledger)]
    assert paths == list(walk(root))
    (root / "opt/shop/tree0/deep/f0").write_text("a third time")
    settle(root)
    third = take(root, work)
    assert len([name for name in third.layers if name == "changes"]) == 1
    assert_same(root, unpacked(work, tmp_path / "bundle"))


def test_podman_sees_the_same(root: Path, work: Workdir) -> None:
    take(root, work)
    for change in (remove, add, link):
        change(root)
    settle(root)
    assert "changes" in take(root, work).layers
    image.build(work, PLAN, build.facts(), ())
    assert podman_names(work, "old") == sorted(path[1:] for path in walk(root) if path != "/")


def test_bytes_added_are_those_that_changed(root: Path, work: Workdir) -> None:
    take(root, work)
    before = set(Store(work.store).sizes())
    for number in range(0, 40, 20):
        (root / f"opt/shop/tree{number % 4}/deep/f{number}").write_bytes(os.urandom(5000))
    settle(root)
    second = take(root, work)
    sizes = Store(work.store).sizes()
    added = {digest: size for digest, size in sizes.items() if digest not in before}
    assert set(added) <= {second.layers["changes"].digest, second.layers["skeleton"].digest}
    assert sum(added.values()) < 15_000


def test_many_changes_make_the_layer_anew(root: Path, work: Workdir, tmp_path: Path) -> None:
    take(root, work)
    for path in (root / "opt/shop").rglob("f*"):
        if path.is_file():
            path.write_bytes(path.read_bytes() + b"!")
    settle(root)
    second = take(root, work)
    anew = take(root, workdir(tmp_path / "anew", "old"))
    assert second.layers["application"] == anew.layers["application"]
    assert "changes" not in second.layers


def test_the_same_history_gives_the_same_bytes(root: Path, work: Workdir, tmp_path: Path) -> None:
    other = workdir(tmp_path / "other", "old")
    take(root, work), take(root, other)
    remove(root), write(root)
    settle(root)
    assert take(root, work).layers == take(root, other).layers


@pytest.mark.parametrize("damage", [None, b"", b"no gzip"])
def test_without_its_base_a_layer_is_made_anew(
    root: Path, work: Workdir, tmp_path: Path, damage: bytes | None
) -> None:
    take(root, work)
    for base in work.bases.iterdir():
        base.unlink() if damage is None else base.write_bytes(damage)
    write(root)
    settle(root)
    second = take(root, work)
    assert second.layers == take(root, workdir(tmp_path / "anew", "old")).layers


def test_what_shall_be_no_part_of_the_image_is_in_none_of_its_layers(
    root: Path, work: Workdir
) -> None:
    (root / "opt/shop/key").write_text("-----BEGIN PRIVATE KEY-----\nnot one\n")
    settle(root)
    first = take(root, work)
    plan = build.plan(paths={**PLAN.paths, "/opt/shop/key": PathChoice("secret")})
    with corpus.here() as carrier:
        second = snapshot.take(carrier, plan, build.facts(root=str(root)), work, Silent())
    assert second.layers["application"] != first.layers["application"]
    for layer in second.layers.values():
        blob = Store(work.store).blob(layer.digest)
        assert (
            b"PRIVATE KEY" not in subprocess.run(["gzip", "-cd", blob], capture_output=True).stdout
        )


@pytest.mark.parametrize("seed", range(3))
def test_any_history_gives_the_tree(root: Path, work: Workdir, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    take(root, work)
    for _ in range(4):
        for _ in range(6):
            _anything(root, chance)
        settle(root)
        time.sleep(0.03)
        take(root, work)
        assert_same(root, unpacked(work, tmp_path / "bundle"))


def _anything(root: Path, chance: random.Random) -> None:
    paths = sorted(path for path in root.rglob("*") if "dpkg" not in str(path))
    files = [path for path in paths if path.is_file() and not path.is_symlink()]
    directories = [path for path in paths if path.is_dir() and path.parent != root]
    path, other = chance.choice(files), chance.choice(directories) / f"n{chance.randrange(10**9)}"
    match chance.randrange(8):
        case 0:
            path.unlink()
        case 1:
            path.write_bytes(chance.randbytes(chance.randrange(3000)))
        case 2:
            path.chmod(chance.choice([0o600, 0o755, 0o4711]))
        case 3:
            os.link(path, other)
        case 4:
            path.rename(other)
        case 5:
            other.symlink_to("nowhere")
        case 6:
            other.mkdir()
            (other / "x").write_text("x")
        case 7:
            shutil.rmtree(chance.choice(directories[-3:]))
