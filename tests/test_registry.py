"""An image goes into a registry with TLS and a login; what cannot be is a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from migrator import registry
from migrator.errors import PlanInvalid, RemoteFailed, Unreachable, UsageError
from migrator.plan import Container, Plan
from migrator.runtime import login
from migrator.runtime.engines import ENGINES
from migrator.store import Store
from migrator.wanted import wanted
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests.registry import PASSWORD, Registry, served
from tests.storing import BIG, MANY, Files, put


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with served(tmp_path_factory.mktemp("registry")) as made:
        yield made


@pytest.fixture
def trusted(place: Registry, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setenv("SSL_CERT_FILE", str(place.ca))
    return place


def plan(place: Registry, known: Path | str) -> Plan:
    container = Container(registry=f"{place.name}/moved", login=str(known))
    return build.plan(container=container)


def built(work: Workdir, *layers: Files) -> dict[str, Any]:
    """An image of ``layers`` in the store, and what image.json says of it."""
    make_private(work.path)
    store = Store(work.store)
    made = [put(store, files) for files in layers]
    kind = "application/vnd.oci.image"
    diff_ids = [layer.diff_id for layer in made]
    config, size = store.add({"os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}})
    rows = [
        {"mediaType": f"{kind}.layer.v1.tar+gzip", "digest": one.digest, "size": one.size}
        for one in made
    ]
    head = {"mediaType": f"{kind}.config.v1+json", "digest": config, "size": size}
    manifest = {"schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json"}
    digest, size = store.add({**manifest, "config": head, "layers": rows})
    store.tag(work.host, {"mediaType": f"{kind}.manifest.v1+json", "digest": digest, "size": size})
    return {"repository": work.host, "manifest": digest}


def push(work: Workdir, asked: Plan, *passwords: tuple[str, VaultSecret]) -> bool:
    (described,) = Store(work.store).described(work.host)
    image = {"repository": work.host, "manifest": described["digest"]}
    return registry.push(work, asked, image | registry.asked(asked, image, passwords))


def test_only_what_is_missing_is_put_there(trusted: Registry, tmp_path: Path) -> None:
    asked = plan(trusted, trusted.login(tmp_path / "login.json"))
    work = Workdir(tmp_path / "work", "web01")
    built(work, MANY, (BIG,))
    assert push(work, asked)
    assert not push(work, asked), "it is there"
    before = trusted.uploads()
    built(work, MANY, (BIG,), MANY[:3])
    assert push(work, asked)
    assert trusted.uploads() - before == 3, "one layer, the config and the manifest"
    assert not list(work.path.glob(".login-*")), "no login stays"


def test_a_sealed_login_opens_with_its_password(trusted: Registry, tmp_path: Path) -> None:
    path = trusted.login(tmp_path / "login.json")
    secret = VaultSecret(b"vaulted")
    path.write_bytes(VaultLib().encrypt(path.read_text(), secret=secret))
    asked = plan(trusted, path)
    with pytest.raises(UsageError, match="opens with none of 0 passwords"):
        registry.login(asked, ())
    work = Workdir(tmp_path / "work", "web02")
    built(work, MANY[:9])
    assert push(work, asked, ("default", secret))


def test_a_wrong_password_is_a_sentence(trusted: Registry, tmp_path: Path) -> None:
    asked = plan(trusted, trusted.login(tmp_path / "login.json", "wrong"))
    work = Workdir(tmp_path / "work", "web03")
    built(work, MANY[:9])
    with pytest.raises(UsageError, match="refuses the login") as caught:
        push(work, asked)
    assert "wrong" not in str(caught.value)


def test_a_certificate_that_nobody_knows_is_a_sentence(place: Registry, tmp_path: Path) -> None:
    asked = plan(place, place.login(tmp_path / "login.json"))
    work = Workdir(tmp_path / "work", "web03")
    built(work, MANY[:9])
    with pytest.raises(Unreachable, match=r"certs.d/127.0.0.1:\d+/ca.crt"):
        push(work, asked)


def test_a_registry_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    gone = Registry("127.0.0.1:9", tmp_path, tmp_path)
    work = Workdir(tmp_path / "work", "web03")
    built(work, MANY[:9])
    with pytest.raises(Unreachable, match="cannot be reached"):
        push(work, plan(gone, ""))


def test_what_else_skopeo_says_is_passed_on(trusted: Registry, tmp_path: Path) -> None:
    asked = plan(trusted, trusted.login(tmp_path / "login.json"))
    work = Workdir(tmp_path / "work", "web04")
    image = built(work, (("nowhere-else", b"x"),))
    manifest = Store(work.store).document(image["manifest"])
    Store(work.store).blob(manifest["layers"][0]["digest"]).unlink()
    with pytest.raises(RemoteFailed, match="no such file"):
        push(work, asked)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no login"),
        ("[]", "is no login"),
        ('{"auths": {"other.example": {"auth": "x"}}}', "has no login for"),
    ],
)
def test_a_file_that_is_no_login(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "login.json"
    path.write_text(text)
    with pytest.raises(PlanInvalid, match=words):
        registry.login(plan(Registry("here:5000", path, path), path), ())


def test_the_login_for_a_part_of_a_registry_is_the_nearest(tmp_path: Path) -> None:
    rows = {"https://here:5000": {"auth": "far"}, "here:5000/moved": {"auth": "near"}}
    (tmp_path / "login.json").write_text(json.dumps({"auths": rows}))
    found = registry.login(
        plan(Registry("here:5000", tmp_path, tmp_path), tmp_path / "login.json"), ()
    )
    assert found == {"auths": {"here:5000": {"auth": "near"}}}


def test_on_the_target_a_login_is_a_private_file_for_a_while() -> None:
    with login.written({"login": {"auths": {"here": {"auth": PASSWORD}}}}) as private:
        path = Path(private, "config.json")
        assert (path.stat().st_mode & 0o7777, path.parent.stat().st_mode & 0o7777) == (0o600, 0o700)
        assert json.loads(path.read_text())["auths"]
    assert not path.parent.exists()
    with login.written({}) as private:
        assert private == ""


@pytest.mark.parametrize("name", ["nspawn", "runc"])
def test_engines_without_a_client_refuse(name: str) -> None:
    image = {"tag": "localhost/migrator/old:0", "manifest": "sha256:0", "from": "here/old@sha256:0"}
    asked = replace(build.plan(), container=Container(network="host"))
    assert any("registry" in words for words in ENGINES[name].cannot(wanted(asked, "old", image)))
