"""Rules about the target: each with a pair where it fires and one where it is silent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.assess import RULES, Finding, Level, assess, remediate, resources, sizes
from migrator.assess.placement import Placement
from migrator.assess.target import engine
from migrator.facts import Failure
from migrator.facts.kernel import Module
from migrator.facts.network import HostsLine, Peer
from migrator.facts.storage import FstabLine
from migrator.facts.syslog import LogRemote
from migrator.facts.target import (
    TARGET_SCHEMA,
    Attempt,
    Boot,
    Claims,
    TakenName,
    TakenPort,
    Target,
    TargetEngine,
    TargetGroups,
    TargetSecurity,
    TargetStorage,
    TargetSystem,
    Trap,
)
from migrator.plan import Port
from migrator.runtime import traps
from tests import builders as make

ENGINE = TargetEngine(
    "podman", "5.4.2", generator=True, driver="overlay", subnets=("10.88.0.0/16",), chosen="quadlet"
)
UP = Boot(up=True, down=True, seconds=2.0, reason="")
FLAGS = ("sse4_2", "avx")
SYSTEM = TargetSystem(
    "Debian GNU/Linux 13 (trixie)",
    "6.12.43",
    "x86_64",
    cpus=4,
    cpu_flags=FLAGS,
    memory=8 << 30,
    available=4 << 30,
    init="systemd",
    vsyscall="xonly",
    synchronised="yes",
)
GOOD = Target(
    TARGET_SCHEMA,
    "box1",
    1_800_000_000.0,
    0.4,
    SYSTEM,
    TargetGroups("v2", ("cpu", "io", "memory", "pids")),
    TargetSecurity("absent"),
    ENGINE,
    TargetStorage("/var/lib/containers", 100 << 30, -1, ("user", "trusted", "capability", "acl")),
    boot=UP,
)


def target(**given: Any) -> Target:
    return replace(GOOD, **given)


def of(part: str, **given: Any) -> Target:
    return target(**{part: replace(getattr(GOOD, part), **given)})


def peer(address: str, port: int = 5432, protocol: str = "tcp") -> Peer:
    return Peer("out", protocol, address, port, "web", "web.service", 1)


def talks(*peers: Peer) -> dict[str, Any]:
    return {"network": {"peers": peers}}


def attempt(address: str, result: str) -> Target:
    return target(connections=(Attempt(address, 5432, result, 0.1),))


OLD = {"system": {"libc": "glibc 2.12"}}
IPVS = {"modules": (Module("ip_vs"),)}
LOGS = {
    "syslog": {
        "remotes": (LogRemote("/etc/rsyslog.conf:9", "*.*", "omfwd", "logs", "514", "tcp", False),)
    }
}
BIG = {"storage": {"mounts": (replace(make.mount("/"), used=200 << 30),)}}
# id -> (facts and target where it fires, facts and target where it is silent)
CASES: dict[str, tuple[tuple[dict[str, Any], Target], tuple[dict[str, Any], Target]]] = {
    "TGT-01": (({}, target(engine=TargetEngine())), ({}, GOOD)),
    "TGT-02": (
        ({"system": {"init_version": 219}}, GOOD),
        ({"system": {"init_version": 219}}, of("cgroups", mode="hybrid")),
    ),
    "TGT-03": (({}, of("storage", attributes=("user", "trusted", "acl"))), ({}, GOOD)),
    "TGT-04": (
        ({}, target(security=TargetSecurity("enforcing", manage_cgroup=False), boot=None)),
        ({}, target(security=TargetSecurity("enforcing", manage_cgroup=False))),
    ),
    "TGT-05": (({}, target(claims=Claims(ports=(TakenPort(80, "tcp", "in use"),)))), ({}, GOOD)),
    "TGT-06": (({}, target(skew=-61.0)), ({}, target(skew=3.0))),
    "TGT-07": (
        (talks(peer("10.0.0.9")), attempt("10.0.0.9", "timeout")),
        (talks(peer("10.0.0.9")), attempt("10.0.0.9", "open")),
    ),
    "TGT-08": ((BIG, GOOD), (BIG, of("storage", free=300 << 30))),
    "TGT-09": (
        (IPVS, target(modules={"ip_vs": "absent"})),
        (IPVS, target(modules={"ip_vs": "builtin"})),
    ),
    "TGT-10": ((OLD, of("system", vsyscall="none")), (OLD, GOOD)),
    "TGT-11": (
        ({}, of("system", architecture="aarch64")),
        ({"system": {"architecture": "i686"}}, GOOD),
    ),
    "TGT-12": (({}, of("system", inotify=9)), ({}, of("system", inotify=900))),
}


def seen(id: str, given: dict[str, Any], on: Target, **plan: Any) -> list[Finding]:
    found, chosen = make.facts(**given), make.plan(**plan)
    size = sizes.of(found, chosen)
    pair = Placement(found, on, chosen, size, resources.of(found, size))
    return RULES[id].against(pair)


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    fires, silent = CASES[id]
    assert [finding for finding in seen(id, *fires) if finding.level]
    assert seen(id, *silent) == []
    assert RULES[id].findings(make.facts(**fires[0])) == [], "it says nothing without a target"


@pytest.mark.parametrize(
    ("on", "level", "words"),
    [
        (of("engine", chosen="", refusal="podman 3.0 is too old", hint="x"), 50, "3.0 is too old"),
        (target(traps=(Trap("crun and hybrid", "use runc", True),)), 50, "use runc"),
        (of("engine", error="database is locked"), 50, "database is locked"),
        (of("system", init="init"), 50, "the container is started by systemd"),
        (target(boot=Boot(False, False, 1.0, "Error: no such capability")), 50, "no such capab"),
        (target(boot=Boot(True, False, 9.0, "does not stop")), 30, "does not stop"),
    ],
)
def test_what_an_engine_lacks(on: Target, level: int, words: str) -> None:
    (finding,) = seen("TGT-01", {}, on)
    assert (finding.level, words in finding.evidence) == (level, True)


@pytest.mark.parametrize(
    "on",
    [
        of("engine", name="", version="", generator=False, chosen="docker"),
        of("engine", version="4.3", chosen="podman", error=""),
        target(traps=(Trap("SELinux", "setsebool", False),)),
    ],
)
def test_another_engine_and_a_mild_trap_block_nothing(on: Target) -> None:
    assert not seen("TGT-01", {}, on)


def test_systemds_and_control_groups_are_judged_alike_on_both_sides() -> None:
    assert (traps.UNIFIED, traps.LEGACY_ENDS) == (engine.UNIFIED, engine.LEGACY_ENDS)


@pytest.mark.parametrize(
    ("version", "mode", "levels"),
    [(232, "v2", []), (231, "v2", [50]), (256, "v1", [50]), (256, "v2", []), (255, "v1", [])],
)
def test_an_init_and_its_control_groups(version: int, mode: str, levels: list[int]) -> None:
    host = {"system": {"init_version": version}}
    found = seen("TGT-02", host, of("cgroups", mode=mode))
    assert [finding.level for finding in found] == levels
    (lacking,) = seen("TGT-02", {}, of("cgroups", controllers=("cpu", "memory")))
    assert (lacking.evidence, lacking.level) == ("no controller pids", Level.RISK)


def test_claims_are_named_with_what_they_are_for() -> None:
    names = (TakenName("unit", "/usr/lib/systemd/system/web.service"),)
    on = target(claims=Claims(ports=(TakenPort(8080, "tcp", "in use"),), names=names))
    found = seen("TGT-05", {}, on, ports={"80/tcp": Port(8080)})
    assert [f"{f.where}: {f.evidence}" for f in found] == [
        "port 8080/tcp: for 80/tcp: in use",
        "unit /usr/lib/systemd/system/web.service: it exists and was not made by the toolkit",
    ]


def test_room_for_what_is_predicted() -> None:
    loaded = {"system": {"load": (8.0, 7.0, 6.0), "cpus": 16}}
    (cpus,) = seen("TGT-08", loaded, GOOD)
    assert (cpus.evidence, cpus.level) == ("it has 4, 12 are suggested", Level.WARNING)
    busy = {"processes": (replace(make.process(9, "java"), rss=6 << 30),)}
    busy["system"] = {"memory": 64 << 30}
    (memory,) = seen("TGT-08", busy, GOOD)
    assert memory.evidence == "4,096 MB are available, 9,216 MB are suggested"
    assert seen("TGT-08", busy, target(claims=Claims(own=True))) == [], "it is there already"


def test_names_that_the_target_does_not_know() -> None:
    share = FstabLine("/etc/fstab:3", "nas:/export", "/srv", "nfs", "defaults", "")
    given = {**LOGS, "storage": {"fstab": (share,)}}
    found = seen("TGT-06", given, target(names={"logs": "10.0.0.5", "nas": ""}))
    assert [finding.where for finding in found] == ["nas"]
    given["network"] = {"hosts": (HostsLine("10.0.0.6", ("nas",)),)}
    assert seen("TGT-06", given, target(names={"logs": "10.0.0.5", "nas": ""})) == []
    (clock,) = seen("TGT-06", {}, of("system", synchronised="no"))
    assert clock.level == Level.WARNING


def test_whom_the_target_does_not_reach() -> None:
    (refused,) = seen("TGT-07", talks(peer("10.0.0.9")), attempt("10.0.0.9", "refused"))
    assert refused.evidence == "web.service: the connection is refused"
    (hidden,) = seen("TGT-07", talks(peer("10.88.1.9")), attempt("10.88.1.9", "open"))
    assert hidden.evidence == "the engine's own network is 10.88.0.0/16"
    (unknown,) = seen("TGT-07", talks(peer("10.0.0.53", 53, "udp")), GOOD)
    assert (unknown.evidence, unknown.level) == ("UDP: not decidable", Level.INFO)
    assert seen("TGT-07", talks(), attempt("10.0.0.9", "timeout")) == [], "it is no peer any more"


def test_a_module_that_the_target_only_has_to_load_becomes_a_task() -> None:
    on = target(modules={"ip_vs": "available"})
    (play,) = remediate.plays(assess(make.facts(**IPVS), on=on), {"TGT-09": RULES["TGT-09"]})
    assert play["hosts"] == remediate.ASKED and "modprobe" in str(play["tasks"])
    assert seen("TGT-09", IPVS, target(modules={"ip_vs": "loaded"})) == []
    assert seen("TGT-09", IPVS, target(modules={"ip_vs": ""})) == []


def test_a_processor_that_lacks_what_the_release_needs() -> None:
    host = {"system": {"os_id": "rocky", "os_version": "9.4", "os_name": "Rocky Linux 9.4"}}
    assert seen("TGT-11", host, GOOD) == []
    (lacking,) = seen("TGT-11", host, of("system", cpu_flags=("sse2",)))
    assert lacking.evidence.endswith("the target's CPU has no sse4_2")


@pytest.mark.parametrize(
    ("id", "subject"),
    [("TGT-03", "storage"), ("TGT-05", "claims"), ("TGT-07", "connections"), ("TGT-09", "modules")],
)
def test_what_could_not_be_read_of_the_target_is_not_checked(id: str, subject: str) -> None:
    lost = (Failure(subject, "failed", "podman says nothing"),)
    empty = {"storage": TargetStorage(), "claims": Claims(), "connections": (), "modules": {}}
    found = seen(id, {**IPVS, **talks(peer("10.0.0.9"))}, target(failures=lost, **empty))
    assert [(f.level, f.where) for f in found] == [(Level.NOT_CHECKED, subject)]


def test_an_assessment_names_its_target() -> None:
    judged = assess(make.facts(), on=target(engine=TargetEngine()))
    assert (judged.target, judged.fit) == ("box1", "keep-as-vm")
    assert assess(make.facts()).target == ""
