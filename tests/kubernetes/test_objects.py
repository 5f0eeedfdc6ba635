"""What a plan becomes for Kubernetes: byte for byte, and by the schemas of several versions."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from migrator import kubernetes, units
from migrator.assess.dependencies import Dependencies, Link
from migrator.hooks import steps
from migrator.kubernetes import probes, scripts
from migrator.kubernetes.given import Claim, Given, Secret, key_of, named
from migrator.plan import (
    Container,
    Hook,
    Hooks,
    ModuleChoice,
    Network,
    Plan,
    Port,
    Probe,
    Reason,
    Value,
)
from migrator.units.oci import CAPABILITIES
from migrator.verify.probes import HttpAnswer, Probes
from migrator.wanted import wanted
from tests import builders as build
from tests.test_hooks import HOSTILE

GOLDEN = Path(__file__).parent / "golden"
VERSIONS = ("1.25", "1.29", "1.33", "1.37")
PAGE = "http://127.0.0.1:8080/status?full=1"
WARN = Hook(on_failure="warn")
PLAN = build.plan(
    network=Network("old.example.org", {"db": "192.0.2.7"}, {}),
    ports={"8080/tcp": Port(80, "web"), "53/udp": Port(53, "names")},
    capabilities={"AUDIT_WRITE": Reason("sshd"), "SYS_NICE": Reason("chronyd")},
    sysctls={"net.ipv4.ip_forward": Value("1", "a router")},
    limits={
        "memory": Value("512M"),
        "cpus": Value("1.5"),
        "shm_size": Value("64M"),
        "pids": Value("100"),
        "nofile": Value("1024:4096"),
    },
    devices={"/dev/net/tun": Reason("vpn")},
    modules={"sctp": ModuleChoice(True, "a service")},
    probes={PAGE: Probe(False)},
    hooks=Hooks(
        {name: WARN for name in ("05-modules", "10-routes", "20-sysctls", "30-volumes")}
        | {"50-own": Hook(script="own.sh", timeout=5, retries=2, env={"LEVEL": "$(id)"})},
        {name: WARN for name in ("10-report", "20-clean")},
    ),
    container=Container(
        registry="registry.example.org/moved", dns=("192.0.2.53",), labels={"team": "web"}
    ),
)
ANSWERS = Probes({PAGE: HttpAnswer(200, "", True, "")}, {})
LINKS = (
    Link("out", "tcp", "192.0.2.7", 5432, "web.service", "web", 3),
    Link("out", "tcp", "192.0.2.7", 5433, "web.service", "web", 1),
    Link("out", "udp", "2001:db8::1", 514, "rsyslog.service", "rsyslogd", 1),
    Link("in", "tcp", "192.0.2.9", 8080, "web.service", "web", 1),
)


def given(plan: Plan, name: str = "Old_1", **more: Any) -> Given:
    image = {"tag": f"localhost/migrator/{name.lower()}:0123456789ab"}
    made = Given(
        name=named(name),
        wanted=wanted(plan, name, image),
        registry=plan.container.registry,
        repository=name.lower(),
        digest=f"sha256:{'0123456789abcdef' * 4}",
        data=f"sha256:{'fedcba9876543210' * 4}" if more.get("claims") else "",
        claims=(),
        secrets=(),
        readiness=probes.readiness(plan, ANSWERS),
        links=Dependencies((), LINKS, known=True),
    )
    made = replace(made, **more)
    rendered = {step.path: "#!/bin/sh\nexit 0\n" for step in steps(plan)}
    return scripts.added(made, plan, rendered)


def full(**more: Any) -> Given:
    claims = (
        Claim("old-1-srv-aaaaaa", "/srv", 3 << 30),
        Claim("old-1-var-log-bbbbbb", "/var/log", 5),
    )
    keys = (Secret(key_of("/etc/ssl/web key"), "/etc/ssl/web key", 33, 0, 0o640),)
    return given(PLAN, claims=claims, secrets=keys, **more)


def least() -> Given:
    return given(build.plan(jobs="released"), "web01", links=Dependencies())


CASES = {"full": full, "least": least}


def texts(made: Given) -> dict[str, str]:
    return {name: kubernetes._yaml(rows) for name, rows in kubernetes.objects(made).items()}


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
    for text in map(kubernetes._yaml, documents.values()):
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


def hostile() -> Given:
    plan = replace(PLAN, host=HOSTILE)
    claims = (Claim("old-srv", f"/srv/{HOSTILE}".replace("\n", ""), 1),)
    return given(plan, claims=claims)


@pytest.mark.parametrize("name", ["prestart", "load", "wait", "nsenter"])
def test_scripts_pass_shellcheck(name: str, tmp_path: Path) -> None:
    for number, made in enumerate((full(), least(), hostile())):
        (tmp_path / f"{number}.sh").write_text(made.files[name])
    command = ["shellcheck", "--exclude=SC2016,SC2317", *tmp_path.glob("*.sh")]
    subprocess.run(command, check=True)


def test_prestart_runs_the_steps_in_order(tmp_path: Path) -> None:
    """The last end's steps only where there was one; a failed step that may not fail ends it."""
    made = full()
    run, state = tmp_path / "run", tmp_path / "state"
    for place in (run, state, tmp_path / "sealed", tmp_path / "ready"):
        place.mkdir()
    (tmp_path / "sealed" / made.secrets[0].key).write_text("key")
    moved = {"/run/migrator-secrets": "sealed", "/run/migrator-ready": "ready"}
    moved |= {"/run/migrator-state": "state", "/run/migrator": "run"}
    script = made.files["prestart"]
    for path, name in moved.items():
        script = script.replace(path, str(tmp_path / name))
    (run / "prestart").write_text(script)
    for name in made.files:
        if ".d." in name:
            say = f'echo "{name}|$LEVEL|$MIGRATOR_REASON" >>{tmp_path}/said\n'
            (run / name).write_text(f"#!/bin/sh\n{say}[ ! -e {tmp_path}/fails ]\n")
            (run / name).chmod(0o755)

    def start() -> tuple[int, list[str]]:
        done = subprocess.run(["sh", run / "prestart"], capture_output=True)
        said = (tmp_path / "said").read_text().splitlines()
        (tmp_path / "said").unlink()
        return done.returncode, said

    names = ["prestart.d.05-modules", "prestart.d.10-routes", "prestart.d.30-volumes"]
    assert start() == (0, [*(f"{name}||" for name in names), "prestart.d.50-own|$(id)|"])
    ready = (tmp_path / "ready" / made.secrets[0].key).stat()
    assert (ready.st_mode & 0o7777, ready.st_uid) == (0o640, 33)
    code, said = start()
    assert (code, said[0], len(said)) == (0, "poststop.d.20-clean||crashed", 5)
    (state / "ended").write_text("stopped\n")
    assert start()[1][0] == "poststop.d.20-clean||stopped"
    (tmp_path / "fails").touch()
    code, said = start()
    assert (code, said.count("prestart.d.50-own|$(id)|crashed")) == (1, 3), (
        "it is tried three times"
    )
