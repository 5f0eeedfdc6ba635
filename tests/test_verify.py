"""Each subject of the comparison: the same, explained by the plan, and wrong."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.entries import Entry
from migrator.facts import Facts
from migrator.plan import Network, PathChoice, Plan, RouteChoice, Service
from migrator.plan.comparison import Probe
from migrator.verify import Point, Verdict, compare, summary
from migrator.verify.probes import HttpAnswer, Probes
from tests import builders as make

LAUNCHED = 1_800_000_000
NO_PROBES = Probes({}, {})
FILE = Entry(b"opt/a", "f", 0o644, 0, 0, 5, 10**18, 0, 1, 2, 1, 0, 0, b"", (), None, "")
ROW: dict[str, Any] = {
    "path": "/opt/a",
    "fate": "layer application",
    "rule": "",
    "kind": "f",
    "mode": 0o644,
    "uid": 0,
    "gid": 0,
    "size": 5,
    "mtime_ns": 10**18,
}


def verdict(
    source: Facts | None = None,
    container: Facts | None = None,
    plan: Plan | None = None,
    **given: Any,
) -> Verdict:
    base: dict[str, Any] = {
        "before": NO_PROBES,
        "after": NO_PROBES,
        "image": {"changes": []},
        "rows": (),
        "tree": (),
    }
    return compare(
        source=source or make.facts(),
        container=container or make.facts(),
        plan=plan or make.plan(),
        launched_at=LAUNCHED,
        **{**base, **given},
    )


def of(found: Verdict, subject: str) -> list[str]:
    return [point.result for point in found.points if point.subject == subject]


def two(left: dict[str, Any], right: dict[str, Any], plan: Plan | None = None) -> Verdict:
    return verdict(make.facts(**left), make.facts(**right), plan)


def test_a_host_is_the_same_as_itself() -> None:
    found = verdict()
    assert found.ok
    assert {point.result for point in found.points} == {"same"}


@pytest.mark.parametrize(
    ("subject", "has"),
    [
        ("user", {"users": (make.user("a"),)}),
        ("job", {"jobs": (make.job("cron.d", "/etc/cron.d/a:1"),)}),
        ("log rule", {"rules": (make.log("file", "*.*", "/var/log/a"),)}),
        ("sysctl", {"sysctls": (make.setting("/etc/sysctl.conf:1", "a", "1"),)}),
        ("limit", {"limits": (make.setting("/etc/security/limits.conf:1", "a", "1"),)}),
        ("sudo", {"sudo": (make.setting("/etc/sudoers:1", "a", "ALL"),)}),
        ("listener", {"network": {"listeners": (make.listener(80),)}}),
        ("route", {"network": {"routes": (make.route("198.51.100.0/24"),)}}),
        ("mount", {"storage": {"mounts": (make.mount("/srv/data"),)}}),
        ("unit", {"units": (make.unit("a.service"),)}),
    ],
)
def test_what_is_lost_is_found(subject: str, has: dict[str, Any]) -> None:
    routed = Network("old", {}, {"198.51.100.0/24": RouteChoice("10.0.0.1")})
    plan = make.plan(network=routed) if subject == "route" else make.plan()
    assert of(two(has, has, plan), subject) == ["same"]
    lost = two(has, {}, plan)
    assert of(lost, subject) == ["different"]
    assert not lost.ok


def test_what_is_new_is_found() -> None:
    assert of(two({}, {"users": (make.user("a"),)}), "user") == ["different"]
    assert of(two({}, {"network": {"listeners": (make.listener(80),)}}), "listener") == [
        "different"
    ]


def test_a_stopped_or_disabled_or_failed_unit_is_found() -> None:
    left = {"units": (make.unit("a.service"),)}
    for change in ({"active": "inactive"}, {"enabled": "disabled"}):
        right = {"units": (make.unit("a.service", **change),)}
        assert of(two(left, right), "unit") == ["different"]
    failed = two(left, {"units": (make.unit("a.service", active="failed"),)})
    assert of(failed, "unit") == ["different", "different"]


def test_units_are_explained_by_plan_baseline_and_machine() -> None:
    masked = make.plan(services={"a.service": Service("mask", "not needed")})
    left, right = make.unit("a.service"), make.unit("a.service", active="inactive")
    assert of(two({"units": (left,)}, {"units": (right,)}, masked), "unit") == ["explained"]
    cron, held = make.unit("cron.service"), make.unit("cron.service", active="inactive")
    assert of(two({"units": (cron,)}, {"units": (held,)}), "unit") == ["explained"]
    released = make.plan(jobs="released")
    assert of(two({"units": (cron,)}, {"units": (held,)}, released), "unit") == ["different"]
    bad = make.unit("b.service", active="failed")
    assert of(two({"units": (bad,)}, {"units": (bad,)}), "unit") == ["same"]
    assert of(two({"units": (bad,)}, {}), "unit") == ["explained"]
    assert of(two({"units": (make.unit("getty@tty1.service"),)}, {}), "unit") == ["explained"]


def test_at_jobs_run_once() -> None:
    at = {"jobs": (make.job("at", "/var/spool/cron/atjobs/a1"),)}
    assert of(two(at, {}, make.plan(jobs="released")), "job") == ["explained"]
    assert of(two(at, {}), "job") == ["different"], "held jobs may not have run"
    assert of(two({}, at), "job") == ["explained"]


def test_planned_route_replaces_the_old_one() -> None:
    left = {"network": {"routes": (make.route("198.51.100.0/24"),)}}
    right = {"network": {"routes": (make.route("198.51.100.0/24", "10.88.0.1"),)}}
    plan = make.plan(network=Network("old", {}, {"198.51.100.0/24": RouteChoice("10.88.0.1")}))
    assert of(two(left, right, plan), "route") == ["explained"]
    assert of(two(left, right), "route") == ["different"]


def answers(status: int, body: str = "b", stable: bool = True) -> Probes:
    return Probes({"http://127.0.0.1:80/": HttpAnswer(status, body, stable, "")}, {})


@pytest.mark.parametrize(
    ("before", "after", "results"),
    [
        (answers(200), answers(200), ["same", "same"]),
        (answers(200), answers(502), ["different", "same"]),
        (answers(200), answers(200, "other"), ["same", "different"]),
        (answers(200, "1", False), answers(200, "2", False), ["same"]),
        (answers(502), answers(200), ["explained"]),
        (NO_PROBES, answers(200), ["explained"]),
    ],
)
def test_answers_over_http(before: Probes, after: Probes, results: list[str]) -> None:
    plan = make.plan(probes={"http://127.0.0.1:80/": Probe(body=True)})
    assert of(verdict(plan=plan, before=before, after=after), "http") == results


def test_log_lines_must_arrive() -> None:
    after = Probes({}, {"/var/log/a": True, "/var/log/b": False})
    assert of(verdict(after=after), "log") == ["same", "different"]


def files(*tree: Entry, rows: tuple[dict[str, Any], ...] = (ROW,), **given: Any) -> list[Point]:
    found = verdict(rows=rows, tree=tree, **given)
    return [point for point in found.points if point.subject == "file"]


def test_equal_files_are_counted() -> None:
    (point,) = files(FILE)
    assert (point.result, point.name, point.count) == ("same", "/opt", 1)


@pytest.mark.parametrize(
    "change",
    [
        {"mode": 0o600},
        {"uid": 1},
        {"gid": 1},
        {"size": 6},
        {"mtime_ns": 10**18 + 1},
        {"kind": "d"},
        {"xattrs": ((b"security.capability", b"\1"),)},
        {"segments": ((0, 1),), "size": 1 << 20},
    ],
)
def test_every_attribute_counts(change: dict[str, Any]) -> None:
    (point,) = files(FILE._replace(**change))
    assert point.result == "different"
    assert point.name == "/opt/a"


def test_missing_and_new_files_are_found() -> None:
    assert [point.result for point in files()] == ["different"]
    extra = FILE._replace(path=b"opt/b")
    assert [point.result for point in files(FILE, extra)] == ["same", "different"]


def test_a_broken_hard_link_is_found() -> None:
    rows = (ROW | {"group": "1:2"}, ROW | {"group": "1:2", "path": "/opt/b"})
    linked = FILE._replace(path=b"opt/b")
    assert [point.result for point in files(FILE, linked, rows=rows)] == ["same"]
    apart = linked._replace(ino=3)
    assert "different" in [point.result for point in files(FILE, apart, rows=rows)]


def test_files_are_explained_by_adaptation_time_place_and_fate() -> None:
    changed = {"changes": [{"path": "/opt/a", "reason": "because"}]}
    assert files(FILE._replace(size=9), image=changed)[0].why == "adapted: because"
    later = FILE._replace(mtime_ns=(LAUNCHED + 1) * 10**9)
    assert files(later)[0].why == "written after the launch"
    log, grown = ROW | {"path": "/var/log/a"}, FILE._replace(path=b"var/log/a", size=9)
    assert files(grown, rows=(log,))[0].why == "logs go on"
    assert files(rows=(ROW | {"path": "/var/tmp/a"},))[0].why == "temporary files"
    gone = ROW | {"fate": "excluded", "rule": "/boot/*: no kernel"}
    assert files(rows=(gone,))[0].why == "excluded: no kernel"


def test_no_place_explains_a_loss_or_a_wrong_owner() -> None:
    log = ROW | {"path": "/var/log/a"}
    assert files(rows=(log,))[0].result == "different"
    assert files(FILE._replace(path=b"var/log/a", uid=5), rows=(log,))[0].result == "different"
    later = FILE._replace(mtime_ns=(LAUNCHED + 1) * 10**9, mode=0o666)
    assert files(later)[0].result == "different"
    broken = ROW | {"fate": "unreadable", "rule": "Input/output error"}
    assert files(rows=(broken,))[0].result == "different"
    vanished = ROW | {"fate": "unreadable", "rule": "No such file or directory"}
    assert files(rows=(vanished,))[0].result == "explained"


def test_many_differences_are_bounded() -> None:
    rows = tuple(ROW | {"path": f"/opt/{number}"} for number in range(500))
    points = files(rows=rows)
    assert len(points) == 201
    assert sum(point.count for point in points) == 500


def test_verdict_comes_back_from_json_and_counts() -> None:
    plan = make.plan(paths={"/mnt": PathChoice("exclude")})
    found = verdict(make.facts(storage={"mounts": (make.mount("/mnt"),)}), plan=plan)
    assert Verdict.from_json(found.to_json()) == found
    assert summary(found).endswith("1 explained by the plan · 0 different")
