"""A container that is ready starts when it is told to, unless it is not as it was left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrator.runtime import alone, engines, health, launch, ready
from migrator.runtime.main import VERBS
from migrator.runtime.run import Explained
from tests.filling import Engine

OLD, NEW = "sha256:" + "0" * 64, "sha256:" + "1" * 64


class World:
    """``log``: what systemd and the engine were told to do."""

    def __init__(self, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[str] = []
        self.active = self.damaged = False
        self.engine = Engine(top / "engine")
        self.marks = top / "state/web01/volumes"
        for path in (self.engine.top / "web01-data", self.marks):
            path.mkdir(parents=True)
        (self.marks / "web01-data").write_text(OLD + "\n")
        for module in (launch, alone):
            monkeypatch.setattr(module, "STATE", top / "state")
        monkeypatch.setattr(engines, "chosen", lambda *_: self.engine)
        monkeypatch.setattr(ready, "withdraw", lambda _: self.log.append("withdraw"))
        monkeypatch.setattr(ready, "succeeds", lambda _: self.active)
        monkeypatch.setattr(ready.volumes, "advance", self.advance)
        monkeypatch.setattr(launch, "launch", self.launch)
        monkeypatch.setattr(launch, "enable", lambda *_: self.log.append("enable"))
        monkeypatch.setattr(launch, "attempt", self.attempt)
        monkeypatch.setattr(launch, "status", lambda *_: {"init": "running"})
        monkeypatch.setattr(health, "require", lambda *_: self.log.append("healthy"))

    @property
    def mark(self) -> Path:
        return self.marks.parent / "ready"

    def launch(self, spec: dict[str, Any]) -> dict[str, Any]:
        assert spec["start"] is False and self.mark.exists(), "no boot may start it meanwhile"
        self.log.append("prepare")
        return {"volumes": {"web01-data": [OLD]}}

    def advance(self, marks: Path, row: dict[str, Any], place: Path, base: str) -> None:
        if self.damaged:
            raise Explained("it arrived damaged", "", 15)
        assert place.is_dir() and base.startswith("http://127.0.0.1:")
        ready.volumes.count(marks, row["name"], place)
        self.log.append("advance")

    def attempt(self, command: list[str]) -> Any:
        assert not self.mark.exists(), "the unit has a condition"
        self.log.append(" ".join(command[:2]))

        class Done:
            returncode = 0

        return Done


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def spec(port: int = 8, manifest: str = OLD, **more: Any) -> dict[str, Any]:
    image = {"manifest": manifest, "port": port, "prefix": f"p{port}", "there": True}
    volumes = [{"name": "web01-data", "path": "/data", "blobs": [f"{port}"], "size": port}]
    asked = {"name": "web01", "image": image, "volumes": volumes, "health": {}, "check": False}
    return {**asked, **more}


def changes(state: str = OLD) -> list[dict[str, Any]]:
    return [{"name": "web01-data", "from": [state], "blobs": [OLD, NEW], "delta": NEW}]


def test_what_is_ready_is_brought_up_to_date_and_started(world: World) -> None:
    assert VERBS["ready"](spec(start=True)) == {"volumes": {"web01-data": [OLD]}}
    assert world.log == ["withdraw", "prepare", "enable"] and world.mark.exists()
    done = VERBS["go"](spec(9, changes=changes()))
    assert (done["done"], done["changed"]) == ("started", True)
    assert world.log[3:] == ["advance", "systemctl start", "healthy"]
    assert done["volumes"] == {"web01-data": [OLD, NEW]}


def test_what_runs_is_not_started_again(world: World) -> None:
    VERBS["ready"](spec())
    world.active = True
    done = VERBS["go"](spec(changes=changes()))
    assert (done["done"], done["changed"]) == ("running", False)
    assert "advance" not in world.log


@pytest.mark.parametrize(
    "asked",
    [
        spec(manifest=NEW, changes=[]),
        spec(hostname="other", changes=[]),
        spec(changes=changes(NEW)),
    ],
)
def test_what_is_other_than_it_was_left_is_not_touched(world: World, asked: dict[str, Any]) -> None:
    VERBS["ready"](spec())
    assert VERBS["go"](asked) == {"done": "unready"}
    assert world.log[3:] == [] and world.mark.exists()


def test_what_broke_off_has_to_be_made_ready_again(world: World) -> None:
    VERBS["ready"](spec())
    world.damaged = True
    with pytest.raises(Explained):
        VERBS["go"](spec(changes=changes()))
    world.damaged = False
    assert VERBS["go"](spec(changes=changes())) == {"done": "unready"}
    VERBS["ready"](spec())
    assert VERBS["go"](spec(changes=changes()))["done"] == "started"


def test_what_was_never_made_ready_does_not_start(world: World) -> None:
    assert VERBS["go"](spec(changes=[])) == {"done": "unready"}
    assert world.log == []
