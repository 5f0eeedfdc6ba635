"""The borders: JSON into types, the work directory, the inventory, the command line."""

from __future__ import annotations

import io
import json
import multiprocessing
import socket
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from migrator import bundle, errors, facts
from migrator.agent import frames
from migrator.carrier import Caller, Result
from migrator.errors import Locked, MigratorError, NoPython, ProtocolError, StoreDamaged, UsageError
from migrator.facts import SCHEMA
from migrator.inventory import Inventory, known_hosts
from migrator.runtime import main as runtime
from migrator.workdir import Workdir, make_private, read_json, write_json

TOP = Path(__file__).resolve().parents[1]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*\(Is a directory\)"):
        read_json(tmp_path, "assess")
    (tmp_path / "deep").write_text("[" * 100_000)
    with pytest.raises(StoreDamaged, match="deep is damaged"):
        read_json(tmp_path / "deep", "assess")


@pytest.mark.parametrize(
    "document", [None, [], {}, {"schema": 99}, {"schema": 1}, {"schema": SCHEMA}]
)
def test_facts_of_another_make_are_refused(document: Any) -> None:
    with pytest.raises(ProtocolError, match="discover"):
        facts.load(document)


def test_streams_that_do_not_block_are_no_obstacle(tmp_path: Path) -> None:
    """As job runners give them; Ansible by itself refuses to start."""
    (tmp_path / "hosts").write_text("old ansible_host=192.0.2.1\n")
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    command = [sys.executable, "-m", "migrator.cli", "assess", "old", "-i", str(tmp_path / "hosts")]
    command += ["--work", str(tmp_path / "work")]
    with ours, theirs:
        done = subprocess.run(command, stdin=theirs, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (UsageError.exit_code, "")
    assert "run 'migrator discover" in done.stderr


def test_exit_codes_are_stable() -> None:
    assert {kind.__name__: kind.exit_code for kind in MigratorError.__subclasses__()} == {
        "UsageError": 2,
        "Unreachable": 3,
        "HostKeyUnknown": 4,
        "NoPython": 5,
        "BecomeFailed": 6,
        "NoSpace": 7,
        "TargetUnfit": 8,
        "PlanInvalid": 9,
        "Blocked": 10,
        "Different": 11,
        "ProtocolError": 12,
        "StoreDamaged": 13,
        "Locked": 14,
        "RemoteFailed": 15,
        "LeftToDo": 16,
        "SecretLeft": 17,
    }
    assert str(errors.NoSpace("full", "free some")) == "full: free some"


@pytest.mark.parametrize("host", ["", "..", "a/b", "store", "-x", "a\nb"])
def test_a_host_name_that_is_no_directory_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(UsageError):
        Workdir(tmp_path, host)


def test_files_are_private_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "work/old/facts.json"
    write_json(path, {"a": 1})
    write_json(path, {"a": 2})
    assert read_json(path, "discover") == {"a": 2}
    assert [p.name for p in path.parent.iterdir()] == ["facts.json"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == path.parents[1].stat().st_mode & 0o777 == 0o700


def test_missing_and_damaged_results_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run 'migrator discover' first"):
        read_json(tmp_path / "facts.json", "discover")
    (tmp_path / "facts.json").write_text("{")
    with pytest.raises(StoreDamaged, match="run 'migrator discover' again"):
        read_json(tmp_path / "facts.json", "discover")


def _hold(root: Path, held: Any, done: Any) -> None:
    with Workdir(root, "old").lock("snapshot"):
        held.set()
        done.wait(20)


def test_two_runs_on_one_host_are_told_of_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, held, done))
    other.start()
    try:
        assert held.wait(20)
        with pytest.raises(Locked, match=r"in use by snapshot \(pid"), _lock(tmp_path):
            pass
    finally:
        done.set()
        other.join()
    with _lock(tmp_path):
        assert make_private(tmp_path / "old") is None


def _lock(root: Path) -> Any:
    return Workdir(root, "old").lock("build")


def test_inventory_gives_addresses_as_ansible_does(tmp_path: Path) -> None:
    path = tmp_path / "hosts.yml"
    path.write_text(
        "all:\n  vars: {domain: example.org, ansible_user: ops}\n  hosts:\n"
        "    web:\n      ansible_host: 'web.{{ domain }}'\n      ansible_port: 2022\n"
        "      ansible_become: true\n      migrator_choices: {jobs: released, stop_timeout: 9}\n"
        "      ansible_ssh_common_args: '-o UserKnownHostsFile=/a -oUserKnownHostsFile=/b'\n"
    )
    inventory = Inventory((str(path),))
    address = inventory.address("web")
    assert (address.host, address.port, address.user) == ("web.example.org", 2022, "ops")
    assert address.become
    assert address.known_hosts == ("/a", "/b")
    choices = inventory.variables("web")["migrator_choices"]
    assert json.dumps(choices) == '{"jobs": "released", "stop_timeout": 9}'
    assert (type(choices["jobs"]), type(choices["stop_timeout"])) == (str, int)
    with pytest.raises(UsageError, match="'nosuch' is not in the inventory"):
        inventory.address("nosuch")


