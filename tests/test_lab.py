"""The lab's own promises: a digest that follows the recipe, one build for many callers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab import recipe, state
from lab.recipe import LabError
from lab.rootfs import once

TOP = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", recipe.names())
def test_recipes_load(name: str) -> None:
    assert recipe.load(name).packages


def test_digest_follows_every_file_of_the_recipe(tmp_path: Path) -> None:
    shutil.copytree(recipe.RECIPES / "legacy-debian11", tmp_path / "legacy-debian11")
    before = recipe.load("legacy-debian11", tmp_path).digest
    assert before == recipe.load("legacy-debian11").digest
    (tmp_path / "legacy-debian11/files/etc/fstab").write_text("other\n")
    assert recipe.load("legacy-debian11", tmp_path).digest != before


def test_a_recipe_like_another_has_a_root_of_its_own() -> None:
    first, second = recipe.load("machine-debian11"), recipe.load("machine-debian12")
    assert (second.release, second.packages) == ("bookworm", first.packages)
    assert second.path == first.path
    assert second.digest != first.digest


def test_unknown_recipe_and_key_are_named(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"no recipe 'nosuch'; known are .*legacy-debian11"):
        recipe.load("nosuch")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/recipe.yml").write_text("release: bookworm\npakages: []\n")
    with pytest.raises(LabError, match="unknown key 'pakages'"):
        recipe.load("a", tmp_path)


def test_a_host_keeps_its_recipes_address_until_it_is_taken() -> None:
    found = recipe.load("legacy-debian11")
    own = f"{state.PREFIX}.11"
    assert state.choose_address("legacy", found, set()) == own
    assert state.choose_address("legacy", found, {own}) == f"{state.PREFIX}.100"
    assert state.choose_address("other", found, {f"{state.PREFIX}.100"}) == f"{state.PREFIX}.101"


def test_two_callers_build_once(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from lab.rootfs import once\n"
        "def make(path):\n"
        "    with open(sys.argv[2], 'a') as log: log.write('built\\n')\n"
        "    time.sleep(0.5); path.mkdir()\n"
        "print(once(Path(sys.argv[1]), make))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "root"), str(tmp_path / "log")]
    callers = [subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE) for _ in range(3)]
    assert {caller.communicate()[0] for caller in callers} == {f"{tmp_path / 'root'}\n".encode()}
    assert (tmp_path / "log").read_text() == "built\n"


def test_a_build_that_fails_leaves_nothing_that_counts(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.mkdir()
        raise LabError("no network")

    def make(path: Path) -> None:
        path.mkdir()

    with pytest.raises(LabError):
        once(tmp_path / "root", fail)
    assert not (tmp_path / "root").exists()
    assert once(tmp_path / "root", make).is_dir()
