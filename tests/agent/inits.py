"""Units of small hosts, for the tests of each kind of init."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from migrator.agent import units
from migrator.agent.host import Host
from tests.agent.trees import grown

ETC, LIB = "etc/systemd/system/", "usr/lib/systemd/system/"
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("=[]\\\n{}\"'%# \t"), max_size=200)


def read(top: Path, tree: dict[str, str], init: str, *said: tuple[str, str]) -> dict[str, Any]:
    """Units by name of a host with these files; ``said`` are commands and what they print."""
    recording = [(command.split(), text) for command, text in said] or None
    host = Host(grown(top, tree), recording)
    found = units.read(host, {"system": {"init": init}})
    assert not [failure for failure in host.failures if failure["kind"] == "failed"]
    by_name = {unit["name"]: unit for unit in found}
    assert len(by_name) == len(found)
    return by_name


def script(top: Path, path: str, text: str) -> None:
    grown(top, {path: text})
    (top / path).chmod(0o755)


def link(top: Path, path: str, target: str) -> None:
    (top / path).parent.mkdir(parents=True, exist_ok=True)
    (top / path).symlink_to(target)
