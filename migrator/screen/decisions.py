"""What can be decided about a row: the fields that are asked for, and the edit they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args, get_type_hints

from migrator.errors import PlanInvalid
from migrator.plan import Identity, PathChoice, Plan, Service
from migrator.screen.desk import Desk

BY_HAND = "decided by hand"
MONTHS = timedelta(days=90)  # what a waiver is proposed for


@dataclass(frozen=True)
class Field:
    name: str
    value: str
    allowed: tuple[str, ...] = ()  # empty: any text


def _allowed(record: type, name: str) -> tuple[str, ...]:
    return get_args(get_type_hints(record)[name])


SERVICE = _allowed(Service, "decision")
PATH = _allowed(PathChoice, "decision")


def fields(desk: Desk, view: str, key: str) -> list[Field]:
    """To decide about row ``key`` of ``view``; none where nothing can be decided."""
    plan = desk.plan
    if view == "services":
        service = plan.services.get(key, Service("keep"))
        return [Field("plan", service.decision, SERVICE), Field("reason", service.reason)]
    if view == "paths":
        _, path = plan.path_decision(key) or ("", PathChoice("image"))
        at = [] if key else [Field("path", "/")]
        return [*at, Field("plan", path.decision, PATH), Field("reason", path.reason)]
    if view == "ports":
        port = plan.ports.get(key)
        target = str(port.target) if port else key.partition("/")[0]
        at = [] if key else [Field("inside", "8080/tcp")]
        return [*at, Field("target", target), Field("reason", port.reason if port else BY_HAND)]
    if view == "findings" and key:
        return _waiver(plan, key.split()[0])
    if view == "settings" and key:
        return [Field(key, _setting(plan, key), _settings(key))]
    return []


def decide(desk: Desk, view: str, key: str, values: Mapping[str, str]) -> None:
    """Make the edit. Raises PlanInvalid with a sentence for the person."""
    if view == "services":
        service = {"decision": values["plan"], "reason": values["reason"]}
        if values["plan"] == "keep" and not values["reason"]:
            desk.drop(("services", key))
        else:
            desk.put(("services", key), service)
    elif view == "paths":
        path = key or values["path"].rstrip("/")
        if not path.startswith("/"):
            raise PlanInvalid("a path begins with '/'")
        desk.put(("paths", path), {"decision": values["plan"], "reason": values["reason"]})
    elif view == "ports":
        inside = key or values["inside"]
        _check_port(inside, values["target"])
        desk.put(("ports", inside), {"target": int(values["target"]), "reason": values["reason"]})
    elif view == "findings":
        _check_waiver(values)
        desk.put(("waivers", key.split()[0]), dict(values))
    else:
        desk.put(tuple(key.split()), values[key])


def take_back(desk: Desk, view: str, key: str) -> None:
    """Decide nothing about the row: no waiver, no port on the target, no entry of the path."""
    place = {"findings": "waivers", "services": "services", "paths": "paths", "ports": "ports"}
    if view in place:
        desk.drop((place[view], key.split()[0] if view == "findings" else key))


def cycle(desk: Desk, view: str, key: str) -> None:
    """The next of the decisions that a row can have."""
    for field in fields(desk, view, key):
        if field.allowed:
            at = field.allowed.index(field.value)
            value = field.allowed[(at + 1) % len(field.allowed)]
            reason = "" if value == "keep" else BY_HAND
            decide(desk, view, key, {field.name: value, "reason": reason})


def _waiver(plan: Plan, name: str) -> list[Field]:
    waiver = plan.waivers.get(name)
    until = (date.today() + MONTHS).isoformat()
    return [
        Field("reason", waiver.reason if waiver else ""),
        Field("owner", waiver.owner if waiver else ""),
        Field("expires", waiver.expires if waiver else until),
    ]


def _check_waiver(values: Mapping[str, str]) -> None:
    for name in ("reason", "owner"):
        if not values[name].strip():
            raise PlanInvalid(f"a waiver needs a text for {name}")
    try:
        day = date.fromisoformat(values["expires"])
    except ValueError as error:
        raise PlanInvalid("expires is a day: YYYY-MM-DD") from error
    if day.isoformat() != values["expires"] or day < date.today():
        raise PlanInvalid("expires is a day from today on: YYYY-MM-DD")


def _check_port(inside: str, target: str) -> None:
    number, _, protocol = inside.partition("/")
    for word in (number, target):
        if not (word.isascii() and word.isdigit() and 0 < int(word) < 65536):
            raise PlanInvalid(f"{word!r} is no port: 1 to 65535")
    if protocol not in ("tcp", "udp"):
        raise PlanInvalid(f"{inside!r} is no port inside: 80/tcp, 53/udp")


def _setting(plan: Plan, key: str) -> str:
    first, _, name = key.partition(" ")
    return str(getattr(plan.identity, name) if name else getattr(plan, first))


def _settings(key: str) -> tuple[str, ...]:
    first, _, name = key.partition(" ")
    return _allowed(Identity, name) if name else _allowed(Plan, first)
