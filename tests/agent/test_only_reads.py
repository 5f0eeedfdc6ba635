"""The agent only reads: the kernel's own record of every call that names a file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from migrator import bundle
from migrator.agent import frames
from tests import corpus

# Calls by descriptor come beside those that name a file; ? for those that a kernel does not have.
BY_DESCRIPTOR = (
    *("fchmod", "fchown", "ftruncate", "fsetxattr", "fremovexattr", "fallocate"),
    *("?futimesat", "mount", "umount2", "ioctl"),
)
CHANGING = re.compile(
    r"^(?:\d+ +)?(unlink|rmdir|rename|mkdir|mknod|link|symlink|chmod|fchmod|chown|fchown|lchown"
    r"|truncate|ftruncate|utime|utimes|futimesat|utimensat|setxattr|lsetxattr|fsetxattr"
    r"|removexattr|lremovexattr|fremovexattr|fallocate|mount|umount2|creat|swapon|acct"
    r"|chroot|pivot_root)(at|at2)?\("
)
WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|_SETFLAGS|FS_IOC_FSSETXATTR")
HARMLESS = re.compile(r'"/dev/(null|tty)"')


def traced(verb: str, params: dict[str, object], data: bytes, place: Path) -> list[str]:
    """Every traced call of the agent and of the commands that it runs."""
    strace = shutil.which("strace")
    assert strace, "install strace"
    request, package = bundle.request("agent", params), len(bundle.pack("agent"))
    sizes = [str(package), str(len(request) - package)]
    boot = (bundle.HERE / "boot.py").read_text()
    agent = [sys.executable, "-E", "-s", "-c", boot, "migrator.agent.main", verb, *sizes]
    calls = "trace=%file," + ",".join(BY_DESCRIPTOR)
    log = place / f"{verb}.strace"
    words = [strace, "-f", "-qq", "-e", calls, "-e", "signal=none", "-s", "256", "-o", str(log)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*words, *agent], input=request + data, capture_output=True, cwd="/", env=environment
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(frames.MAGIC)
    return log.read_text(errors="replace").splitlines()


def changes(calls: list[str]) -> list[str]:
    return [
        call
        for call in calls
        if CHANGING.match(call) or (WRITING.search(call) and not HARMLESS.search(call))
    ]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.geteuid():
        pytest.fail("this test makes devices and other people's files: run it as root")
    root = tmp_path_factory.mktemp("tree")
    corpus.make(root)
    return root


def manifest(tree: Path) -> str:
    """Names, all attributes and all times of everything, by a program that is not ours. Only the
    access time of a link is left out: nobody can read where it leads without being noted."""
    form = "%p %y %m %U %G %s %T@ %C@ %i %n %l"
    print_all = ["(", "-type", "l", "-printf", f"{form}\\n", ")"]
    print_all += ["-o", "-printf", f"{form} %A@\\n"]
    done = subprocess.run(["find", tree, *print_all], check=True, capture_output=True)
    return "\n".join(sorted(done.stdout.decode("utf-8", "replace").splitlines()))


def test_walk_and_contents_change_nothing(tree: Path, tmp_path: Path) -> None:
    subprocess.run(
        ["find", tree, "-type", "f", "-exec", "touch", "-a", "-d", "2001-02-03", "{}", "+"]
    )
    names = [path.relative_to(tree) for path in sorted(tree.rglob("*"))]
    before = manifest(tree)
    params: dict[str, object] = {"root": str(tree)}
    calls = traced("tree", params, b"", tmp_path)
    assert [call for call in calls if "opt" in call], "the walk is in the record"
    assert changes(calls) == []
    asked = frames.deflated(b"".join(frames.wanted(os.fsencode(name), b"") for name in names))
    data = frames.HEAD.pack(b"W", len(asked)) + asked + frames.HEAD.pack(b"Z", 0)
    calls = traced("read", params, data, tmp_path)
    assert [call for call in calls if '"config"' in call], "the reading is in the record"
    assert changes(calls) == []
    assert manifest(tree) == before


def test_facts_change_nothing(tmp_path: Path) -> None:
    """Of this machine, with all the commands that are asked."""
    calls = traced("facts", {"root": "/"}, b"", tmp_path)
    assert [call for call in calls if "execve" in call]
    assert changes(calls) == []


def test_a_change_would_be_seen(tmp_path: Path) -> None:
    """The record and the patterns themselves: a program that changes things is found out."""
    script = (
        "import os; open('a', 'w').close(); os.rename('a', 'b'); os.chmod('b', 0o600);"
        "os.utime('b', (1, 1)); os.truncate('b', 3); os.setxattr('b', 'user.x', b'1');"
        "os.mkdir('d'); os.rmdir('d'); os.unlink('b')"
    )
    log = tmp_path / "log"
    calls = "trace=%file," + ",".join(BY_DESCRIPTOR)
    words = ["strace", "-f", "-qq", "-e", calls, "-e", "signal=none", "-o", log]
    subprocess.run([*words, sys.executable, "-c", script], check=True, cwd=tmp_path)
    found = " ".join(changes(log.read_text().splitlines()))
    names = ("openat", "rename", "chmod", "utimensat", "truncate", "setxattr", "mkdir", "rmdir")
    assert [name for name in (*names, "unlink") if f"{name}(" not in found] == []
