"""What engines are told: it says what the plan says, and nothing more."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrator import units
from migrator.errors import PlanInvalid
from migrator.plan import Container, Network, Plan, Port, Reason, Value
from migrator.runtime import view
from migrator.runtime.engines import ENGINES, layered
from migrator.wanted import wanted
from tests import builders as make

IMAGE = {"repository": "old", "manifest": "sha256:" + "0" * 64, "tag": "localhost/x:1", "size": 1}
VOLUME = {"name": "v", "path": "/srv/100% data"}
SECRET = {"name": "s", "path": "/etc/key", "uid": 0, "gid": 5, "mode": "0640"}


def rich(**given: Any) -> Plan:
    base: dict[str, Any] = {
        "ports": {"80/tcp": Port(8080, "web")},
        "capabilities": {"NET_ADMIN": Reason("firewall")},
        "sysctls": {"kernel.sem": Value("250 32000 100 128")},
        "limits": {"shm_size": Value("64M"), "nofile": Value("4096:4096"), "pids": Value("500")},
        "network": Network("old%h", {"db": "10.0.0.7"}, {}),
    }
    return make.plan(**{**base, **given})


def told(engine: str, plan: Plan) -> dict[str, str]:
    """File name -> text."""
    state = wanted(plan, "old", IMAGE, [VOLUME], [SECRET])
    return {Path(row["path"]).name: row["content"] for row in units.files(state, engine, 1, 1)}


def test_a_quadlet_says_what_the_plan_says() -> None:
    lines = told("quadlet", rich())["old.container"].splitlines()
    assert {
        "PublishPort=8080:80/tcp",
        "AddCapability=NET_ADMIN",
        'Sysctl="kernel.sem=250 32000 100 128"',
        "Ulimit=nofile=4096:4096",
        "PodmanArgs=--shm-size=67108864",
        "PodmanArgs=--pids-limit=500",
        "HostName=old%%h",
        "AddHost=db:10.0.0.7",
        "Volume=v:/srv/100%% data:nocopy",
        'Secret="s,type=mount,target=/etc/key,uid=0,gid=5,mode=0640"',
    } <= set(lines)


@pytest.mark.parametrize("engine", ["podman", "docker"])
def test_a_command_says_what_the_plan_says(engine: str) -> None:
    text = told(engine, rich())["old.service"].replace("\\\n", " ")
    (line,) = (line for line in text.splitlines() if line.startswith("ExecStart="))
    words = set(shlex.split(line.replace("%%", "%")))
    assert {
        "--publish=8080:80/tcp",
        "--cap-drop=ALL",
        "--cap-add=NET_ADMIN",
        "--sysctl=kernel.sem=250 32000 100 128",
        "--ulimit=nofile=4096:4096",
        "--shm-size=67108864",
        "--pids-limit=500",
        "--hostname=old%h",
        "--add-host=db:10.0.0.7",
        "--volume=v:/srv/100% data:nocopy",
        "--volume=/var/lib/migrator/secrets/s:/etc/key:ro",
    } <= words


def test_a_bundle_says_what_the_plan_says() -> None:
    config = json.loads(told("runc", rich())["config.json"])
    bounding = config["process"]["capabilities"]["bounding"]
    assert "CAP_NET_ADMIN" in bounding and "CAP_SYS_ADMIN" not in bounding
    assert config["linux"]["sysctl"] == {"kernel.sem": "250 32000 100 128"}
    assert config["linux"]["resources"]["pids"] == {"limit": 500}
    mounts = {mount["destination"]: mount for mount in config["mounts"]}
    assert mounts["/srv/100% data"]["source"] == "/var/lib/migrator/volumes/v"
    assert "ro" in mounts["/etc/key"]["options"]
    assert "size=67108864" in mounts["/dev/shm"]["options"]
    assert not any(space["type"] == "network" for space in config["linux"]["namespaces"])


def test_nspawn_drops_what_it_would_give() -> None:
    text = told("nspawn", rich())["old.nspawn"]
    dropped = text.partition("DropCapability=")[2].partition("\n")[0].split()
    assert "CAP_SYS_ADMIN" in dropped and "CAP_CHOWN" not in dropped
    assert "Bind=/var/lib/migrator/volumes/v:/srv/100%% data" in text


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_lxcfs_is_used_where_it_runs(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = units.files(wanted(rich(), "old", IMAGE), engine, 1, 1)
    monkeypatch.setattr(view, "PLACE", str(tmp_path))
    assert [row["content"] for row in view.chosen(rows)] == [row["content"] for row in rows]
    (tmp_path / "meminfo").write_text("MemTotal: 1 kB\n")
    shown = "".join(row["content"] for row in view.chosen(rows))
    assert ("/proc/meminfo" in shown and "After=lxcfs.service" in shown) == (engine != "nspawn")
    assert not any("lxcfs" in row["content"] for row in rows)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_no_engine_gives_all_privileges(engine: str) -> None:
    assert engine in units.FILES
    for text in told(engine, rich()).values():
        assert "--privileged" not in text and "CapabilityBoundingSet=~" not in text


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_scripts_pass_shellcheck(engine: str, tmp_path: Path) -> None:
    own = Container(
        network="macvlan", parent="eth0", address="10.0.0.5/24", mac="02:00:00:00:00:01"
    )
    for name, text in told(engine, rich(container=own)).items():
        if text.startswith("#!"):
            (tmp_path / name).write_text(text)
    scripts = list(tmp_path.iterdir())
    assert scripts or engine == "docker"
    if scripts:
        subprocess.run(["shellcheck", "--severity=warning", *scripts], check=True)


@pytest.mark.parametrize("engine", ["podman", "docker", "runc", "nspawn"])
def test_what_an_engine_cannot_do_is_said(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from migrator.runtime.engines import docker, podman

    monkeypatch.setattr(podman.engine, "backing", lambda: "extfs")
    monkeypatch.setattr(docker, "output", lambda _: "overlay2\n")
    state = wanted(rich(limits={"disk": Value("1G")}), "old", IMAGE)
    assert any("disk" in words for words in ENGINES[engine].cannot(state))
    state = wanted(rich(limits={}), "old", IMAGE)
    said = ENGINES[engine].cannot(state)
    assert any("ports" in words for words in said) == (engine in ("runc", "nspawn"))
    assert any("sysctls" in words for words in said) == (engine == "nspawn")


@pytest.mark.parametrize("engine", ["runc", "nspawn"])
def test_an_image_of_zstd_needs_its_program(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    state = wanted(rich(ports={}, limits={}, sysctls={}), "old", {**IMAGE, "zstd": True})
    monkeypatch.setattr(layered.shutil, "which", lambda name: None)
    assert any("compression: gzip" in words for words in ENGINES[engine].cannot(state))
    monkeypatch.setattr(layered.shutil, "which", lambda name: "/usr/bin/zstd")
    assert ENGINES[engine].cannot(state) == []


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"container": Container(network="host")}, "cannot be 8080"),
        ({"container": Container(network="macvlan")}, "needs the target's interface"),
        ({"limits": {"memory": Value("much")}}, "no number of bytes"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(plan: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanInvalid, match=words):
        wanted(rich(**plan), "old", IMAGE)


def test_a_path_that_parts_a_mount_is_refused() -> None:
    with pytest.raises(PlanInvalid, match="no engine can mount"):
        wanted(rich(), "old", IMAGE, [{"name": "v", "path": "/srv/a:b"}])


@pytest.mark.parametrize("engine", ["quadlet", "podman", "docker", "nspawn"])
def test_a_value_of_two_lines_is_refused(engine: str) -> None:
    plan = rich(network=Network("old\nExecStartPre=/bin/evil", {}, {}))
    with pytest.raises(PlanInvalid, match="cannot be a value"):
        told(engine, plan)
