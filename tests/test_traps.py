"""What is known to go wrong on a target: each trap where it snaps, and where it does not."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest

from migrator.runtime import traps
from migrator.runtime.engines import ENGINES
from migrator.runtime.run import attempt
from migrator.runtime.traps import Trap

RLIMITS = {resource.RLIMIT_NOFILE: "RLIMIT_NOFILE", resource.RLIMIT_NPROC: "RLIMIT_NPROC"}
ASKED: dict[str, Any] = {
    "init": "systemd",
    "init_version": 252,
    "ulimits": {},
    "limits": {},
    "capabilities": {},
}


class Target:
    """A target of files that a test writes, with an answer for each command."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self.place, self.patch = place, patch
        for name in ("BOOLEAN", "ENFORCING", "APPARMOR", "NR_OPEN", "STATUS"):
            patch.setattr(traps, name, place / name)
        self.groups("v2")
        self.says("")

    def groups(self, mode: str) -> None:
        self.patch.setattr(
            traps.cgroups, "read", lambda: {"mode": mode, "controllers": ["cpu", "memory"]}
        )

    def says(self, text: str) -> None:
        self.patch.setattr(traps, "attempt", lambda command: attempt(["printf", "%s", text]))

    def found(self, engine: str = "quadlet", **given: Any) -> list[Trap]:
        return traps.found(ENGINES[engine], {**ASKED, **given})


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    return Target(tmp_path, monkeypatch)


def test_a_good_target_has_none(target: Target) -> None:
    for engine in ENGINES:
        assert target.found(engine) == []


@pytest.mark.parametrize(
    ("mode", "version", "init", "fatal"),
    [
        ("v2", 231, "systemd", [True]),
        ("v2", 232, "systemd", []),
        ("v2", 0, "systemd", []),
        ("v2", 231, "sbin-init", []),
        ("v1", 256, "systemd", [True]),
        ("v1", 219, "systemd", []),
    ],
)
def test_a_systemd_and_control_groups(
    target: Target, mode: str, version: int, init: str, fatal: list[bool]
) -> None:
    target.groups(mode)
    found = target.found(init_version=version, init=init)
    assert [trap.fatal for trap in found] == fatal
    assert all("unified_cgroup_hierarchy" in trap.hint for trap in found)


def test_crun_on_hybrid_control_groups(target: Target) -> None:
    target.groups("hybrid")
    target.says("crun")
    (trap,) = target.found()
    assert trap.fatal and 'runtime = "runc"' in trap.hint
    assert target.found("runc") == []
    target.says("runc")
    assert target.found() == []


def test_a_limit_whose_controller_is_missing(target: Target) -> None:
    (trap,) = target.found(limits={"memory": "1", "pids": "500", "shm_size": "64"})
    assert trap.fatal and "the controller pids" in trap.message


def test_selinux_is_a_warning(target: Target) -> None:
    (target.place / "ENFORCING").write_text("1\n")
    (target.place / "BOOLEAN").write_text("0 0\n")
    (trap,) = target.found()
    assert not trap.fatal and "setsebool -P container_manage_cgroup true" in trap.hint
    (target.place / "BOOLEAN").write_text("1 1\n")
    assert target.found() == []


def test_apparmor_without_its_parser_and_with_mounts(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target.place / "APPARMOR").write_text("Y\n")
    monkeypatch.setattr(traps.shutil, "which", lambda name, path: None)
    assert [trap.fatal for trap in target.found("docker", ulimits={"nofile": "1:1"})] == [False]
    monkeypatch.setattr(traps.shutil, "which", lambda name, path: "/sbin/" + name)
    assert target.found() == []
    (trap,) = target.found(capabilities={"SYS_ADMIN": "mounts"})
    assert "refuses every mount" in trap.message
    assert target.found("nspawn", capabilities={"SYS_ADMIN": "mounts"}) == []


def test_limits_beyond_the_kernel_and_beyond_root(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target.place / "NR_OPEN").write_text("1048576\n")
    (trap,) = target.found(ulimits={"nofile": "1024:2000000"})
    assert trap.fatal and "fs.nr_open=2000000" in trap.hint
    assert target.found(ulimits={"nofile": "1024:1048576"}) == []
    (target.place / "STATUS").write_text("CapBnd:\t00000000a80425fb\n")
    trap = target.found("docker", ulimits={"nofile": "1024:1048576"})[0]
    assert trap.fatal and "CAP_SYS_RESOURCE" in trap.hint
    own = {"RLIMIT_NOFILE": 4096, "RLIMIT_NPROC": 100}
    monkeypatch.setattr(
        traps.resource, "getrlimit", lambda one: (0, own[RLIMITS[one]] if one in RLIMITS else -1)
    )
    (trap,) = target.found("podman", ulimits={"nofile": "1024:4096"})
    assert "limit nproc" in trap.message, "podman sets it beside"
    assert target.found("docker", ulimits={"nofile": "1024:4096"}) == []
    (target.place / "STATUS").write_text("CapBnd:\t000001ffffffffff\n")
    assert target.found(ulimits={"nofile": "1024:1048576"}) == []


def test_docker_without_a_limit_of_files(target: Target) -> None:
    target.says("infinity")
    (trap,) = target.found("docker")
    assert not trap.fatal and "1048576" in trap.hint
    assert target.found("docker", ulimits={"nofile": "1024:4096"}) == []
    target.says("1048576")
    assert target.found("docker") == []
