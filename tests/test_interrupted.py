"""Snapshots that are cut, killed, doubled or out of space: what is on disk, and that they go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from migrator import snapshot, taking
from migrator.contents import Asked, contents
from migrator.errors import NoSpace, ProtocolError
from migrator.progress import Silent
from migrator.store import Index, Store
from migrator.store.check import verify
from migrator.workdir import Workdir
from tests import builders as build
from tests import corpus
from tests.test_again import PLAN, make, take, workdir

TOP = Path(__file__).resolve().parents[1]
PROGRAM = """
import sys
from pathlib import Path
from tests.test_again import take, workdir
print("begun", flush=True)
take(Path(sys.argv[1]), workdir(Path(sys.argv[2]), sys.argv[3]))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "source"
    make(made)
    for number in range(12):
        (made / f"opt/shop/large{number}").write_bytes(os.urandom(4 << 20))
    return made


def streamed(root: Path, work: Workdir) -> snapshot.Snapshot:
    """As from another machine."""
    with corpus.here() as carrier:
        carrier.here = carrier.forks = False
        return snapshot.take(carrier, PLAN, build.facts(root=str(root)), work, Silent())


def run(root: Path, place: Path, host: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", PROGRAM, str(root), str(place), host]
    return subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE)


def whole(store: Store) -> bool:
    with store.used(), Index(store) as index:
        return not list(verify(store, index))


@pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
def test_a_killed_run_leaves_a_store_that_is_whole(root: Path, tmp_path: Path, part: float) -> None:
    begun = time.monotonic()
    expected = take(root, workdir(tmp_path / "other", "old"))
    lasts = time.monotonic() - begun
    work = Workdir(tmp_path / "work", "old")
    with run(root, work.root, "old") as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(part * lasts)
        process.send_signal(signal.SIGKILL)
    assert whole(Store(work.store))
    assert take(root, workdir(work.root, "old")).layers == expected.layers
    assert not list(work.path.glob(".taking-*"))
    assert not list(work.store.rglob(".part-*")), "the next run removes what was half written"


def test_two_hosts_at_once_in_one_store(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "work"
    processes = [run(root, place, host) for host in ("one", "two")]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert whole(Store(place / "store"))
    one, two = (snapshot.load(Workdir(place, host)) for host in ("one", "two"))
    assert one.layers == two.layers


@pytest.mark.lab
@pytest.mark.parametrize("size", ["6m", "30m", "42m"])
def test_a_full_disk_is_one_sentence(root: Path, tmp_path: Path, size: str) -> None:
    """The space was there when it was looked for, and is taken by others meanwhile."""
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small], check=True)
    try:
        work = workdir(small, "old")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(snapshot, "need_space", lambda *_: None)
            with pytest.raises(NoSpace, match="no space left for"):
                take(root, work)
        assert not work.snapshot.exists()
        assert whole(Store(work.store))
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_cut_stream_is_resumed(
    root: Path, tmp_path: Path, part: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before the cut is not asked for again."""
    asked: list[int] = []
    cut = True

    def breaking(*given: object) -> Iterator[object]:
        wanted: Collection[Asked] = given[2]  # type: ignore[assignment]
        asked.append(sum(entry.size for entry, _ in wanted))
        for number, answer in enumerate(contents(*given)):  # type: ignore[arg-type]
            if cut and number >= part * len(wanted):
                raise ProtocolError("the stream of contents is broken")
            yield answer

    monkeypatch.setattr(taking, "contents", breaking)
    time.sleep(0.05)
    (root / "opt/shop/clock").write_text("now")
    work = workdir(tmp_path / "work", "old")
    with pytest.raises(ProtocolError):
        streamed(root, work)
    assert not work.snapshot.exists()
    assert whole(Store(work.store))
    cut = False
    again = streamed(root, work)
    assert asked[1] < asked[0] * (1.1 - part)
    assert again.layers == take(root, workdir(tmp_path / "other", "old")).layers
