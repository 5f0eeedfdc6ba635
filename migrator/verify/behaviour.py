"""What source and container answer: over HTTP, to the plan's commands, and in their logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.plan.checks import HOST_KEYS
from migrator.plan.comparison import Check, Probe
from migrator.plan.queries import every_check
from migrator.verify.point import ABSENT, Case, Point, judge
from migrator.verify.probes import Ended, HttpAnswer, Said

LATER = "planned after the snapshot"
BROKEN = "it failed on the source already"
GROWN = "plan: it may grow"
NO_NUMBER = float("-inf")
WELL = "it works"
WRONG = 500  # the status from which on a server is at fault


def compare(case: Case) -> Iterator[Point]:
    for url, probe in sorted(case.plan.probes.items()):
        yield from _http(url, probe, case.before.http.get(url), case.after.http.get(url))
    for name, check in sorted(every_check(case.plan).items()):
        yield from _command(name, check, case.before.commands.get(name), case)
    for name in sorted(case.plan.tasks):
        yield _ended("tasks", name, case.before.tasks.get(name), case.after.tasks.get(name))
    for user in sorted(case.plan.logins):
        yield _ended("login", user, case.before.logins.get(user), case.after.logins.get(user))
    for path, arrived in sorted(case.after.log.items()):
        yield judge("log", path, "a line arrives", "a line arrives" if arrived else "none came")


def _http(
    url: str, probe: Probe, left: HttpAnswer | None, right: HttpAnswer | None
) -> Iterator[Point]:
    if left is None or right is None:
        yield _unasked("http", url, left, right)
        return
    why = BROKEN if left.error or left.status >= WRONG else ""
    yield judge("http", url, left.error or str(left.status), right.error or str(right.status), why)
    if probe.body and left.stable and right.stable and not why:
        yield judge("http", f"{url} body", left.body[:12], right.body[:12])
    if left.certificate:
        shown = right.certificate[:12] or ABSENT
        yield judge("http", f"{url} certificate", left.certificate[:12], shown)


def _command(name: str, check: Check, left: Said | None, case: Case) -> Iterator[Point]:
    right = case.after.commands.get(name)
    if left is None or right is None:
        yield _unasked("check", name, left, right)
        return
    why = BROKEN if left.status else _planned(name, case)
    if check.compare == "at_least" and _number(right) >= _number(left) > NO_NUMBER:
        why = GROWN
    yield judge("check", name, _text(check, left), _text(check, right), why)


def _planned(name: str, case: Case) -> str:
    """Why what ssh says of itself is otherwise."""
    if name == HOST_KEYS:
        return "plan: identity" if case.plan.identity.host_keys == "reset" else ""
    return case.changed.get("/etc/ssh/sshd_config", "") if name == "sshd" else ""


def _number(said: Said) -> float:
    number = re.fullmatch(r"-?\d+(\.\d+)?", said.output)
    return float(said.output) if number and not said.status else NO_NUMBER


def _ended(subject: str, name: str, left: Ended | None, right: Ended | None) -> Point:
    if left is None or right is None:
        return _unasked(subject, name, left, right)
    words = [end.error or f"status {end.status}" if end.status else WELL for end in (left, right)]
    return judge(subject, name, words[0], words[1], BROKEN if left.status else "")


def _text(check: Check, said: Said) -> str:
    if said.status:
        return f"status {said.status}"
    if check.compare == "status":
        return "status 0"
    return said.output or f"output {said.digest[:12]}"


def _unasked(subject: str, name: str, left: object, right: object) -> Point:
    words = ("asked" if left else ABSENT, "asked" if right else ABSENT)
    return judge(subject, name, *words, LATER)
