"""An image of any number of layers, as other tools read it, and what it says of itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from migrator import image, ledger
from migrator.adapt import Change
from migrator.snapshot import SCHEMA, Snapshot
from migrator.store import Store
from migrator.store.codec import GZIP, ZSTD, Codec
from migrator.store.rebuild import rebuild
from migrator.workdir import Workdir, make_private, write_json
from tests import builders as build
from tests.storing import put

MOMENT = 1_700_000_000


def of_layers(work: Workdir, count: int, codec: Codec = GZIP) -> Snapshot:
    """A snapshot of ``count`` layers with a file in each."""
    make_private(work.path)
    store = Store(work.store)
    store.prepare()
    layers = {
        f"packages-{number:03}": put(store, [(f"file-{number}", b"%d\n" % number)], codec=codec)
        for number in range(count)
    }
    taken = Snapshot(SCHEMA, work.host, MOMENT, "", layers, {}, {})
    write_json(work.snapshot, asdict(taken))
    ledger.write(work.ledger, ())
    return taken


def built(work: Workdir, changes: tuple[Change, ...] = ()) -> dict[str, Any]:
    return image.build(work, build.plan(), build.facts(), changes)


def output(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    return Workdir(tmp_path / "work", "web01")


@pytest.mark.lab
@pytest.mark.parametrize("count", [0, 1, 3, 100])
def test_others_read_an_image_of_so_many_layers(work: Workdir, tmp_path: Path, count: int) -> None:
    of_layers(work, count)
    made = built(work)
    assert len(made["layers"]) == count
    config = Store(work.store).document(made["config"])
    assert len(config["rootfs"]["diff_ids"]) == len(config["history"]) == count
    found = json.loads(output("skopeo", "inspect", f"oci:{work.store}:web01"))
    assert found["Digest"] == made["manifest"]
    assert found["Layers"] == made["layers"]
    output("umoci", "unpack", "--image", f"{work.store}:web01", tmp_path / "bundle")
    names = {path.name: path.read_text() for path in (tmp_path / "bundle/rootfs").iterdir()}
    assert names == {f"file-{number}": f"{number}\n" for number in range(count)}
    if count:
        assert podman_names(work) == sorted(names)


@pytest.mark.lab
def test_others_read_an_image_of_zstd(work: Workdir, tmp_path: Path) -> None:
    """skopeo and podman; umoci 0.4 knows no zstd, and says so."""
    of_layers(work, 2, ZSTD)
    change = Change("a", "write", "/etc/motd", "why", b"hello\n", mode=0o644)
    made = image.build(work, build.plan(compression="zstd"), build.facts(), (change,))
    layers = Store(work.store).document(made["manifest"])["layers"]
    kinds = {layer["mediaType"] for layer in layers}
    assert kinds == {"application/vnd.oci.image.layer.v1.tar+zstd"}
    output("skopeo", "copy", f"oci:{work.store}:web01", f"dir:{tmp_path}/copy")
    assert podman_names(work) == ["etc", "etc/motd", "file-0", "file-1"]
    command = ["umoci", "unpack", "--image", f"{work.store}:web01", tmp_path / "bundle"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode and "tar+zstd" in done.stderr


def podman_names(work: Workdir, host: str = "web01") -> list[str]:
    """podman's own list of files, from a storage of its own; it refuses an image without layers."""
    with tempfile.TemporaryDirectory() as place:  # podman wants a short path
        podman = ["podman", "--root", f"{place}/root", "--runroot", f"{place}/run"]
        podman += ["--storage-driver", "vfs"]
        loaded = output(*podman, "pull", "-q", f"oci:{work.store}:{host}").strip()
        try:
            mounted = output(*podman, "image", "mount", loaded).strip()
            return sorted(str(path.relative_to(mounted)) for path in Path(mounted).rglob("*"))
        finally:
            output(*podman, "image", "unmount", "--all")
            output(*podman, "rmi", "--force", loaded)


def test_the_image_says_what_it_is(work: Workdir) -> None:
    of_layers(work, 1)
    made = built(work)
    store = Store(work.store)
    labels = store.document(made["config"])["config"]["Labels"]
    assert store.document(made["manifest"])["annotations"] == labels
    assert labels["io.migrator.source"] == "web01"
    assert labels["io.migrator.taken"] == "2023-11-14T22:13:20Z"
    assert labels["io.migrator.plan"].startswith("sha256:")


def test_releasing_the_jobs_makes_no_other_image(work: Workdir) -> None:
    of_layers(work, 1)
    held = image.build(work, build.plan(jobs="held"), build.facts(), ())
    assert image.build(work, build.plan(jobs="released"), build.facts(), ()) == held
    assert image.build(work, build.plan(stop_timeout=9), build.facts(), ()) != held


def test_source_date_epoch_is_the_time_of_all_that_build_makes(
    work: Workdir, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_layers(work, 1)
    change = (Change("a", "write", "/etc/motd", "why", b"hello\n", mode=0o644),)
    first = built(work, change)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(MOMENT))
    assert built(work, change) == first, "it is the time of the snapshot by itself"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    made = built(work, change)
    config = Store(work.store).document(made["config"])
    assert config["created"] == "1970-01-02T00:00:00Z"
    assert made["layers"][0] == first["layers"][0]
    assert made["layers"][1] != first["layers"][1], "its files are of that time"


def test_another_plan_is_another_image_of_the_same_layers(work: Workdir) -> None:
    of_layers(work, 3)
    first = built(work)
    other = image.build(work, build.plan(stop_timeout=7), build.facts(), ())
    assert other["layers"] == first["layers"]
    assert other["manifest"] != first["manifest"]


def test_another_machine_builds_the_same(
    work: Workdir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same snapshot and plan: with another index, clock, locale, umask and directory."""
    of_layers(work, 3)
    change = (Change("a", "write", "/etc/motd", "why", b"hello\n", mode=0o644),)
    first = built(work, change)
    other = Workdir(tmp_path / "elsewhere/deeper", work.host)
    shutil.copytree(work.root, other.root)
    (other.store / "contents.sqlite").unlink()
    for digest in (first["manifest"], first["config"], first["layers"][-1]):
        Store(other.store).blob(digest).unlink()
    rebuild(Store(other.store))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "C")
    time.tzset()
    before = os.umask(0o002)
    try:
        assert built(other, change) == first
    finally:
        os.umask(before)
        monkeypatch.undo()
        time.tzset()
