"""What leads past the controller and its tunnel: a registry, an archive, a pod of Kubernetes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.state import GATEWAY
from tests.e2e.conftest import lab
from tests.e2e.living import Place, built, there, wait_for
from tests.registry import served

pytestmark = pytest.mark.lab
HOST, TARGET = "carry", "carry-13"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with built(tmp_path_factory.mktemp("carry"), HOST, {TARGET: "target-debian13"}) as made:
        yield made


def test_the_image_comes_by_a_registry_and_another_controller_goes_on(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS, a login that nobody sees; then what an archive carried over finds nothing to do."""
    at = (HOST, "--target", TARGET)
    with served(tmp_path / "registry", GATEWAY) as hub:
        monkeypatch.setenv("SSL_CERT_FILE", str(hub.ca))
        trusted = f"/etc/containers/certs.d/{hub.name}"
        trust = f"mkdir -p {trusted} && cat >{trusted}/ca.crt"
        there(TARGET, trust, hub.ca.read_bytes())
        login = hub.login(tmp_path / "login.json")
        place.plan(engine="quadlet", health=[], registry=f"{hub.name}/moved", login=str(login))
        assert f"put the image into {hub.name}/moved" in place.migrator("launch", *at)
        assert json.loads(place.migrator("status", *at, "--json"))["init"] == "running"
        assert f"GET /v2/moved/{HOST}/manifests/sha256:" in hub.log.read_text()
        left = "ls -d /run/migrator-login-* /run/containers/0/auth.json 2>/dev/null || true"
        assert lab("ssh", TARGET, left) == ""
        archive, other = tmp_path / "all.tar", Place(tmp_path, HOST)
        place.migrator("store", "export", "--all", HOST, str(archive))
        other.migrator("store", "import", str(archive))
        shutil.copy(place.work / "vault.key", other.work)
        other.inventory.write_text(place.inventory.read_text())
        assert json.loads(other.migrator("launch", *at, "--json"))["changed"] is False
    place.plan(registry="", login="")
    assert json.loads(place.migrator("launch", *at, "--json"))["changed"] is False
    place.migrator("remove", *at)


def test_podman_plays_the_pod_of_kubernetes(place: Place) -> None:
    """The data of the volumes by the init container, the secrets by a pipe, the init running."""
    place.plan(engine="quadlet", health=[], health_timeout=120)
    place.migrator("build", HOST, "--kubernetes")
    text = (place.work / HOST / "kubernetes/podman.yaml").read_text()
    secrets = place.migrator("secrets", HOST)

    for image in sorted({*re.findall(r"localhost/migrator/\S+", text)}):
        name = f"{HOST}/data" if "-data:" in image else HOST
        archive = place.work / "image.tar"
        place.migrator("store", "export", name, str(archive))
        load = (
            f"cat >/root/i.tar && podman pull -q oci-archive:/root/i.tar:{name} && rm /root/i.tar"
        )
        number = there(TARGET, load, archive.read_bytes()).split()[-1]
        there(TARGET, f"podman tag {number} {image}", b"")
    there(TARGET, "podman kube play -", secrets.encode())
    there(TARGET, "podman kube play -", text.encode())
    inside = f"podman exec {HOST}-{HOST}"
    wait_for(lambda: lab("ssh", TARGET, f"{inside} systemctl is-system-running || true"), "running")
    status = lab("ssh", TARGET, f"{inside} cat /proc/1/status")
    bounding = int(status.partition("CapBnd:")[2].split()[0], 16)
    assert not bounding >> 21 & 1, "it has SYS_ADMIN"
    key = lab("ssh", TARGET, f"{inside} stat -c '%a %u %s' /etc/ssh/ssh_host_ed25519_key")
    assert key.split()[:2] == ["600", "0"] and int(key.split()[2]) > 300
    assert "wtmp" in lab("ssh", TARGET, f"{inside} ls /var/log")
    there(TARGET, "podman kube down -", text.encode())
