from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.agent import services
from migrator.agent.host import Host
from migrator.agent.services.known import KINDS
from migrator.decode import decode
from migrator.facts.services import Service
from tests.agent.services_host import FOUND, TREE, process, unit
from tests.agent.trees import grown


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


@pytest.fixture
def said(host: Host) -> dict[str, dict[str, Any]]:
    found = services.read(host, FOUND)
    assert not host.failures
    return {service["name"]: service for service in found}


def test_it_is_recognised_by_units_processes_and_packages(said: dict[str, dict[str, Any]]) -> None:
    nginx = said["nginx"]
    assert (nginx["state"], nginx["version"], nginx["pids"]) == ("running", "1.18.0-6", [7])
    assert (nginx["units"], nginx["ports"]) == (["nginx.service"], [80, 443, 8443])
    assert said["mysql"]["state"] == "enabled"
    assert "memcached" not in said


def test_nothing_is_recognised_on_an_empty_host(tmp_path: Path) -> None:
    assert services.read(Host(str(tmp_path)), {}) == []
    gone = {"units": [unit("nginx", load="not-found")]}
    assert services.read(Host(str(tmp_path)), gone) == []
    there = {"packages": {"installed": [{"name": "nginx", "version": "1"}]}}
    assert [row["state"] for row in services.read(Host(str(tmp_path)), there)] == ["installed"]


def test_a_process_of_a_container_is_no_service_of_the_host(tmp_path: Path) -> None:
    inside = {**process(5, "redis-server"), "container": "docker/ab"}
    (found,) = services.read(Host(str(tmp_path)), {"processes": [inside]})
    assert (found["name"], found["state"], found["pids"]) == ("docker", "running", [])


def test_a_title_in_place_of_the_arguments_names_the_program_too(tmp_path: Path) -> None:
    title = process(5, "/usr/bin/redis-server 127.0.0.1:6379", exe="/usr/bin/redis-check-rdb")
    (found,) = services.read(Host(str(tmp_path)), {"processes": [title]})
    assert (found["name"], found["pids"]) == ("redis", [5])


@pytest.mark.parametrize("name", ["lxd", "snap.lxd.daemon", "incus"])
def test_the_engine_of_system_containers_is_one_service(tmp_path: Path, name: str) -> None:
    (found,) = services.read(Host(str(tmp_path)), {"units": [unit(name)]})
    assert (found["kind"], found["name"]) == ("containers", "lxd")


def test_no_secret_is_shown_and_the_document_loads(said: dict[str, dict[str, Any]]) -> None:
    document = json.dumps(list(said.values()))
    assert "hunter2" not in document
    for row in json.loads(document):
        decode(Service, row)


def test_each_service_is_known_once() -> None:
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names) > 120


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(name=st.sampled_from(sorted(TREE)), data=st.binary(max_size=40), cut=st.integers(0, 80))
def test_no_bytes_make_a_reader_fail(tmp_path: Path, name: str, data: bytes, cut: int) -> None:
    host = Host(grown(tmp_path, TREE))
    content = TREE[name].encode()
    (tmp_path / name).write_bytes(content[:cut] + data + content[cut + len(data) :])
    for row in json.loads(json.dumps(services.read(host, FOUND))):
        decode(Service, row)
    assert not [failure for failure in host.failures if failure["kind"] == "failed"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(value=st.recursive(st.one_of(st.none(), st.integers(), st.text(max_size=3)), st.lists))
def test_no_json_makes_an_engine_fail(tmp_path: Path, value: Any) -> None:
    places = [name for name in TREE if name.endswith(("json", "pm2"))]
    tree = {**TREE, **dict.fromkeys(places, json.dumps({"Config": value, "Names": value}))}
    for other in (tree, {**TREE, **dict.fromkeys(places, json.dumps([value, {"names": value}]))}):
        host = Host(grown(tmp_path, other))
        services.read(host, FOUND)
        assert not [failure for failure in host.failures if failure["kind"] == "failed"]
