"""The store over HTTP, as an engine's client sees it, and the runtime's own reader of volumes."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from migrator import image, ship, snapshot
from migrator.plan import PathChoice
from migrator.progress import Silent
from migrator.runtime import unpack
from migrator.runtime.run import Explained
from migrator.store import Store
from migrator.store.codec import ZSTD
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests import corpus
from tests.test_snapshot import walk

pytestmark = pytest.mark.lab
PLAN = build.plan(paths={"/opt/app": PathChoice("volume")})


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    base = tmp_path_factory.mktemp("ship")
    corpus.make(base / "source")
    made = Workdir(base / "work", "old")
    make_private(made.path)
    with corpus.here() as carrier:
        source = build.facts(root=str(base / "source"))
        snapshot.take(carrier, PLAN, source, made, Silent())
    image.build(made, PLAN, build.facts(), ())
    return made


def test_skopeo_copies_the_image(work: Workdir, tmp_path: Path) -> None:
    built = image.build(work, PLAN, build.facts(), ())
    with ship.served(Store(work.store)) as (port, prefix):
        source = f"docker://127.0.0.1:{port}/{prefix}/old@{built['manifest']}"
        command = ["skopeo", "copy", "--src-tls-verify=false", source, f"oci:{tmp_path}/copy"]
        subprocess.run(command, check=True, capture_output=True)
    for digest in built["layers"]:
        assert (tmp_path / "copy/blobs/sha256" / digest[7:]).exists()


@pytest.mark.parametrize(
    "path", ["/", "/v2/old/blobs/sha256:00", "/v2/../blobs/../../secrets.json"]
)
def test_nothing_else_is_served(work: Workdir, path: str) -> None:
    with (
        ship.served(Store(work.store)) as (port, _),
        pytest.raises(urllib.error.HTTPError, match="404"),
    ):
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}")


def test_without_the_prefix_nothing_is_served(work: Workdir) -> None:
    digest = snapshot.load(work).layers["system"].digest
    with ship.served(Store(work.store)) as (port, prefix):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/{prefix}/old/blobs/{digest}").close()
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/{'0' * 32}/old/blobs/{digest}")


def test_a_volume_is_filled_with_every_attribute(work: Workdir, tmp_path: Path) -> None:
    blob = snapshot.load(work).volumes["/opt/app"]
    with Store(work.store).blob(blob.digest).open("rb") as handle:
        unpack.extract(unpack.Checked(handle, blob.digest), tmp_path)
    left, right = walk(work.root.parent / "source/opt/app"), walk(tmp_path)
    left.pop("/socket")
    assert set(left) == set(right)
    for path, wanted in left.items():
        found = right[path]
        for name in ("kind", "mode", "uid", "gid", "size", "mtime_ns", "target", "xattrs"):
            assert getattr(found, name) == getattr(wanted, name), (path, name)


def test_a_damaged_blob_is_refused(work: Workdir, tmp_path: Path) -> None:
    blob = snapshot.load(work).volumes["/opt/app"]
    with (
        Store(work.store).blob(blob.digest).open("rb") as handle,
        pytest.raises(Explained, match="damaged"),
    ):
        unpack.extract(unpack.Checked(handle, "sha256:" + "0" * 64), tmp_path)


def test_layers_of_zstd_are_unpacked_by_its_program(tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    packed, place = io.BytesIO(), tmp_path / "there"
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("data")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    raw = packed.getvalue()
    blob = ZSTD.compress(raw[: 1 << 20]) + ZSTD.compress(raw[1 << 20 :])
    digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
    place.mkdir()
    unpack.extract(unpack.Checked(io.BytesIO(blob), digest), place)
    assert (place / "data").read_bytes() == content
    with pytest.raises(Explained, match="ends early"):
        cut = unpack.Checked(io.BytesIO(blob[:-9]), digest)
        unpack.extract(cut, place)


@pytest.mark.parametrize("name", ["../out", "a/../../out"])
def test_a_hostile_name_stays_inside(tmp_path: Path, name: str) -> None:
    with pytest.raises(Explained, match="names"):
        unpack._inside(tmp_path, name)


def test_no_way_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    with pytest.raises(Explained, match="names"):
        unpack._inside(tmp_path, "link/passwd")
