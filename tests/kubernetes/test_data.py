"""The image that carries the data of volumes, unpacked as the Job does it."""

from __future__ import annotations

import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrator import image, kubernetes, snapshot, vault
from migrator.errors import PlanInvalid
from migrator.plan import Hook, Hooks, PathChoice
from migrator.progress import Silent
from migrator.store import Store
from migrator.store.collect import collect
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests import corpus
from tests.test_snapshot import walk

pytestmark = pytest.mark.lab
PLAN = build.plan(paths={"/opt/app": PathChoice("volume")})
SECRETS = {"/etc/ssl/web.key": {"uid": 0, "gid": 0, "mode": 0o600, "data": "a2V5"}}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """A host whose volume got one blob more by a second snapshot, in which a file is gone."""
    base = tmp_path_factory.mktemp("data")
    corpus.make(base / "source")
    made = Workdir(base / "work", "old")
    make_private(made.path)
    source = build.facts(root=str(base / "source"))
    (base / "source/opt/app/gone").write_text("soon\n")
    with corpus.here() as carrier:
        snapshot.take(carrier, PLAN, source, made, Silent())
        (base / "source/opt/app/gone").unlink()
        (base / "source/opt/app/new").write_text("now\n")
        snapshot.take(carrier, PLAN, source, made, Silent())
    vault.write(made, SECRETS, ())
    return made


def written(work: Workdir) -> dict[str, Any]:
    built = image.build(work, PLAN, build.facts(), ())
    kubernetes.write(work, PLAN, build.facts(), built, SECRETS)
    return built


def test_the_job_gives_a_volume_what_the_host_had_once(work: Workdir, tmp_path: Path) -> None:
    built = written(work)
    store = Store(work.store)
    (described,) = store.described("old/data")
    manifest = store.document(described["digest"])
    assert [layer["digest"] for layer in manifest["layers"]][:-1] == built["layers"]
    with tarfile.open(store.blob(manifest["layers"][-1]["digest"])) as layer:
        layer.extractall(tmp_path, filter="data")
    text = (work.path / "kubernetes/podman.yaml").read_text()
    script = next(yaml.safe_load_all(text))["data"]["load"]
    moved = script.replace("/claims/", f"{tmp_path}/claims/")
    moved = moved.replace('"/migrator/data/', f'"{tmp_path}/migrator/data/')
    (claim,) = (tmp_path / "migrator/data").iterdir()
    place = tmp_path / "claims" / claim.name.removesuffix(".tar.gz")
    (place / "partial").mkdir(parents=True)  # one was killed before
    (place / "partial/half").touch()

    def load() -> str:
        done = subprocess.run(["sh", "-c", moved], check=True, capture_output=True, text=True)
        return done.stdout

    assert "is filled\n" in load()
    left = walk(work.root.parent / "source/opt/app")
    del left["/socket"]  # of a process, which makes it anew
    right = walk(place / "data")
    assert {*left} == {*right} >= {"/new"}
    for path, wanted in left.items():
        for name in ("kind", "mode", "uid", "gid", "size", "target", "xattrs"):
            assert getattr(right[path], name) == getattr(wanted, name), (path, name)
    (place / "data/new").write_text("the container's own\n")
    assert "filled already" in load()
    assert (place / "data/new").read_text() == "the container's own\n"


def test_the_same_is_written_twice_and_kept(work: Workdir) -> None:
    def files() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (work.path / "kubernetes").iterdir()}

    written(work)
    before = files()
    written(work)
    assert files() == before
    assert b"a2V5" not in b"".join(before.values())
    done = collect(Store(work.store), check=True)
    assert "old/data" not in done.tags
    assert Store(work.store).described("old/data")[0]["digest"] not in done.blobs


def test_what_no_pod_can_do_is_a_sentence(work: Workdir, tmp_path: Path) -> None:
    built = image.build(work, PLAN, build.facts(), ())
    (tmp_path / "own.yml").write_text("- ping:\n")
    tasks = Hooks({"50-own": Hook(script=str(tmp_path / "own.yml"))}, {})
    for plan, words in (
        (replace(PLAN, compression="zstd"), "gzip"),
        (replace(PLAN, hooks=tasks), "Ansible tasks"),
    ):
        with pytest.raises(PlanInvalid, match=words):
            kubernetes.write(work, plan, build.facts(), built, SECRETS)
    twice = {**SECRETS, "/etc.ssl/web.key": SECRETS["/etc/ssl/web.key"]}
    with pytest.raises(PlanInvalid, match="two secrets"):
        kubernetes.write(work, PLAN, build.facts(), built, twice)
