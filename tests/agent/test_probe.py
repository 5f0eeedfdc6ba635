"""What the agent's verb probe finds out: of peers, names, connections, surroundings, and logs."""

from __future__ import annotations

import os
import socket
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.agent.probe import lines, outside, surroundings


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def port_of(there: socket.socket) -> int:
    return int(there.getsockname()[1])


def test_a_peer_answers_or_says_why_not(server: socket.socket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = port_of(gone)
    found = outside.reached([["127.0.0.1", port_of(server)], ["127.0.0.1", closed]])
    assert found == {
        f"127.0.0.1:{port_of(server)}": "",
        f"127.0.0.1:{closed}": "Connection refused",
    }


def test_a_name_is_known_or_not() -> None:
    assert outside.known(["localhost", "no.such.invalid"]) == {
        "localhost": True,
        "no.such.invalid": False,
    }


def test_a_name_that_nobody_answers_for_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    forever = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: forever.wait(20))
    monkeypatch.setattr(outside, "NAMES", 0.1)
    assert outside.known(["slow.example"]) == {"slow.example": False}
    forever.set()


def test_a_connection_is_held_or_not(
    server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "HELD", 0.0)
    peer = ["127.0.0.1", port_of(server)]
    name = f"127.0.0.1:{port_of(server)}"
    assert outside.held([peer]) == {name: False}
    with socket.create_connection(("127.0.0.1", port_of(server))):
        assert outside.held([peer]) == {name: True}


def test_surroundings_are_told_without_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    child = os.spawnve(os.P_NOWAIT, "/bin/sleep", ["sleep", "5"], {"TOKEN": "s3cret", "EMPTY": ""})
    try:
        while b"TOKEN" not in Path(f"/proc/{child}/environ").read_bytes():
            pass
        found = surroundings.variables({"a.service": child, "gone.service": 2**22 + 1})
        limits = surroundings.limits({"a.service": child})
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert set(found) == {"a.service"}
    assert set(found["a.service"]) == {"TOKEN", "EMPTY"}
    assert "s3cret" not in str(found)
    assert limits["a.service"]["nofile"].count(":") == 1


def test_only_a_line_of_this_time_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = tmp_path / "log"
    written.write_bytes(b"x" * (17 << 20) + b"the line\n")  # of an earlier time, in a long log
    said = types.ModuleType("syslog")
    said.LOG_USER = said.LOG_INFO = 8  # type: ignore[attr-defined]
    said.syslog = lambda *_: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "syslog", said)
    monkeypatch.setattr(lines, "PATIENCE", 0.3)
    assert lines.arrived_in("the line", {str(written): "*.*"}) == {str(written): False}

    def write(_: int, line: str) -> None:
        with written.open("a") as log:
            log.write(f"{line}\n")

    said.syslog = write  # type: ignore[attr-defined]
    assert lines.arrived_in("the line", {str(written): "*.*"}) == {str(written): True}
