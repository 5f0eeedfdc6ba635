"""The walk: complete, sorted, at any depth, and undisturbed by what others do meanwhile."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator import bundle
from migrator.agent import descent
from migrator.entries import Entry, Unreadable, read_tree
from tests.agent.wire import paths, walked

DEPTH = 10_000
NAME = st.binary(min_size=1, max_size=20).map(lambda name: name.replace(b"/", b"_"))
NAMES = NAME.filter(lambda name: b"\0" not in name and name not in (b".", b".."))
TREES: st.SearchStrategy[dict[bytes, object]] = st.recursive(
    st.dictionaries(NAMES, st.none(), max_size=4),
    lambda below: st.dictionaries(NAMES, st.none() | below, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def top(tmp_path: Path) -> Iterator[Path]:
    """Removed by rm: Python cannot remove what is very deep."""
    made = tmp_path / "top"
    made.mkdir()
    yield made
    subprocess.run(["rm", "-rf", made], check=True)


def grow(place: bytes, below: dict[bytes, object]) -> None:
    for name, more in below.items():
        if isinstance(more, dict):
            Path(os.fsdecode(place + b"/" + name)).mkdir()
            grow(place + b"/" + name, more)
        else:
            os.close(os.open(place + b"/" + name, os.O_CREAT))


def expected(below: dict[bytes, object], prefix: bytes = b"") -> Iterator[bytes]:
    for name, more in sorted(below.items()):
        yield prefix + name
        if isinstance(more, dict):
            yield from expected(more, prefix + name + b"/")


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_every_path_comes_once_sorted_and_after_its_directory(below: dict[bytes, object]) -> None:
    made = subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True)
    place = made.stdout.strip()
    try:
        grow(place.encode(), below)
        assert paths(Path(place)) == [b"", *expected(below)]
    finally:
        subprocess.run(["rm", "-rf", place], check=True)


def test_ten_thousand_nested_directories(top: Path) -> None:
    script = f"import os\nfor _ in range({DEPTH}): os.mkdir('d'); os.chdir('d')\nopen('x', 'w')"
    subprocess.run([sys.executable, "-c", script], cwd=top, check=True)
    found = walked(top)
    assert len(found) == DEPTH + 2
    assert isinstance(found[-1], Entry)
    assert found[-1].path == b"d/" * DEPTH + b"x"


def test_a_hundred_thousand_files_in_one_directory(top: Path) -> None:
    script = "import os\nfor n in range(100000): os.close(os.open(str(n), os.O_CREAT))"
    subprocess.run([sys.executable, "-c", script], cwd=top, check=True)
    found = paths(top)
    assert len(found) == 100_001
    assert found == sorted(found)


def agent_as(user: int, root: Path) -> list[Entry | Unreadable]:
    request = bundle.request("agent", {"root": str(root)})
    command = bundle.command("agent", "tree", {"root": str(root)})
    done = subprocess.run(command, input=request, capture_output=True, user=user, cwd="/")
    assert done.returncode == 0, done.stderr
    return list(read_tree(io.BytesIO(done.stdout)))


def test_directories_that_may_not_be_read_are_named(top: Path) -> None:
    if os.geteuid():
        pytest.fail("this test becomes another user: run it as root")
    for name, mode in (
        ("closed", 0o000),
        ("no-list", 0o711),
        ("no-entry", 0o744),
        ("zopen", 0o755),
    ):
        (top / name / "inner").mkdir(parents=True)
        (top / name).chmod(mode)
    top.chmod(0o755)
    for above in top.parents:
        if above.name.startswith(("test_", "popen-", "pytest-")):
            above.chmod(0o755)
    found = agent_as(65534, top)
    lost = {item.path: item.reason for item in found if isinstance(item, Unreadable)}
    assert lost == dict.fromkeys((b"closed", b"no-list", b"no-entry"), "Permission denied")
    kept = [item.path for item in found if isinstance(item, Entry)]
    assert kept == [b"", b"closed", b"no-entry", b"no-list", b"zopen", b"zopen/inner"]


def disturb(monkeypatch: pytest.MonkeyPatch, at: str, change: list[str]) -> None:
    """Run a command once, when the walk has listed the directory named ``at``."""
    original = descent.look
    waiting = [change]

    def look() -> tuple[list[bytes], int]:
        found = original()
        if waiting and Path.cwd().name == at:
            subprocess.run(waiting.pop(), check=True, cwd="/")
        return found

    monkeypatch.setattr(descent, "look", look)


@pytest.fixture
def forest(top: Path) -> Path:
    for name in ("a/b/c/deep", "a/b/d/deep", "a/z", "k"):
        (top / "forest" / name).mkdir(parents=True)
    return top / "forest"


def test_a_directory_that_vanishes_is_named(forest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disturb(monkeypatch, "b", ["rm", "-rf", str(forest / "a/b/d")])
    found = walked(forest)
    assert [item.path for item in found if isinstance(item, Unreadable)] == [b"a/b/d"]
    assert [item.path for item in found if isinstance(item, Entry)][-2:] == [b"a/z", b"k"]


def test_the_walk_survives_the_loss_of_where_it_is(
    forest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disturb(monkeypatch, "c", ["rm", "-rf", str(forest / "a/b")])
    found = walked(forest)
    lost = [item.path for item in found if isinstance(item, Unreadable)]
    assert lost == [b"a/b/c/deep", b"a/b/d"]
    assert [item.path for item in found if isinstance(item, Entry)][-2:] == [b"a/z", b"k"]


def test_a_directory_that_is_moved_away_is_not_followed(
    forest: Path, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top / "elsewhere/c").mkdir(parents=True)
    (top / "elsewhere/secret").touch()
    disturb(monkeypatch, "deep", ["mv", str(forest / "a/b/c"), str(top / "elsewhere/moved")])
    found = walked(forest)
    kept = [item.path for item in found if isinstance(item, Entry)]
    assert not [path for path in kept if b"secret" in path or b"moved" in path]
    assert kept[-3:] == [b"a/b/d/deep", b"a/z", b"k"]


def test_a_link_in_the_place_of_a_directory_is_not_followed(
    forest: Path, top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top / "elsewhere").mkdir()
    (top / "elsewhere/secret").touch()
    script = f"rm -rf {forest}/a/z && ln -s {top}/elsewhere {forest}/a/z"
    original = descent.Descent.step

    def step(self: descent.Descent, name: bytes) -> tuple[int, int]:
        if name == b"z":
            subprocess.run(["sh", "-c", script], check=True)
        return original(self, name)

    monkeypatch.setattr(descent.Descent, "step", step)
    found = walked(forest)
    assert [item.path for item in found if isinstance(item, Unreadable)] == [b"a/z"]
    assert not [item for item in found if b"secret" in item.path]


def test_access_times_stay(top: Path) -> None:
    (top / "d").mkdir()
    (top / "d/f").write_text("x")
    for path in (top / "d/f", top / "d"):
        os.utime(path, ns=(1, 1))
    walked(top)
    assert (top / "d").stat().st_atime_ns == 1
