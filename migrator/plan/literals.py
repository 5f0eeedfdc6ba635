"""The host's own addresses and names in configuration: what stands for them in the container."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import replace

from migrator.facts import Facts
from migrator.facts.literals import OwnLiteral
from migrator.plan import Patch, Plan, Value

KINDS = ("address", "name", "mac")
ENDING = ".patch"
# What a line says that has something listen; all else talks with the host itself.
LISTENS = re.compile(
    r"(?i)\b(listen\w*|bind\w*|inet_interfaces|server\.address|\w*[._-]?listen[._-]?\w*"
    r"|http[._-]?address|local[._-]?address|ports?|--host|VirtualHost|NameVirtualHost)\b"
)
REASONS = {
    "address": "own address; by itself 0.0.0.0 where something listens, 127.0.0.1 elsewhere",
    "name": "own name; it stays unless the plan gives another host name",
    "mac": "own card; the container has another one: set what shall stand here",
}


def name_of(path: str) -> str:
    """Of the patch of a file: "/etc/nginx/app.conf" -> "etc-nginx-app.conf.patch"."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.strip("/")) + ENDING


def path_of(literal: OwnLiteral) -> str:
    return re.sub(r":\d+$", "", literal.where)


def line_of(literal: OwnLiteral) -> int:
    return int(literal.where.rpartition(":")[2])


def in_applications(found: Facts) -> Iterator[OwnLiteral]:
    """Where one surprises; the network's own files and fstab have adaptations of their own."""
    for literal in found.literals:
        if literal.place == "application" and literal.kind in KINDS:
            yield literal


def literals(found: Facts) -> dict[str, Value]:
    chosen = {one.literal: Value("", REASONS[one.kind]) for one in in_applications(found)}
    return dict(sorted(chosen.items()))


def patches(found: Facts, plan: Plan) -> dict[str, Patch]:
    """One for each file that has something to replace; a person approves it."""
    chosen: dict[str, list[str]] = {}
    places: dict[str, str] = {}
    for one in in_applications(found):
        if replacement(found, plan, one) != one.literal:
            name = name_of(path_of(one))
            places[name] = path_of(one)
            chosen.setdefault(name, []).append(f"{one.kind} {one.literal} in line {line_of(one)}")
    return {
        name: Patch("skip", "; ".join([*evidence, *hidden(plan, places[name])]))
        for name, evidence in sorted(chosen.items())
    }


def hidden(plan: Plan, path: str) -> list[str]:
    """Why no layer of an image can change the file."""
    decided = plan.path_decision(path)
    if decided and decided[1].decision in ("volume", "secret", "exclude"):
        return [f"no patch is made: the plan has {decided[0]} as {decided[1].decision}"]
    return []


def replacement(found: Facts, plan: Plan, one: OwnLiteral) -> str:
    """What stands for the literal in its line; itself where nothing is to change."""
    chosen = plan.literals.get(one.literal)
    if chosen and chosen.value:
        return chosen.value
    if one.kind == "address":
        return _address(one)
    if one.kind == "name":
        return _name(found, plan.network.hostname, one.literal)
    return one.literal


def _address(one: OwnLiteral) -> str:
    try:
        version = ipaddress.ip_address(one.literal.partition("/")[0]).version
    except ValueError:
        return one.literal
    anywhere, itself = ("0.0.0.0", "127.0.0.1") if version == 4 else ("::", "::1")
    return anywhere if LISTENS.search(one.raw) else itself


def _name(found: Facts, hostname: str, name: str) -> str:
    """The short or the long name by the new short or long one."""
    old = found.system.hostname
    if hostname == old or not hostname:
        return name
    short, new = old.partition(".")[0], hostname.partition(".")[0]
    if name == old:
        return hostname
    return re.sub(rf"^{re.escape(short)}(?=\.|$)", new, name)


def proposed(found: Facts, plan: Plan) -> Plan:
    """``plan`` with the literals, and the patches that follow from them."""
    with_literals = replace(plan, literals=literals(found))
    return replace(with_literals, patches=patches(found, with_literals))
