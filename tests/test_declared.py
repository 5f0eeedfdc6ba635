"""Rules that are data: what their language says of facts, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.facts import Failure
from tests import builders as make
from tests.test_rulebook import UNITS, data, fires, refused


@pytest.mark.parametrize(
    ("match", "seen"),
    [
        ("{each: units}", "a.service b.timer"),
        ("{each: units, all: [{field: name, matches: '*.timer'}]}", "b.timer"),
        ("{each: units, all: [{field: name, matches: [x, 'a.*']}]}", "a.service"),
        ("{each: units, all: [{field: name, matches: service}]}", ""),
        ("{each: units, all: [{field: user, exists: true}]}", "a.service"),
        ("{each: units, all: [{field: user, exists: false}]}", "b.timer"),
        ("{each: units, all: [{field: commands, contains: fast}]}", "a.service"),
        ("{each: units, all: [{field: commands, equals: /bin/b}]}", "a.service"),
        ("{each: units, all: [{field: properties.X.Y, equals: '1'}]}", "a.service"),
        ("{each: units, any: [{field: user, equals: no}, {field: user, equals: shop}]}", None),
        ("{each: units, any: [{field: user, equals: [root, shop]}]}", "a.service"),
        ("{each: units, none: [{field: user, equals: shop}]}", "b.timer"),
        (
            "{each: units, all: [{field: name, contains: .}], any: [{field: user, equals: shop}],"
            " none: [{field: active, equals: active}]}",
            "",
        ),
    ],
)
def test_conditions(tmp_path: Path, match: str, seen: str | None) -> None:
    if seen is None:
        assert "False is not of type str" in refused(tmp_path, match)
        return
    found = fires(data(tmp_path, match), make.facts(units=UNITS))
    assert " ".join(where for where, _, _ in found) == seen


@pytest.mark.parametrize(
    ("match", "count"),
    [
        ("{each: system, all: [{field: cpus, more: 1}]}", 1),
        ("{each: system, all: [{field: cpus, more: 2}]}", 0),
        ("{each: system, all: [{field: memory, less: 1073741825}]}", 1),
        ("{each: system, all: [{field: load, more: 3}]}", 1),
        ("{each: system, all: [{field: reboot_required, equals: false}]}", 1),
        ("{each: network.nameservers, all: [{equals: 10.0.0.1}]}", 1),
        ("{each: network.nameservers, absent: true}", 0),
        ("{each: kernel, all: [{field: running.net.ipv4.ip_forward, equals: '1'}]}", 1),
        ("{each: kernel.segments, absent: true, all: [{field: kind, equals: shm}]}", 1),
    ],
)
def test_records_numbers_and_what_is_absent(tmp_path: Path, match: str, count: int) -> None:
    host = make.facts(
        system={"load": (0.5, 3.5, 1.0)},
        network={"nameservers": ("10.0.0.1", "10.0.0.2")},
        kernel={"running": {"net.ipv4.ip_forward": "1"}},
    )
    assert len(fires(data(tmp_path, match), host)) == count


@pytest.mark.parametrize(
    ("match", "rest", "words"),
    [
        ("{each: unit}", "evidence: x", ":6: match.each: 'unit' is no field of Facts, which has"),
        ("{each: units.name.x}", "evidence: x", "'x' is looked for in a mere value"),
        ("{each: units.__class__}", "evidence: x", "'__class__' is no field of Unit"),
        ("{all: []}", "evidence: x", ":6: match: key 'each' is missing"),
        ("{each: units}", "evidense: x", ":1: unknown key 'evidense'"),
        ("{each: units}", "evidence: '{nam}'", ":7: evidence: 'nam' is no field of Unit"),
        ("{each: units}", "evidence: x\n  side: both", ":8: side: 'both' is not one of source"),
        ("{each: units, absent: true}", "evidence: '{name}'", "what is absent has no fields"),
        ("{each: units, all: [{field: name}]}", "evidence: x", "it needs one of equals, matches"),
        ("{each: units, all: [{field: name, less: 1}]}", "evidence: x", "only equals, matches"),
        ("{each: units, all: [{field: name, equals: 1}]}", "evidence: x", "1 is not of type str"),
        ("{each: system, all: [{field: cpus, more: x}]}", "evidence: x", "'x' is not of type int"),
        ("{each: system, all: [{field: cpus, more: 1, less: 3}]}", "evidence: x", "it needs one"),
        ("{each: kernel.segments, all: [{field: kind, equals: x}]}", "evidence: x", "not one of"),
        ("{each: units", "evidence: x", ":7: "),
        ("!!python/object/apply:os.system [id]", "evidence: x", ":6: could not determine a const"),
    ],
)
def test_what_is_no_rule_is_said_with_its_line(
    tmp_path: Path, match: str, rest: str, words: str
) -> None:
    message = refused(tmp_path, match, rest)
    assert message.startswith(f"{tmp_path}/own.yml:") and words in message, message


def test_facts_are_never_taken_for_anything_else(tmp_path: Path) -> None:
    hostile = "{fragment} {0.__class__} %s {{ lookup('pipe', 'id') }} [z-a]* \x1b[2J"
    rules = data(
        tmp_path, "{each: units, all: [{field: name, contains: ''}]}", "evidence: '{name}'"
    )
    assert fires(rules, make.facts(units=(make.unit(hostile),))) == [(hostile, hostile, "risk")]
    slow = data(tmp_path, "{each: units, all: [{field: name, matches: '*a*a*a*a*a*a*b'}]}")
    assert fires(slow, make.facts(units=(make.unit("a" * 50_000),))) == []


def test_missing_facts_are_not_checked(tmp_path: Path) -> None:
    lost = (Failure("network.peers", "denied", "only root may read it"),)
    rules = data(tmp_path, "{each: network.peers, absent: true, all: [{field: port, equals: 1}]}")
    assert [level for _, _, level in fires(rules, make.facts())] == ["risk"]
    rules = data(tmp_path, "{each: network.peers}")
    assert [row[2] for row in fires(rules, make.facts(failures=lost))] == ["not-checked"]