def test_known_hosts_of_other_options_are_none() -> None:
    assert known_hosts("-o ConnectTimeout=3 -v") == ()


def test_programs_are_packed_alike_each_time_and_contain_no_more() -> None:
    bundle.pack.cache_clear()
    first = bundle.digest("agent")
    bundle.pack.cache_clear()
    assert bundle.digest("agent") == first
    names = zipfile.ZipFile(io.BytesIO(bundle.pack("agent"))).namelist()
    assert "migrator/agent/main.py" in names
    assert not [name for name in names if not name.startswith(("migrator/agent", "migrator/__"))]


@pytest.mark.parametrize(
    "answer",
    [
        b"nothing of ours",
        frames.MAGIC,
        frames.MAGIC + b"J\xff\xff\xff\xff",
        frames.MAGIC + b"E\0\0\0\0",
        frames.MAGIC + b"J\0\0\0\x01{" + b"J\0\0\0\0",
        frames.MAGIC + b"J\0\x01\x86\xa0" + b"[" * 100_000 + b"J\0\0\0\0",
        frames.MAGIC + (b"J\0\x10\0\0" + b" " * (1 << 20)) * 300,
    ],
)
def test_a_hostile_answer_is_refused(answer: bytes) -> None:
    caller = Caller("old", lambda command, data: Result(0, answer, b""))
    with pytest.raises(ProtocolError, match="old: the agent's answer is broken"):
        caller.call("agent", "facts", {})


def test_the_runtime_answers_in_the_agents_frames() -> None:
    stream = io.BytesIO()
    assert runtime.run("status", {"name": "none"}, io.BytesIO(), stream) == 0
    answer = Caller("box", lambda command, data: Result(0, stream.getvalue(), b""))
    assert answer.call("runtime", "status", {})["init"] == "absent"


def test_a_document_of_many_pieces_comes_back() -> None:
    stream = io.BytesIO()
    data = bytes(range(256)) * 5000
    frames.write_document(stream, data)
    assert frames.read_document(io.BytesIO(stream.getvalue())) == data


def test_a_host_with_an_old_python_is_told_so(tmp_path: Path) -> None:
    """The launcher itself, where the only Python in PATH is a 2.6."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 2.6.6 >&2\nexit 1\n')
    python.chmod(0o755)

    def exchange(command: Sequence[str], data: bytes) -> Result:
        environment = {"PATH": str(tmp_path)}
        done = subprocess.run(command, input=data, capture_output=True, env=environment)
        return Result(done.returncode, done.stdout, done.stderr)

    with pytest.raises(NoPython, match=r"no Python 2.7 or later .*; it has 2.6.6"):
        Caller("old", exchange).call("agent", "facts", {})


def test_help_names_every_stage_and_errors_are_short(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "migrator.cli"]
    shown = subprocess.run([*command, "--help"], cwd=TOP, capture_output=True, text=True)
    assert shown.returncode == 0
    wrong = subprocess.run(
        [*command, "assess", "web", "-i", str(tmp_path / "none.yml")],
        cwd=TOP,
        capture_output=True,
        text=True,
    )
    assert wrong.returncode == 2
    assert wrong.stderr.splitlines() == [
        f"migrator: inventory {tmp_path / 'none.yml'} does not exist",
        "  name yours with -i",
    ]


def test_a_mounted_disk_is_read_without_an_inventory(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    (disk / "etc").mkdir(parents=True)
    (disk / "etc/hostname").write_text("oldbox\n")
    command = [sys.executable, "-m", "migrator.cli", "discover", "oldbox", "-i", "localhost,"]
    command += ["--work", str(tmp_path / "work"), "--root"]
    done = subprocess.run([*command, str(disk)], cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = facts.load(read_json(tmp_path / "work/oldbox/facts.json", "discover"))
    assert (found.system.hostname, found.root, found.live) == ("oldbox", str(disk), False)
    assert {f.kind for f in found.failures} == {"absent"}
    wrong = [*command, str(tmp_path / "none"), "--refresh"]
    refused = subprocess.run(wrong, cwd=TOP, capture_output=True, text=True)
    assert (refused.returncode, refused.stdout) == (UsageError.exit_code, "")
    assert "holds no root file system" in refused.stderr


def test_ctrl_c_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    write_json(tmp_path / "a.json", {"old": 1})
    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_json(tmp_path / "a.json", {"new": 2})
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert read_json(tmp_path / "a.json", "assess") == {"old": 1}
