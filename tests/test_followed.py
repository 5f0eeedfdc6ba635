"""Lines on their way out of a container: which hosts they are for, and how they are seen."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

import pytest

from migrator.facts.syslog import LogRemote
from migrator.runtime import followed
from migrator.verify import lines
from tests import builders as make

UDP = bytes([0x45, 0, 0, 0] + [0] * 5 + [17] + [0] * 10)
TCP6 = bytes([0x60] + [0] * 5 + [6] + [0] * 33)


def segment(port: int, offset: int) -> bytes:
    return struct.pack(">HHIIBB", 4000, port, 0, 0, offset << 4, 0) + b"\0" * (offset * 4 - 14)


@pytest.mark.parametrize(
    ("packet", "found"),
    [
        (UDP + struct.pack(">HHHH", 4000, 514, 0, 0) + b"words", (514, b"words")),
        (TCP6 + segment(6514, 8) + b"words", (6514, b"words")),
        (UDP + b"\0", None),
        (bytes([0x45] + [0] * 8 + [1] + [0] * 30), None),
        (b"", None),
    ],
    ids=["udp", "tcp over ipv6", "short", "icmp", "empty"],
)
def test_packets_are_read(packet: bytes, found: tuple[int, bytes] | None) -> None:
    assert followed.payload(packet) == found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may watch a network")
def test_a_line_that_leaves_is_seen_and_one_that_does_not_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ "logger" sends to one of two ports of this machine."""
    monkeypatch.setattr(followed, "PATIENCE", 1.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        port = receiver.getsockname()[1]
        (tmp_path / "logger").write_text(f'#!/bin/bash\necho "$3" > /dev/udp/127.0.0.1/{port}\n')
        (tmp_path / "logger").chmod(0o755)
        remote = {"name": "a", "port": port, "level": "user.info", "plain": True}
        remotes = [remote, {**remote, "name": "b", "port": 1}]
        inside = ["env", f"PATH={tmp_path}:{os.environ['PATH']}"]
        asked = {"inside": inside, "line": "a line", "remotes": remotes}
        assert followed.followed(asked) == {"arrived": {"a": True, "b": False}}


def test_remotes_are_asked_with_a_level_that_their_rule_wants() -> None:
    remote = LogRemote("/etc/rsyslog.conf:1", "local3.=err", "omfwd", "10.0.0.9", "", "udp", False)
    tls = LogRemote("/etc/rsyslog.conf:2", "*.*", "omfwd", "logs", "6514", "tcp", True)
    rules = (
        make.log("remote", "local3.=err", "10.0.0.9:514/udp", remote.where),
        make.log("remote", "*.*", "logs:6514/tcp", tls.where),
        make.log("remote", ":msg, contains, 'x'", "10.0.0.8:514/udp", "/etc/rsyslog.conf:3"),
        make.log("file", "mail.*", "/var/log/mail"),
    )
    found = make.facts(syslog={"rules": rules, "remotes": (remote, tls)})
    assert lines.remotes(found) == [
        {"name": "10.0.0.9:514/udp", "port": 514, "level": "local3.err", "plain": True},
        {"name": "logs:6514/tcp", "port": 6514, "level": "user.info", "plain": False},
    ]
    assert lines.files(found) == {"/var/log/mail": "mail.*"}
