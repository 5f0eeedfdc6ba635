"""Forward and back over steps that fail where they are told to."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from migrator.cutover import driver
from migrator.cutover.journal import Journal
from migrator.cutover.scene import Scene
from migrator.cutover.steps import STEPS, Step
from migrator.cutover.steps.step import Row
from migrator.errors import LeftToDo, MigratorError, RemoteFailed

NAMES = [step.name for step in STEPS]


class Fake(Step):
    def __init__(self, name: str, log: list[str], broken: set[str]) -> None:
        self.__dict__.update(
            name=name, where="target" if name in ("release", "start", "ready") else "source"
        )
        self._log, self._broken = log, broken

    def check(self, scene: Scene) -> Row:
        return {"found": self.name}

    def do(self, scene: Scene, before: Row) -> Row:
        self._tried(f"do {self.name}")
        return {"said": self.name}

    def undo(self, scene: Scene, before: Row) -> str:
        assert before == {"found": self.name}
        self._tried(f"undo {self.name}")
        return self.name

    def by_hand(self, scene: Scene, before: Row) -> str:
        return f"take back {self.name} yourself"

    def _tried(self, what: str) -> None:
        self._log.append(what)
        if what in self._broken:
            raise RemoteFailed(f"{what} did not work", "mend it")


class World:
    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[str] = []
        self.broken: set[str] = set()
        self.path = path / "journal"
        monkeypatch.setattr(driver, "STEPS", [Fake(n, self.log, self.broken) for n in NAMES])

    @property
    def scene(self) -> Scene:
        class Ends:
            def reconnect(self) -> None: ...

        class Context:
            def tell(self, line: str) -> None: ...

        class Small:
            journal = Journal(self.path)
            ends, context = Ends(), Context()
            host, target_name = "web01", "box1"

        return cast(Scene, Small())


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path, monkeypatch)
    made.scene.journal.write("attempt")
    return made


def test_forward_does_each_step_once(world: World) -> None:
    driver.forward(world.scene, "stop")
    assert world.scene.journal.state == "open"
    driver.forward(world.scene)
    assert world.log == [f"do {name}" for name in NAMES]
    assert world.scene.journal.state == "finished"


@pytest.mark.parametrize("name", NAMES)
def test_a_step_that_fails_takes_all_back(world: World, name: str) -> None:
    world.broken.add(f"do {name}")
    with pytest.raises(RemoteFailed, match=f"failed at {name}, web01 serves again") as raised:
        driver.forward(world.scene)
    assert raised.value.hint == "mend it"
    begun = NAMES[: NAMES.index(name) + 1]
    assert world.log[len(begun) :] == [f"undo {each}" for each in reversed(begun)]
    assert world.scene.journal.state == "back"


def test_a_bug_takes_all_back_as_well(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Row:
        raise ValueError("who wrote this")

    monkeypatch.setattr(driver.STEPS[NAMES.index("delta")], "do", fail)
    with pytest.raises(MigratorError, match=r"failed at delta, web01 serves again.*who wrote this"):
        driver.forward(world.scene)
    assert "undo stop" in world.log


@pytest.mark.parametrize("name", [name for name in NAMES if name not in driver.GUARDS])
def test_an_undo_that_fails_stops_no_other_and_is_named(world: World, name: str) -> None:
    driver.forward(world.scene)
    world.broken.add(f"undo {name}")
    with pytest.raises(LeftToDo, match=f"left to do: {name}: take back {name} yourself"):
        driver.back(world.scene)
    undone = [line.removeprefix("undo ") for line in world.log if line.startswith("undo")]
    assert undone == NAMES[::-1]
    world.broken.clear()
    world.log.clear()
    assert driver.back(world.scene) == [name], "a second run does only what is left"
    assert world.scene.journal.state == "back"


def test_jobs_that_may_run_on_the_target_keep_the_source_held(world: World) -> None:
    driver.forward(world.scene)
    world.broken.add("undo release")
    with pytest.raises(LeftToDo) as raised:
        driver.back(world.scene)
    assert "undo stop" not in world.log and "undo hold" not in world.log
    for name in NAMES[: NAMES.index("release") + 1]:
        assert f"{name}: take back {name} yourself" in raised.value.message


def test_without_the_target_the_source_comes_back(world: World) -> None:
    driver.forward(world.scene)
    said = driver.back(world.scene, without_target=True)
    assert "stop" in said and "release" not in said and "start" not in said
    assert world.scene.journal.state == "back"
