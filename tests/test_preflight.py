"""What a target must have, and what its lack is called."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from migrator.errors import TargetUnfit
from migrator.runtime import engine, engines, launch, preflight
from migrator.runtime.run import TARGET_UNFIT, Explained, attempt, output


@pytest.mark.parametrize(
    ("said", "version"),
    [("podman version 5.4.2", (5, 4)), ("podman version 4.10.0-rc1", (4, 10)), ("?", (0, 0))],
)
def test_versions_are_numbers(said: str, version: tuple[int, int]) -> None:
    assert engine.version(said) == version


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Explained, match=f"port {port}/tcp is taken") as refused:
            preflight._ports([{"target": port, "protocol": "tcp"}])
    assert refused.value.code == TARGET_UNFIT == TargetUnfit.exit_code
    preflight._ports([{"target": port, "protocol": "tcp"}])


def test_what_steps_need_is_there() -> None:
    preflight._tools({"sh": "prestart.d/10-routes"})
    match = "no-such-tool is missing, which the step prestart.d/50-mine needs"
    with pytest.raises(Explained, match=match) as refused:
        preflight._tools({"sh": "prestart.d/10-routes", "no-such-tool": "prestart.d/50-mine"})
    assert refused.value.code == TARGET_UNFIT


def test_a_command_that_fails_says_its_last_words() -> None:
    with pytest.raises(Explained, match=r"'sh -c .*failed: second"):
        output(["sh", "-c", "echo first >&2; echo second >&2; exit 1"])
    assert attempt(["no-such-command"]).returncode == 127


def test_a_file_is_written_only_where_it_differs(tmp_path: Path) -> None:
    item = {"path": str(tmp_path / "a/unit"), "content": "x\n", "mode": 0o755}
    assert launch._differs(item)
    assert launch._difference(item) == {"path": item["path"], "before": "", "after": "x\n"}
    for step in launch._files({"files": [item]}):
        step.mend()
    assert not launch._differs(item)
    assert launch._files({"files": [item]}) == []
    Path(str(item["path"])).chmod(0o644)
    assert launch._differs(item)


def test_the_first_engine_that_fits_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lacking(engines.Engine):
        def unfit(self) -> tuple[str, str]:
            return "there is none", "install one"

    class Fitting(engines.Engine):
        def unfit(self) -> None:
            return None

    for kind in (Lacking, Fitting):
        kind.__abstractmethods__ = frozenset()
    monkeypatch.setattr(engines, "ENGINES", {"a": Lacking(), "b": Fitting()})
    assert isinstance(engines.chosen(), Fitting)
    monkeypatch.setattr(engines, "ENGINES", {"a": Lacking()})
    with pytest.raises(Explained, match="there is none") as refused:
        engines.chosen()
    assert refused.value.code == TARGET_UNFIT
