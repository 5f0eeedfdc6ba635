"""A second snapshot, of the same host or of another: what is read, packed and stored again."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator import known, ledger, local, snapshot, taking
from migrator.contents import Content
from migrator.entries import Entry, Unreadable
from migrator.limits import Limits
from migrator.plan import PathChoice, Plan
from migrator.progress import Silent
from migrator.store import Store
from migrator.store.codec import ZSTD, of_file
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests import corpus

PLAN = build.plan(paths={"/srv": PathChoice("volume")})
Ask = Callable[[Entry], Content | Unreadable]


def make(root: Path, seed: int = 1) -> None:
    """Files of a package, of its own and of a volume; a few of them large."""
    chance = random.Random(seed)
    for top in ("usr/bin", "usr/share/doc", "opt/shop", "srv/data", "var/lib/dpkg/info"):
        (root / top).mkdir(parents=True)
    for number in range(200):
        name = ("usr/bin", "usr/share/doc", "opt/shop", "srv/data")[number % 4]
        size = 200_000 if number % 50 == 0 else chance.randrange(3000)
        (root / name / f"f{number}").write_bytes(chance.randbytes(size))
    names = "".join(f"/usr/bin/f{number}\n" for number in range(0, 200, 4))
    (root / "var/lib/dpkg/info/tools.list").write_text(names)
    for path in root.rglob("usr/bin/*"):
        os.utime(path, (1_600_000_000, 1_600_000_000))  # as packages have them


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make(tmp_path / "source")
    return tmp_path / "source"


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    return workdir(tmp_path / "work", "old")


def workdir(place: Path, host: str) -> Workdir:
    made = Workdir(place, host)
    make_private(made.path)
    return made


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], list[str]]:
    """The paths that were read since it was asked last; written by the workers, so to a file."""
    log = tmp_path / "read.log"
    reader = local.reader

    @contextlib.contextmanager
    def noted(root: str, limits: Limits) -> Iterator[Ask]:
        with reader(root, limits) as ask:

            def answer(entry: Entry) -> Content | Unreadable:
                with log.open("a") as handle:
                    handle.write(entry.text + "\n")
                return ask(entry)

            yield answer

    monkeypatch.setattr(local, "reader", noted)

    def taken() -> list[str]:
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return sorted(found)

    return taken


def take(root: Path, work: Workdir, plan: Plan = PLAN) -> snapshot.Snapshot:
    with corpus.here() as carrier:
        return snapshot.take(carrier, plan, build.facts(root=str(root)), work, Silent())


def settle(root: Path) -> None:
    """Let the clock pass what was written, and a later change mark it as passed."""
    time.sleep(0.05)
    (root / "opt/shop/clock").write_text(str(time.time()))


def test_nothing_is_read_again_that_did_not_change(
    root: Path, work: Workdir, read: Callable[[], list[str]]
) -> None:
    settle(root)
    first = take(root, work)
    assert len(read()) == 202
    second = take(root, work)
    assert set(read()) <= {"/opt/shop/clock"}, "it may have changed in the same tick of the clock"
    assert (second.layers, second.volumes) == (first.layers, first.volumes)
    assert second.counts == first.counts


def test_another_codec_is_made_of_what_is_there(
    root: Path, work: Workdir, read: Callable[[], list[str]]
) -> None:
    settle(root)
    first = take(root, work)
    read()
    second = take(root, work, replace(PLAN, compression="zstd"))
    assert set(read()) <= {"/opt/shop/clock"}
    assert second.volumes == first.volumes, "volumes stay as every target reads them"
    for name, layer in second.layers.items():
        assert layer.diff_id == first.layers[name].diff_id
        assert of_file(Store(work.store).blob(layer.digest)) is ZSTD


def test_what_changed_is_read_and_nothing_else(
    root: Path, work: Workdir, read: Callable[[], list[str]], tmp_path: Path
) -> None:
    settle(root)
    first = take(root, work)
    read()
    changed = root / "opt/shop/f6"
    before = changed.stat()
    changed.write_bytes(bytes(before.st_size))
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))  # it hides the change
    (root / "srv/data/f3").unlink()
    (root / "usr/bin/f4").chmod(0o4755)
    second = take(root, work)
    assert set(read()) >= {"/opt/shop/f6", "/usr/bin/f4"}
    anew = take(root, workdir(tmp_path / "anew", "old"))
    assert (second.layers, second.volumes) == (anew.layers, anew.volumes)
    assert second.layers["application"] != first.layers["application"]
    assert second.volumes != first.volumes
    assert second.layers["system"] == first.layers["system"]
    paths = {row["path"] for row in ledger.rows(work.ledger)}
    assert "/opt/shop/f6" in paths and "/srv/data/f3" not in paths


def test_another_host_stores_only_what_is_its_own(
    root: Path, work: Workdir, tmp_path: Path
) -> None:
    first = take(root, work)
    before = sum(Store(work.store).sizes().values())
    shutil.copytree(root, tmp_path / "second", symlinks=True)
    (tmp_path / "second/opt/shop/own").write_bytes(b"its own")
    second = take(tmp_path / "second", workdir(work.root, "new"))
    assert second.layers["packages"] == first.layers["packages"], "times of directories differ"
    added = sum(Store(work.store).sizes().values()) - before
    assert added < first.layers["application"].size + 20_000 + first.volumes["/srv"].size
    alone = take(tmp_path / "second", workdir(tmp_path / "alone", "new"))
    assert alone.layers == second.layers, "what the store held before changes no byte"


def test_what_another_host_has_is_not_sent(
    root: Path, work: Workdir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    contents = taking.contents

    def counted(*given: Any) -> Iterator[Content | Unreadable]:
        for answer in contents(*given):
            if isinstance(answer, Content) and not answer.digest:
                sent.append(answer.entry.text)
            yield answer

    monkeypatch.setattr(taking, "contents", counted)
    settle(root)
    (root / "usr/share/doc/f1").chmod(0o640)
    take(root, work)
    second = tmp_path / "second"
    shutil.copytree(root, second, symlinks=True)
    time.sleep(0.05)
    (second / "usr/share/doc/f5").write_bytes((root / "usr/share/doc/f5").read_bytes()[::-1])
    (second / "usr/share/doc/f9").write_bytes(b"of another size")
    with corpus.here() as carrier:
        carrier.here = carrier.forks = False
        given = build.facts(root=str(second))
        taken = snapshot.take(carrier, PLAN, given, workdir(work.root, "new"), Silent())
    below = {path for path in sent if path.startswith("/usr/")}
    assert below == {f"/usr/share/doc/f{number}" for number in (1, 5, 9)}, "1: not for all to read"
    assert "/opt/shop/f6" in sent
    alone = take(second, workdir(tmp_path / "alone", "new"))
    assert (alone.layers, alone.volumes) == (taken.layers, taken.volumes)


def test_a_snapshot_of_an_unchanged_tree_is_the_last_one(root: Path, work: Workdir) -> None:
    settle(root)
    os.utime(root / "opt/shop", (0, 0))
    first = take(root, work)
    (root / "opt/shop/clock").unlink()  # the one content that is unsure; a directory has none
    second = take(root, work)
    ledger_at = work.ledger.stat().st_mtime_ns
    assert second != first
    assert take(root, work) == second
    assert work.ledger.stat().st_mtime_ns == ledger_at, "nothing was written"
    Store(work.store).blob(second.layers["system"].digest).unlink()
    again = take(root, work)
    assert again.layers == second.layers
    assert Store(work.store).blob(second.layers["system"].digest).exists()


@pytest.mark.parametrize("damage", [b"", b"no gzip", None])
def test_without_a_memory_all_is_read_and_the_same_comes_out(
    root: Path, work: Workdir, damage: bytes | None, read: Callable[[], list[str]]
) -> None:
    first = take(root, work)
    read()
    data = work.known.read_bytes()
    work.known.write_bytes(data[: len(data) // 2] if damage is None else damage)
    second = take(root, work)
    assert read()
    assert second.layers == first.layers


def test_a_lost_content_is_read_again(
    root: Path, work: Workdir, read: Callable[[], list[str]]
) -> None:
    settle(root)
    first = take(root, work)
    read()
    (work.store / "contents.sqlite").unlink()
    assert take(root, work).layers == first.layers
    assert len(read()) == 202


ENTRY = Entry(b"a", "f", 0o644, 0, 0, 1, 5, 10**18 + 1, 1, 2, 1, 0, 0, b"", (), None, "")


@pytest.mark.parametrize(("ctime", "sure"), [(-(10**9), True), (-(10**6), False), (0, False)])
def test_a_change_in_the_same_tick_would_go_unseen(tmp_path: Path, ctime: int, sure: bool) -> None:
    from migrator import spill

    record = spill.packed(ENTRY)
    known.write(tmp_path / "known.gz", ENTRY.ctime_ns - ctime, [(b"d" * 32, 0x10, record)], 7)
    found, flags = known.Known(tmp_path / "known.gz", 7).of(ENTRY, record)
    assert (found == b"d" * 32) is sure
    assert flags == 0x10
