"""A container that a task describes: what it becomes of the plan, and what is refused in words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrator import container
from migrator.errors import PlanInvalid, UsageError
from migrator.plan import file as plan_file
from migrator.store import Store
from migrator.wanted import wanted
from migrator.workdir import Workdir
from tests import builders as make

TOP = Path(__file__).resolve().parents[1]
IMAGE = {"repository": "", "manifest": "", "tag": "registry.example.org/web:1", "size": 0}


def given(**parameters: Any) -> dict[str, Any]:
    return {"name": "web", "state": "started", **parameters}


def test_parameters_become_what_is_wanted() -> None:
    plan = container.plan(
        given(
            command=["/sbin/init", "--log-level=debug"],
            user="1000",
            ports={"80/tcp": 8080},
            capabilities=["NET_ADMIN"],
            devices=["/dev/fuse"],
            sysctls={"net.core.somaxconn": 512},
            limits={"memory": "1G", "nofile": "1:2"},
            hosts={"db": "10.0.0.7"},
            stop_signal="SIGTERM",
            env={"A": "b"},
        ),
        None,
    )
    state = wanted(plan, "web", IMAGE)
    assert state.command == ["/sbin/init", "--log-level=debug"] and state.user == "1000"
    assert state.ports[0]["target"] == 8080 and set(state.capabilities) == {"NET_ADMIN"}
    assert state.sysctls == {"net.core.somaxconn": "512"} and list(state.devices) == ["/dev/fuse"]
    assert (state.limits, state.ulimits) == ({"memory": str(1 << 30)}, {"nofile": "1:2"})
    assert (state.hosts, state.stop_signal, state.env) == (
        {"db": "10.0.0.7"},
        "SIGTERM",
        {"A": "b"},
    )
    assert (state.hostname, state.jobs, state.engine) == ("web", "held", "auto")


def test_parameters_are_laid_over_the_plan(tmp_path: Path) -> None:
    work = Workdir(tmp_path, "old")
    work.plan.parent.mkdir(parents=True)
    plan_file.save(work.plan, plan_file.dump(make.plan()))
    known = container.plan({"name": "old", "state": "started"}, work)
    assert known == plan_file.load(work.plan, "old")
    other = container.plan({"name": "old", "state": "started", "restart": "always"}, work)
    assert other.container.restart == "always" and other.network == known.network


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "nothing says what web is made of"),
        ({"image": "oci:/nowhere"}, "is no OCI layout"),
        ({"image": "x", "ports": {"80/tcp": "many"}}, "ports"),
        ({"image": "x", "hooks": {"prestart": {"50-mine": {}}, "poststop": {}}}, "has no script"),
        ({"image": "x", "network": "macvlan"}, "needs the target's interface"),
    ],
)
def test_what_makes_no_sense_is_refused(parameters: dict[str, Any], words: str) -> None:
    asked = given(**parameters)
    with pytest.raises((UsageError, PlanInvalid), match=words):
        container.ships(asked, None)
        container._launched(None, asked, None, (), True, True)  # type: ignore[arg-type]


def test_a_hosts_image_is_that_of_its_build(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="image comes from the build"):
        container.ships(given(image="x"), Workdir(tmp_path, "web"))


def test_of_several_images_one_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    manifest = {"layers": [{"digest": "sha256:1", "size": 7, "mediaType": "tar+gzip"}]}
    digest, size = store.add(manifest)
    for name in ("one", "two"):
        store.tag(name, {"mediaType": "x", "digest": digest, "size": size}, [])
    found = container._described(store, "two", "Web")
    assert found == {
        "repository": "web",
        "manifest": digest,
        "tag": f"localhost/migrator/web:{digest[7:19]}",
        "size": 7,
        "zstd": False,
    }
    with pytest.raises(UsageError, match="has no image alone"):
        container._described(store, "", "web")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"state": "running"}, "value of state must be one of"),
        ({"imgae": "x"}, "imgae"),
        ({"state": "started"}, "nothing says what web is made of"),
    ],
)
def test_a_task_says_what_is_wrong_with_it(
    tmp_path: Path, parameters: dict[str, Any], words: str
) -> None:
    task = {"rich_container": {"name": "web", **parameters}}
    play = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(play))
    ansible = Path(sys.executable).with_name("ansible-playbook")
    command = [str(ansible), "-i", "localhost,", str(tmp_path / "play.yml")]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    assert done.returncode and words in " ".join(done.stdout.split()), done.stdout


def test_what_is_documented_is_what_is_taken() -> None:
    from migrator.ansible.action.rich_container import ARGUMENTS
    from migrator.ansible.docs import rich_container as docs

    options = yaml.safe_load(docs.DOCUMENTATION)["options"]
    for name, option in options.items():
        known: dict[str, Any] = ARGUMENTS[name]
        for key in ("type", "default", "choices", "elements", "required"):
            assert option.get(key) == known.get(key), (name, key)
        assert set(option.get("suboptions", {})) == set(known.get("options", {})), name
    assert set(options) == set(ARGUMENTS)
    assert json.dumps(yaml.safe_load(docs.EXAMPLES)) and yaml.safe_load(docs.RETURN)
