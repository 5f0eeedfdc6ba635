"""A program that waits on a host and serves one verb after the other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from migrator import bundle
from migrator.carrier import Carrier
from migrator.contents import contents
from migrator.entries import Entry, read_tree
from migrator.errors import MigratorError, RemoteFailed
from migrator.session import Session, waiting
from migrator.transport import Host
from migrator.transport.local import Local


@pytest.fixture
def host() -> Carrier:
    made = Carrier(Host(Local("here"), None))
    made.here = False
    return made


def entries(host: Carrier, top: Path) -> list[Entry]:
    with host.stream("agent", "tree", {"root": str(top)}) as channel:
        return [item for item in read_tree(channel.stdout) if isinstance(item, Entry)]


def test_it_answers_as_a_program_of_its_own(host: Carrier, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(os.urandom(300_000))
    alone = entries(host, tmp_path)
    with waiting(host, "agent", "control"):
        for _ in range(2):
            found = entries(host, tmp_path)
            assert found == alone and len(found) == 3
            wanted = [(entry, b"") for entry in found if entry.kind == "f"]
            read: list[Any] = []
            for content in contents(host, str(tmp_path), wanted):
                assert not hasattr(content, "reason")
                read.append(b"".join(content.pieces))
            assert read == [(tmp_path / name).read_bytes() for name in ("a", "b")]
        assert host.call("control", "run_script", {"script": "echo hi", "patience": 9}) == {
            "status": 0,
            "said": "hi",
        }


def test_nothing_is_started_meanwhile(host: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    with waiting(host, "control"):
        monkeypatch.setattr(bundle, "command", None)
        for _ in range(3):
            host.call("control", "run_script", {"script": "true", "patience": 9})


def test_what_broke_is_done_by_a_program_of_its_own(host: Carrier) -> None:
    """The failure is told as ever, and the next verb is served."""
    asked = {"script": "exit 3", "patience": 9}
    with waiting(host, "control"):
        with pytest.raises(RemoteFailed, match="KeyError: 'patience'"):
            host.call("control", "run_script", {"script": "true"})
        session = host.sessions["control"]
        assert not session.usable
        assert host.call("control", "run_script", asked)["status"] == 3


def test_one_that_is_killed_is_an_error(host: Carrier, tmp_path: Path) -> None:
    asked = {"script": "kill -KILL $(ps -o ppid= $PPID)", "patience": 9}
    with waiting(host, "control"), pytest.raises(MigratorError):
        host.call("control", "run_script", asked)


def test_a_stranger_in_its_place_serves_nothing(host: Carrier) -> None:
    with host._connection.start(["echo", "no program of ours"]) as channel:
        session = Session(channel)
        session.wait()
        assert not session.usable
