"""A tree with all that copies lose, through the agent into the store and out of it again."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator import image, ledger, snapshot, tarformat
from migrator.adapt import Change
from migrator.contents import contents
from migrator.entries import Entry, Unreadable, read_tree
from migrator.errors import NoSpace, PlanInvalid, StoreDamaged
from migrator.facts import Facts
from migrator.plan import PathChoice, Plan
from migrator.progress import Silent
from migrator.store import Store
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests import corpus

pytestmark = pytest.mark.lab
PLAN = build.plan(
    paths={
        "/srv/data": PathChoice("volume"),
        "/etc/key": PathChoice("secret"),
        "/opt/app/old": PathChoice("exclude", "nobody reads it"),
    }
)
ENTRY = Entry(b"a", "f", 0o644, 0, 0, 1, 0, 0, 1, 2, 1, 0, 0, b"", (), None, "")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    root = tmp_path_factory.mktemp("source")
    corpus.make(root)
    return build.facts(root=str(root))


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    made = Workdir(tmp_path / "work", "old")
    make_private(made.path)
    return made


def take(source: Facts, work: Workdir, plan: Plan = PLAN) -> snapshot.Snapshot:
    with corpus.here() as carrier:
        return snapshot.take(carrier, plan, source, work, Silent())


def built(work: Workdir, changes: tuple[Change, ...] = ()) -> dict[str, Any]:
    return image.build(work, PLAN, build.facts(), changes)


def walk(root: Path) -> dict[str, Entry]:
    with (
        corpus.here() as carrier,
        carrier.stream("agent", "tree", {"root": str(root)}) as channel,
    ):
        return {item.text: item for item in read_tree(channel.stdout) if isinstance(item, Entry)}


def test_ledger_accounts_for_every_path(source: Facts, work: Workdir) -> None:
    take(source, work)
    rows = list(ledger.rows(work.ledger))
    assert [row["path"] for row in rows] == list(walk(Path(source.root)))
    fates = {row["path"]: row["fate"] for row in rows}
    assert fates["/etc/config"] == "layer system"
    assert fates["/opt/app/plain"] == "layer system", "one inode, one layer"
    assert fates["/opt/app/setuid"] == "layer application"
    assert fates["/srv/data/large"] == "volume /srv/data"
    assert fates["/etc/key"] == "secret /etc/key"
    assert fates["/opt/app/socket"] == "socket"
    assert fates["/opt/app/old"] == "excluded"


def test_what_was_read_is_in_the_image_with_all_attributes(
    source: Facts, work: Workdir, tmp_path: Path
) -> None:
    """umoci unpacks it, as an independent reader."""
    take(source, work)
    built(work)
    bundle = tmp_path / "bundle"
    subprocess.run(
        ["umoci", "unpack", "--image", f"{work.store}:old", bundle], check=True, capture_output=True
    )
    left, right = walk(Path(source.root)), walk(bundle / "rootfs")
    kept = [row for row in ledger.rows(work.ledger) if row["fate"].startswith("layer")]
    assert len(kept) > 10
    for row in kept:
        there = ledger.row(right[row["path"]], "", "")
        wanted = ledger.row(left[row["path"]], "", "")
        for found in (there, wanted):
            found.pop("group", None)
        if row["path"] != "/":  # umoci gives the root its own time
            assert there == wanted
    assert right["/opt/app/plain"].ino == right["/etc/plain-too"].ino
    assert (bundle / "rootfs/opt/app/plain").read_bytes() == b"content 0\n"
    assert (bundle / "rootfs/etc/key").read_bytes() == b"", "a mount point without the secret"


def test_no_secret_is_in_the_store(source: Facts, work: Workdir) -> None:
    take(source, work)
    built(work)
    store = Store(work.store)
    tree = image.SnapshotTree(work)
    assert tree.read("/etc/key") is None
    for blob in store.path.rglob("blobs/sha256/*"):
        plain = subprocess.run(["gzip", "-cd", blob], capture_output=True).stdout
        assert b"PRIVATE KEY" not in plain + blob.read_bytes()
    assert work.secrets.stat().st_mode & 0o777 == 0o600


def test_gnu_tar_reads_a_volume(source: Facts, work: Workdir, tmp_path: Path) -> None:
    taken = take(source, work)
    blob = Store(work.store).blob(taken.volumes["/srv/data"].digest)
    options = ["--xattrs", "--xattrs-include=*", "-xzpf"]
    subprocess.run(["tar", "-C", tmp_path, *options, blob], check=True)
    left, right = walk(Path(source.root) / "srv/data"), walk(tmp_path)
    right.pop("/work", None)
    for path in ("/large", "/sparse", "/inner"):
        assert ledger.row(left[path], "", "") == ledger.row(right[path], "", "")
    assert (tmp_path / "sparse").stat().st_blocks * 512 < 1 << 20


def test_files_are_read_back_from_their_place_in_a_layer(source: Facts, work: Workdir) -> None:
    take(source, work)
    tree = image.SnapshotTree(work)
    root = Path(source.root)
    assert tree.read("/etc/config") == b"a = 1\n"
    assert tree.read("/etc/link") == b"a = 1\n"
    assert tree.read("/srv/data/large") == (root / "srv/data/large").read_bytes()
    assert tree.read("/etc/none") is None
    assert tree.mode("/etc/config") == 0o640
    assert tree.names("/etc") == ["config", "key", "link", "plain-too"]


def test_same_source_and_plan_give_the_same_digests(
    source: Facts, work: Workdir, tmp_path: Path
) -> None:
    again = Workdir(tmp_path / "again", "old")
    make_private(again.path)
    first, second = take(source, work), take(source, again)
    assert first.layers == second.layers
    assert first.volumes == second.volumes


def test_changes_come_on_top(source: Facts, work: Workdir, tmp_path: Path) -> None:
    take(source, work)
    changes = (
        Change("a", "write", "/etc/config", "adapted", b"a = 2\n", mode=0o640),
        Change("a", "remove", "/etc/link", "gone"),
        Change("a", "link", "/etc/systemd/system/b.service", "masked", target="/dev/null"),
    )
    made = built(work, changes)
    bundle = tmp_path / "bundle"
    command = ["umoci", "unpack", "--image", f"{work.store}:old", bundle]
    subprocess.run(command, check=True, capture_output=True)
    etc = bundle / "rootfs/etc"
    assert (etc / "config").read_text() == "a = 2\n"
    assert not (etc / "link").is_symlink()
    assert (etc / "systemd/system/b.service").readlink() == Path("/dev/null")
    assert {change["path"] for change in made["changes"]} == {change.path for change in changes}
    config = json.loads(Store(work.store).blob(made["config"]).read_text())
    assert len(config["rootfs"]["diff_ids"]) == len(made["layers"]) == len(config["history"])


def test_snapshot_is_kept_while_the_plan_decides_the_same(source: Facts, work: Workdir) -> None:
    taken = take(source, work)
    assert snapshot.kept(work, PLAN, source) == taken
    other = replace(PLAN, paths={**PLAN.paths, "/opt": PathChoice("volume")})
    assert snapshot.kept(work, other, source) is None


def test_a_flipped_bit_is_found(source: Facts, work: Workdir) -> None:
    taken = take(source, work)
    store = Store(work.store)
    digest = taken.layers["system"].digest
    data = bytearray(store.blob(digest).read_bytes())
    data[len(data) // 2] ^= 1
    store.blob(digest).write_bytes(data)
    with pytest.raises(StoreDamaged, match="damaged"):
        image.SnapshotTree(work).read("/etc/config")


def test_full_disk_publishes_nothing(source: Facts, work: Workdir, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small]
    subprocess.run(mount, check=True)
    try:
        tight = Workdir(small, "old")
        make_private(tight.path)
        with pytest.raises(NoSpace, match="are needed"):
            take(source, tight)
        assert not tight.snapshot.exists()
        assert not list(tight.store.rglob("sha256/*"))
    finally:
        subprocess.run(["umount", small], check=True)


def test_exclusion_that_would_break_a_package_is_refused(source: Facts, work: Workdir) -> None:
    database = Path(source.root) / "var/lib/dpkg/info"
    database.mkdir(parents=True, exist_ok=True)
    (database / "app.list").write_text("/opt\n/opt/app\n/opt/app/setuid\n")
    plan = replace(PLAN, paths={"/opt/app": PathChoice("exclude")})
    with pytest.raises(PlanInvalid, match="setuid of package app"):
        take(source, work, plan)


def test_vanished_and_unreadable_files_are_named(source: Facts) -> None:
    gone = ENTRY._replace(path=b"etc/vanished")
    with corpus.here() as carrier:
        answers = list(contents(carrier, source.root, [(gone, b"")]))
    assert isinstance(answers[0], Unreadable)
    assert "No such file" in answers[0].reason


def members() -> Iterator[tarformat.Member]:
    yield tarformat.Member(b"a" * 300, "f", 0o644, mtime_ns=corpus.MOMENT)
    yield tarformat.Member(b"\xff", "l", 0o777, target=b"x" * 200)
    yield tarformat.Member(b"n", "f", 0o4755, uid=3_000_000, gid=9, xattrs=((b"user.a", b"\n=1"),))
    yield tarformat.Member(b"d/", "d", 0o1777, mtime_ns=-1_500_000_000)


def test_python_reads_what_we_write(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    wanted = list(members())
    archive.write_bytes(b"".join(tarformat.header(m) for m in wanted) + tarformat.END)
    with tarfile.open(archive, errors="surrogateescape") as found:
        for member, info in zip(wanted, found, strict=True):
            assert os.fsencode(info.name) == member.path.rstrip(b"/")
            assert (info.mode, info.uid, info.gid) == (member.mode, member.uid, member.gid)
            assert os.fsencode(info.linkname) == member.target
            assert abs(float(info.mtime) - member.mtime_ns / 1e9) < 1e-6
