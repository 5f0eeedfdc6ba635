"""What a plan becomes for Kubernetes: byte for byte, and by the schemas of several versions."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from migrator import kubernetes, units
from migrator.kubernetes import probes
from migrator.kubernetes.given import Given, named
from migrator.plan import Container, Plan
from migrator.units.oci import CAPABILITIES
from migrator.verify.probes import HttpAnswer, Probes
from tests import builders as build
from tests.kubernetes.cases import ANSWERS, CASES, PAGE, PLAN, full, least

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = ("1.25", "1.29", "1.33", "1.37")


def texts(made: Given) -> dict[str, str]:
    return {name: kubernetes.yaml_of(rows) for name, rows in kubernetes.objects(made).items()}


@pytest.mark.parametrize("case", CASES)
def test_the_directory_is_as_it_was(case: str) -> None:
    """ACCEPT=1 writes what is made now: read the difference before you commit it."""
    place, found = GOLDEN / case, texts(CASES[case]())
    if os.environ.get("ACCEPT"):
        place.mkdir(parents=True, exist_ok=True)
        for name, text in found.items():
            (place / name).write_text(text)
    assert found == {path.name: path.read_text() for path in place.iterdir()}
    assert found == texts(CASES[case]()), "and the same twice"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", CASES)
def test_each_version_takes_every_object(case: str, version: str) -> None:
    documents = kubernetes.objects(CASES[case]())
    listed = documents.pop("kustomization.yaml")[0]["resources"]
    assert {*listed, "podman.yaml"} == set(documents)
    kinds = set()
    for text in map(kubernetes.yaml_of, documents.values()):
        for document in yaml.safe_load_all(text):
            kubernetes_validate.validate(document, version, strict=True)
            kinds.add(document["kind"])
    assert {"ConfigMap", "Pod", "NetworkPolicy"} < kinds
    assert {"StatefulSet", "Job", "Service", "PersistentVolumeClaim"} < kinds or case == "least"


def test_a_schema_can_say_no() -> None:
    broken = kubernetes.objects(full())["workload.yaml"][0]
    broken["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = "web"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSIONS[0], strict=True)


def test_the_capabilities_are_those_of_launch() -> None:
    made = kubernetes.objects(full())["workload.yaml"][0]["spec"]["template"]["spec"]
    (container,) = made["containers"]
    asked = container["securityContext"]["capabilities"]
    unit = units.files(full().wanted, "podman", 0, 0)[0]["content"]
    granted = re.findall(r"--cap-add=(\w+)", unit)
    assert asked == {"drop": ["ALL"], "add": granted}
    assert "NET_ADMIN" not in asked["add"]
    for one in made["initContainers"]:
        assert set(one["securityContext"]["capabilities"]["add"]) <= {*CAPABILITIES, "NET_ADMIN"}
    assert "privileged" not in str(made)


def test_no_secret_is_in_the_directory() -> None:
    rows = {"/etc/ssl/web key": {"data": "c2VjcmV0", "uid": 33, "gid": 0, "mode": 0o640}}
    secret = kubernetes.secret("Old_1", rows)
    kubernetes_validate.validate(secret, VERSIONS[0], strict=True)
    pod = kubernetes.objects(full())["podman.yaml"][-1]
    (sealed,) = (row["secret"] for row in pod["spec"]["volumes"] if "secret" in row)
    assert sealed["secretName"] == secret["metadata"]["name"]
    assert [item["key"] for item in sealed["items"]] == list(secret["data"])
    assert "c2VjcmV0" not in "".join(texts(full()).values())


def test_what_is_left_out_is_said() -> None:
    said = "\n".join(kubernetes.left_out(full(), PLAN))
    for words in ("/dev/net/tun", "nofile", "pids", "sctp", "20-sysctls", "10-report"):
        assert words in said
    assert "NetworkPolicy" in "\n".join(kubernetes.left_out(least(), build.plan()))


@pytest.mark.parametrize(
    ("plan", "answers", "wanted_handler"),
    [
        (
            replace(PLAN, container=Container(health=("true",))),
            ANSWERS,
            {"exec": {"command": ["true"]}},
        ),
        (PLAN, Probes({}, {}), {"tcpSocket": {"port": 8080}}),
        (PLAN, Probes({PAGE: HttpAnswer(500, "", True, "")}, {}), {"tcpSocket": {"port": 8080}}),
    ],
)
def test_readiness_is_what_is_known_of_the_source(
    plan: Plan, answers: Probes, wanted_handler: dict[str, Any]
) -> None:
    assert probes.readiness(plan, answers) == wanted_handler


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("web01", "web01"),
        ("web01.example.org", "web01-example-org"),
        ("192.0.2.1", "host-192-0-2-1"),
        ("_", "host"),
        ("a" * 80, "a" * 42 + "-0f45e8"),
    ],
)
def test_a_host_becomes_a_label(host: str, name: str) -> None:
    assert named(host) == name
