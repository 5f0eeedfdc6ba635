"""An image out of one store and into another, whole, cut, altered, and from other tools."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from migrator import cli, image, parcel, snapshot, vault
from migrator.errors import MigratorError, StoreDamaged, UsageError
from migrator.hooks import write as write_hooks
from migrator.launch import spec
from migrator.plan import Hook, Hooks, PathChoice
from migrator.plan import file as plan_file
from migrator.progress import Silent
from migrator.store import Store
from migrator.store.export import export
from migrator.store.load import load
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests import corpus

PLAN = build.plan(
    paths={"/opt/app": PathChoice("volume")},
    hooks=Hooks(prestart={}, poststop={"20-clean": Hook(on_failure="warn")}),
)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    base = tmp_path_factory.mktemp("archive")
    corpus.make(base / "source")
    made = Workdir(base / "work", "old")
    make_private(made.path)
    with corpus.here() as carrier:
        source = build.facts(root=str(base / "source"))
        snapshot.take(carrier, PLAN, source, made, Silent())
    image.build(made, PLAN, build.facts(), ())
    plan_file.save(made.plan, plan_file.dump(PLAN))
    write_hooks({"poststop.d/20-clean": "#!/bin/sh\nexit 0\n"}, made)
    secret = {"uid": 5, "gid": 6, "mode": 0o600, "data": "a2V5"}
    vault.write(made, {"/etc/ssl/private/web.key": secret}, ())
    return made


@pytest.fixture(scope="module")
def archive(work: Workdir) -> Path:
    path = work.root / "old.tar"
    assert cli.main(["store", "export", "--all", "old", str(path), "--work", str(work.root)]) == 0
    return path


def imported(path: Path, base: Path, *more: str) -> int:
    return cli.main(["store", "import", str(path), *more, "--work", str(base / "there")])


def test_elsewhere_the_same_is_launched(work: Workdir, archive: Path, tmp_path: Path) -> None:
    assert imported(archive, tmp_path) == 0
    there = Workdir(tmp_path / "there", "old")
    secrets = {"/etc/ssl/private/web.key": {"uid": 5, "gid": 6, "mode": 0o600, "data": "a2V5"}}
    assert spec(there, PLAN, secrets) == spec(work, PLAN, secrets)
    for digest in parcel_blobs(work):
        assert Store(there.store).blob(digest).exists(), "volumes came too"
    with pytest.raises(UsageError, match="none of 0 passwords"):
        vault.read(there, ())
    (there.root / "vault.key").write_bytes(work.vault_key.read_bytes())
    assert vault.read(there, ()) == secrets


def parcel_blobs(work: Workdir) -> list[str]:
    built = json.loads(work.image.read_text())
    return [blob for volume in built["volumes"].values() for blob in volume["blobs"]]


def test_an_export_with_all_is_the_same_twice(work: Workdir, archive: Path, tmp_path: Path) -> None:
    export(Store(work.store), "old", tmp_path / "again.tar", (parcel.pack(work),))
    assert (tmp_path / "again.tar").read_bytes() == archive.read_bytes()


def test_an_edited_plan_stays(archive: Path, tmp_path: Path) -> None:
    assert imported(archive, tmp_path) == 0
    plan = Workdir(tmp_path / "there", "old").plan
    plan.write_text("mine\n")
    assert imported(archive, tmp_path) == 0
    assert plan.read_text() == "mine\n"


def test_where_the_host_was_snapshot_nothing_is_replaced(archive: Path, work: Workdir) -> None:
    before = work.image.read_text()
    assert cli.main(["store", "import", str(archive), "--work", str(work.root)]) == 2
    assert work.image.read_text() == before


def test_its_key_is_not_in_it(work: Workdir, archive: Path) -> None:
    key = work.vault_key.read_bytes().strip()
    assert key
    assert key not in archive.read_bytes()


@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.9])
def test_a_cut_archive_is_refused(archive: Path, tmp_path: Path, part: float) -> None:
    data = archive.read_bytes()
    (tmp_path / "cut.tar").write_bytes(data[: int(len(data) * part)])
    with pytest.raises(StoreDamaged, match=r"cut.tar"):
        load(Store(tmp_path / "there/store"), tmp_path / "cut.tar")
    assert Store(tmp_path / "there/store").manifests() == []


def test_one_cut_between_two_members_is_refused(archive: Path, tmp_path: Path) -> None:
    with tarfile.open(archive) as found:
        last = found.getmembers()[-2]
    (tmp_path / "cut.tar").write_bytes(archive.read_bytes()[: last.offset] + bytes(1024))
    with pytest.raises(StoreDamaged, match="ends too early: it lacks blob sha256:"):
        load(Store(tmp_path / "there/store"), tmp_path / "cut.tar")


def test_an_altered_blob_is_refused(archive: Path, tmp_path: Path) -> None:
    with tarfile.open(archive) as found:
        member = max(found.getmembers(), key=lambda one: one.size)
    data = bytearray(archive.read_bytes())
    data[member.offset_data + member.size // 2] ^= 1
    (tmp_path / "bad.tar").write_bytes(data)
    store = Store(tmp_path / "there/store")
    with pytest.raises(StoreDamaged, match=f"was altered: blob sha256:{member.name[-64:]}"):
        load(store, tmp_path / "bad.tar")
    assert store.manifests() == []
    assert not list(store.blobs.glob(".part-*"))


def hostile(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as made:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return path


NOTHING = {"digest": f"sha256:{hashlib.sha256(b'{}').hexdigest()}", "size": 2}


def index(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"manifests": entries}).encode()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"x": b"1"}, "no index.json"),
        ({"index.json": b"{"}, "cannot be read"),
        ({"index.json": b'{"manifests": []}'}, "no image"),
        (
            {"index.json": b'{"manifests": [{"digest": "sha256:../../x", "size": 1}]}'},
            "without a digest",
        ),
        ({"index.json": index(NOTHING, NOTHING)}, "2 images"),
        ({"index.json": index({**NOTHING, "mediaType": "old"})}, "no OCI image"),
        (
            {"index.json": index(NOTHING), f"blobs/sha256/{NOTHING['digest'][7:]}": b"{}"},
            "manifest",
        ),
    ],
)
def test_what_is_no_archive_is_a_sentence(
    tmp_path: Path, members: dict[str, bytes], words: str
) -> None:
    path = hostile(tmp_path / "odd.tar", members)
    with pytest.raises(MigratorError, match=words):
        load(Store(tmp_path / "store"), path)


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "launch.json", "hooks/../x"])
def test_a_hostile_parcel_writes_nothing(work: Workdir, tmp_path: Path, name: str) -> None:
    data = hostile(tmp_path / "parcel.tar", {name: b"evil"}).read_bytes()
    with pytest.raises(UsageError, match="do not trust it"):
        list(parcel._members(data))


def test_an_archive_that_is_not_there(tmp_path: Path) -> None:
    assert imported(tmp_path / "none.tar", tmp_path) == 2


def test_what_skopeo_wrote_gets_a_name(work: Workdir, tmp_path: Path) -> None:
    there = f"oci-archive:{tmp_path}/plain.tar"
    copy = ["skopeo", "copy", "--quiet", f"oci:{work.store}:old", there]
    subprocess.run(copy, check=True, capture_output=True)
    assert imported(tmp_path / "plain.tar", tmp_path) == 2, "it has no name"
    assert imported(tmp_path / "plain.tar", tmp_path, "new") == 0
    (found,) = Store(tmp_path / "there/store").manifests()
    built: dict[str, Any] = json.loads(work.image.read_text())
    assert found["digest"] == built["manifest"]
