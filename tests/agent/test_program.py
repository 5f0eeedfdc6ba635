"""The agent as a program, carried as it is to a host, under every Python that is found here."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from migrator import bundle, facts
from migrator.agent import facts as agent
from migrator.agent import frames
from migrator.contents import Content, contents
from migrator.entries import Entry, read_tree
from tests import corpus, hosts

NOBODY = 65534
BOOT = (bundle.HERE / "boot.py").read_text()


def interpreters() -> list[str]:
    """Each version once: this one, those in PATH, and those that pyenv keeps."""
    versions = ["2.7", *(f"3.{minor}" for minor in range(4, 16))]
    found = {sys.executable, *filter(None, (shutil.which(f"python{v}") for v in versions))}
    found |= {str(path) for path in Path.home().glob(".pyenv/versions/*/bin/python")}
    working: dict[str, str] = {}
    for name in sorted(found):
        ask = [name, "-c", "import sys; print(sys.version_info[:2])"]
        done = subprocess.run(ask, capture_output=True, text=True)
        if done.returncode == 0:
            working.setdefault(done.stdout, name)
    return list(working.values())


def ask(python: str, verb: str, params: dict[str, Any], data: bytes = b"") -> bytes:
    request = bundle.request("agent", params)
    package = len(bundle.pack("agent"))
    sizes = [str(package), str(len(request) - package)]
    command = [python, "-E", "-s", "-c", BOOT, "migrator.agent.main", verb, *sizes]
    done = subprocess.run(command, input=request + data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(frames.MAGIC)
    return done.stdout


def document(python: str, params: dict[str, Any]) -> dict[str, Any]:
    answer = ask(python, "facts", params)
    stream = io.BytesIO(answer[len(frames.MAGIC) :])
    found: dict[str, Any] = json.loads(frames.read_document(stream))
    return found


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    if os.geteuid() == 0:
        corpus.make(root)
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/hostname").write_bytes(b"h\xf6st\n")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    return root


@pytest.mark.parametrize("python", interpreters())
def test_facts_of_a_live_host_load(python: str) -> None:
    found = facts.load(document(python, {"root": "/"}))
    assert found.system.boot_id
    assert any(process.pid == 1 for process in found.processes)
    assert not [failure for failure in found.failures if failure.subject in ("mounts", "users")]


@pytest.mark.parametrize("python", interpreters())
def test_every_python_says_the_same(python: str, tree: Path) -> None:
    theirs = document(python, {"root": str(tree)})
    assert _timeless(theirs) == _timeless(document(sys.executable, {"root": str(tree)}))
    assert facts.load(theirs).system.hostname == "h\udcf6st"


@pytest.mark.parametrize("python", interpreters())
def test_every_python_reads_the_golden_hosts_alike(python: str, tmp_path: Path) -> None:
    for name in hosts.HOSTS:
        params = hosts.params(name, tmp_path)
        mine = json.loads(json.dumps(agent.facts(params)))
        assert _timeless(document(python, params)) == _timeless(mine), name


def _timeless(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "python": "", "taken_at": 0}


def test_a_user_who_may_not_read_everything_is_told_what_is_missing() -> None:
    """In a child that gives up root, since the interpreter may lie where only root can start it."""
    answer = os.memfd_create("facts")
    child = os.fork()
    if not child:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os.write(answer, json.dumps(agent.facts({"root": "/"})).encode())
        os._exit(0)
    assert os.waitpid(child, 0) == (child, 0)
    found = facts.load(json.loads(os.pread(answer, 1 << 28, 0)))
    assert not found.privileged
    kinds = {failure.kind for failure in found.failures}
    assert "denied" in kinds and "failed" not in kinds


@pytest.mark.parametrize("python", interpreters())
def test_tree_and_contents_are_the_same(
    python: str, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = {"root": str(tree)}
    entries = [entry for entry in read_tree(io.BytesIO(ask(python, "tree", params)))]
    mine = [entry for entry in read_tree(io.BytesIO(ask(sys.executable, "tree", params)))]
    assert [_loose(entry) for entry in entries] == [_loose(entry) for entry in mine]
    wanted = [entry for entry in mine if isinstance(entry, Entry) and entry.kind == "f"]
    monkeypatch.setattr("migrator.bundle.INTERPRETERS", (python,))
    with corpus.here() as carrier:
        answers = contents(carrier, str(tree), [(entry, b"") for entry in wanted])
        for answer, entry in zip(answers, wanted, strict=True):
            assert isinstance(answer, Content)
            assert _loose(answer.entry._replace(inode_flags=0)) == _loose(entry)
            assert not answer.changed
            data = _data(tree, entry.path)
            segments = [(0, len(data))] if entry.segments is None else entry.segments
            assert b"".join(answer.pieces) == b"".join(data[at : at + n] for at, n in segments)


def _loose(entry: object) -> object:
    """Python 2 has the time of change in floating point, which loses its last digits."""
    assert isinstance(entry, Entry)
    return entry._replace(ctime_ns=entry.ctime_ns // 10_000 // 100)


def _data(tree: Path, path: bytes) -> bytes:
    return Path(os.fsdecode(os.fsencode(tree) + b"/" + path)).read_bytes()


def test_mounts_that_are_not_listed_are_not_touched(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.fail("this test mounts a file system: run it as root")
    point = tmp_path / "data"
    point.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", point], check=True)
    try:
        (point / "file").touch()
        closed = read_tree(io.BytesIO(ask(sys.executable, "tree", {"root": str(tmp_path)})))
        assert [(e.path, e.kind) for e in closed if isinstance(e, Entry)][1:] == [(b"data", "m")]
        params = {"root": str(tmp_path), "mounts": ["/data"]}
        opened = read_tree(io.BytesIO(ask(sys.executable, "tree", params)))
        assert b"data/file" in [e.path for e in opened]
    finally:
        subprocess.run(["umount", point], check=True)
