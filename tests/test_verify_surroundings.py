"""What a container reaches and runs in: each is found when it is another one, or has its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.facts import Facts
from migrator.facts.cron import Job, Run
from migrator.facts.network import NameService, Peer
from migrator.facts.services import Service
from migrator.plan import Container, Identity, Reason
from migrator.plan.checks import HOST_KEYS, KEYS_SHOWN
from migrator.plan.comparison import Check
from migrator.verify.probes import Probes, Said
from migrator.verify.questions import asked
from tests import builders as make
from tests.test_verify import of, two, verdict

ASKED = 1_700_000_000  # 2023-11-14T22:13:20+00:00
DAEMON = make.process(10, "/usr/sbin/web")


def probes(**given: Any) -> Probes:
    return Probes({}, {}, **given)


def results(subject: str, before: dict[str, Any], after: dict[str, Any], **given: Any) -> list[str]:
    return of(verdict(before=probes(**before), after=probes(**after), **given), subject)


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [("", "", "same"), ("", "no answer", "different"), ("no answer", "", "explained")],
)
def test_peers(before: str, after: str, result: str) -> None:
    peer = "10.0.0.9:5432"
    assert results("peer", {"peers": {peer: before}}, {"peers": {peer: after}}) == [result]


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [(True, True, "same"), (True, False, "different"), (False, True, "explained")],
)
def test_names(before: bool, after: bool, result: str) -> None:
    found = results("name", {"names": {"db": before}}, {"names": {"db": after}})
    assert found == [result]


def test_the_resolver() -> None:
    left: dict[str, Any] = {"nameservers": ("10.0.0.1",), "search": ("corp.example",)}

    def found(**given: Any) -> list[str]:
        plan = make.plan(container=Container(dns=given.pop("dns", ())))
        return of(two({"network": left}, {"network": left | given}, plan), "resolver")

    assert found() == ["same", "same"]
    assert found(nameservers=("10.9.0.1",), dns=("10.9.0.1",)) == ["explained", "same"]
    assert found(search=("corp.example", "dns.podman")) == ["same", "explained"]
    assert found(search=("dns.podman",)) == ["same", "different"]
    line = NameService("/etc/nsswitch.conf:1", "hosts", ("files", "dns"))
    assert found(nsswitch=(line,)) == ["same", "same", "different"]


def test_an_agent_holds_its_connection() -> None:
    agent = Service("monitoring", "zabbix-agent", "running", "6", units=("zabbix.service",))
    peers = (
        Peer("out", "tcp", "10.0.0.9", 10051, "zabbix_agentd", "zabbix.service", 1),
        Peer("out", "tcp", "10.0.0.8", 443, "curl", "web.service", 1),
    )
    source = make.facts(services=(agent,), network={"peers": peers})
    assert asked(make.plan(), source, source)["connections"] == [["10.0.0.9", 10051]]
    for held, now, result in [(True, True, "same"), (True, False, "different"),
                              (False, False, "same"), (False, True, "explained")]:  # fmt: skip
        ends = [{"connections": {"10.0.0.9:10051": there}} for there in (held, now)]
        assert results("agent", *ends, source=source) == [result]


DEFAULT = "524288"  # of systemd, which names it for each unit


def running(**properties: str) -> Facts:
    unit = make.unit("web.service", properties={"LimitNOFILE": DEFAULT, **properties})
    others = (make.unit(f"{name}.service", properties={"LimitNOFILE": DEFAULT}) for name in "abc")
    return make.facts(units=(unit, *others), processes=(DAEMON,))


@pytest.mark.parametrize(
    ("after", "properties", "limits", "result"),
    [
        ("1024:4096", {}, {}, "same"),
        ("1024:8192", {}, {}, "explained"),
        ("512:4096", {}, {}, "different"),
        ("1024:2048", {}, {"nofile": "9999:2048"}, "explained"),
        ("1024:2048", {"LimitNOFILE": "4096"}, {"nofile": "9999:2048"}, "different"),
    ],
    ids=["same", "more", "less", "the engine's", "less than asked for"],
)
def test_limits_of_a_unit(
    after: str, properties: dict[str, str], limits: dict[str, str], result: str
) -> None:
    given = {"source": running(**properties), "container": running(**properties)}
    limited = {f"{name}.service": {"nofile": "1024:4096"} for name in ("web", "a", "b")}
    before = {"limits": limited}
    there = {"limits": {"web.service": {"nofile": after}, "init": limits}}
    assert results("unit limit", before, there, **given) == [result]


def test_the_environment_of_a_unit() -> None:
    given = {"source": running(), "container": running()}
    before = {"environments": {"web.service": {"MODE": "a", "INVOCATION_ID": "1"}}}

    def found(**variables: str) -> list[str]:
        return results("environment", before, {"environments": {"web.service": variables}}, **given)

    assert found(MODE="a", INVOCATION_ID="2", container="3") == ["same"]
    assert found(MODE="b") == ["different"]
    assert found() == ["different"]
    assert results("environment", before, {"environments": {}}, **given) == []


def test_a_forking_service_has_one_main_process() -> None:
    child = replace(DAEMON, pid=11, parent=10)
    nested = replace(DAEMON, pid=12, container="podman/1")
    found = make.facts(processes=(nested, child, DAEMON))
    assert asked(make.plan(), found, found)["pids"] == {"init": 1, "web.service": 10}


def job(kind: str, schedule: str, *runs: Run, **given: Any) -> Job:
    return replace(make.job(kind, "/etc/cron.d/a:1"), schedule=schedule, next=runs, **given)


EARLY = Run(ASKED - 86400, "2023-11-14T01:00:00+01:00")
LATE = Run(ASKED + 10_000, "2023-11-15T01:00:00+01:00")


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        (job("cron.d", "0 1 * * *", EARLY), job("cron.d", "0 1 * * *", LATE), "same"),
        (job("cron.d", "0 1 * * *", EARLY), job("cron.d", "0 1 * * *"), "different"),
        (job("timer", "OnCalendar=daily", LATE), job("timer", "OnCalendar=daily", LATE), "same"),
        (job("timer", "OnCalendar=daily", LATE), job("timer", "OnCalendar=daily"), "different"),
        (job("timer", "OnBootUSec=1h", EARLY), job("timer", "OnBootUSec=1h", LATE), "same"),
        (job("timer", "OnCalendar=daily"), job("timer", "OnCalendar=daily"), "same"),
    ],
    ids=["cron", "never", "timer", "stopped timer", "by its last run", "never on both"],
)
def test_next_runs(left: Job, right: Job, result: str) -> None:
    released = make.plan(jobs="released")
    assert of(two({"jobs": (left,)}, {"jobs": (right,)}, released), "next run") == [result]


def test_a_clock_of_another_zone_makes_jobs_run_otherwise() -> None:
    left = make.facts(jobs=(job("cron.d", "0 1 * * *", EARLY),), system={"timezone_rule": "CET-1"})
    utc = Run(ASKED + 13_000, "2023-11-15T01:00:00+00:00")
    right = make.facts(jobs=(job("cron.d", "0 1 * * *", utc),), system={"timezone_rule": "UTC0"})
    assert of(verdict(left, right, make.plan(jobs="released")), "next run") == ["different"]


def test_timers_wait_while_jobs_are_held() -> None:
    left = replace(job("timer", "OnCalendar=daily", LATE), where="a.timer")
    units = (make.unit("a.timer", sub="waiting"),)
    ends = [{"jobs": (x,), "units": units} for x in (left, replace(left, next=()))]
    assert of(two(*ends), "next run") == ["explained"]
    assert of(two(*ends, make.plan(jobs="released")), "next run") == ["different"]


def test_a_timer_whose_service_runs_has_no_next_run_yet() -> None:
    left = replace(job("timer", "OnCalendar=daily", LATE), where="a.timer")
    for sub, result in [("running", "same"), ("dead", "different")]:
        units = (make.unit("a.timer", sub=sub),)
        ends = [{"jobs": (x,), "units": units} for x in (left, replace(left, next=()))]
        assert of(two(*ends, make.plan(jobs="released")), "next run") == [result]


def test_settings_of_a_crontab() -> None:
    left = job("cron.d", "0 1 * * *", settings={"MAILTO": "ops"})
    right = replace(left, settings={"MAILTO": ""})
    assert of(two({"jobs": (left,)}, {"jobs": (right,)}), "job settings") == ["different"]


def test_host_keys_are_the_same_unless_the_plan_makes_new_ones() -> None:
    check = Check(KEYS_SHOWN)
    before, after = ({HOST_KEYS: Said(0, "", digest * 64, "")} for digest in "ab")
    for keys, result in [("keep", "different"), ("reset", "explained")]:
        plan = make.plan(checks={HOST_KEYS: check}, identity=Identity(host_keys=keys))  # type: ignore[arg-type]
        found = results("check", {"commands": before}, {"commands": after}, plan=plan)
        assert found == [result]


@pytest.mark.parametrize(
    ("key", "result"),
    [("peer 10.0.0.9:5432", "explained"), ("peer 10.0.0.*", "explained"), ("name *", "different")],
)
def test_the_plan_explains_what_it_knows_of(key: str, result: str) -> None:
    plan = make.plan(differences={key: Reason("it is switched off that day")})
    ends = [{"peers": {"10.0.0.9:5432": words}} for words in ("", "no answer")]
    found = verdict(plan=plan, before=probes(**ends[0]), after=probes(**ends[1]))
    (point,) = [point for point in found.points if point.subject == "peer"]
    assert point.result == result
    assert result == "different" or point.why == "plan: it is switched off that day"
