"""Rules of the user's own: what they can say, what is refused, and what stays a row."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from migrator import rulebook
from migrator.assess import RULES, Level, Rule, assess, remediate
from migrator.assess.rules import FAMILIES
from migrator.cli import main
from migrator.errors import UsageError
from migrator.facts import Facts
from migrator.facts.network import Peer
from migrator.facts.target import Target, TargetSystem
from migrator.plan import Waiver
from tests import builders as make
from tests import hosts

TOP = Path(__file__).resolve().parents[1]
PAGE = (TOP / "docs/rules.md").read_text()
TEXTS = "title: T\n  why: W\n  todo: D\n"


def own(place: Path) -> dict[str, Rule]:
    rulebook.beside.cache_clear()
    return {name: rule for name, rule in rulebook.beside(str(place)).items() if name not in RULES}


def data(place: Path, match: str, rest: str = "evidence: seen") -> dict[str, Rule]:
    (place / "own.yml").write_text(
        f"- id: ACM-01\n  level: risk\n  {TEXTS}  match: {match}\n  {rest}\n"
    )
    return own(place)


def fires(rules: dict[str, Rule], found: Facts) -> list[tuple[str, str, str]]:
    findings = [finding for rule in rules.values() for finding in rule.findings(found)]
    return [(f.where, f.evidence, Level(f.level).word) for f in findings]


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", PAGE)


def peer(address: str, process: str = "billd", **given: Any) -> Peer:
    base: dict[str, Any] = {"direction": "out", "protocol": "tcp", "port": 7000, "count": 1}
    return Peer(address=address, process=process, unit="bill.service", **{**base, **given})


def test_no_family_of_the_catalogue_is_free() -> None:
    assert {name.partition("-")[0] for name in RULES} <= FAMILIES


def test_the_examples_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_text("".join(blocks("yaml")))
    (tmp_path / "acme.py").write_text("".join(blocks("python")))
    rules = own(tmp_path)
    assert list(rules) == ["ACM-10", "ACM-11", "ACM-01", "ACM-02"]
    agent = make.unit("zabbix-agent2.service")
    timer = make.unit("report-export.timer")
    share = make.mount("/srv/reports", "network")
    quiet = make.facts(units=(agent, timer), network={"peers": (peer("10.2.0.10"),)})
    assert fires(rules, quiet) == []
    peers = (peer("10.1.0.9"), peer("10.1.0.9", direction="in"), peer("10.1.0.9", "curl"))
    loud = make.facts(units=(timer,), storage={"mounts": (share,)}, network={"peers": peers})
    assert fires(rules, loud) == [
        ("report-export.timer", "/dev/vdb", "risk"),
        ("bill.service", "billd talks with 10.1.0.9:7000", "risk"),
        ("units", "no unit zabbix-agent is active", "warning"),
    ]
    (play,) = remediate.plays(assess(loud, rules=rulebook.beside(str(tmp_path))), rules)
    assert "systemctl stop report-export.timer" in str(play["tasks"])
    assert rules["ACM-01"].verify and rules["ACM-01"].side == "source"
    other = Target(1, "box1", 0.0, 0.0, TargetSystem("Fedora Linux 43"))
    judged = assess(loud, rules=rules, on=other)
    assert [f.evidence for f in judged.findings if f.id == "ACM-11"] == ["Fedora Linux 43"]
    (tmp_path / "wrong").mkdir()
    match = "{each: network.peers, all: [{field: proces, equals: x}]}"
    message = refused(tmp_path / "wrong", match)
    (shown,) = [line for line in PAGE.splitlines() if line.startswith("migrator: rules/acme.yml")]
    assert message.partition("match")[2] == shown.partition("match")[2]


UNITS = (
    make.unit(
        "a.service", user="shop", commands=("/bin/a --fast", "/bin/b"), properties={"X.Y": "1"}
    ),
    make.unit("b.timer", active="inactive"),
)


def refused(place: Path, match: str, rest: str = "evidence: seen") -> str:
    with pytest.raises(UsageError) as error:
        data(place, match, rest)
    return error.value.message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def x(:\n", ":1: invalid syntax"),
        ("import os\nraise ValueError('no')\n", ":2: ValueError: no"),
        ("import sys\nsys.exit(3)\n", ":2: SystemExit: 3"),
        (
            "from migrator.assess.rules import Level, rule\n\n\n"
            '@rule("NET-99", Level.RISK, "a", "b", "c")\ndef check(found):\n    return []\n',
            ":4: ids that begin with NET are for built-in rules",
        ),
        (
            "from migrator.assess.rules import Level, rule\n"
            '@rule("net", Level.RISK, "a", "b", "c")\ndef check(found):\n    return []\n',
            ":2: 'net' is no id",
        ),
        (
            "from migrator.assess.rules import rule\n"
            '@rule("ABC-01", 30, "a", "b", "c")\ndef check(found):\n    return []\n',
            ":2: the level of ABC-01 is none of info, warning",
        ),
        (
            "from migrator.assess.rules import Level, rule\n"
            '@rule("ABC-01", Level.RISK, "a", "", "c")\ndef check(found):\n    return []\n',
            ":2: the why of ABC-01 is no text",
        ),
    ],
)
def test_a_file_of_python_that_is_wrong(tmp_path: Path, source: str, words: str) -> None:
    (tmp_path / "own.py").write_text(source)
    before = dict(RULES)
    with pytest.raises(UsageError, match=re.escape(f"{tmp_path}/own.py{words}")):
        rulebook.beside(str(tmp_path))
    assert before == RULES


def test_one_id_in_two_files(tmp_path: Path) -> None:
    data(tmp_path, "{each: units}")
    (tmp_path / "zwo.yml").write_text((tmp_path / "own.yml").read_text())
    rulebook.beside.cache_clear()
    with pytest.raises(UsageError, match=r"zwo.yml:1: two rules are called ACM-01"):
        rulebook.beside(str(tmp_path))


def test_only_files_that_are_rules_and_nobody_else_may_write(tmp_path: Path) -> None:
    for name in ("_part.py", ".hidden.yml", "README.md"):
        (tmp_path / name).write_text("no rule: [")
    (tmp_path / "empty.yml").write_text("# nothing yet\n")
    assert own(tmp_path) == {}
    rulebook.beside.cache_clear()
    (tmp_path / "empty.yml").chmod(0o666)
    with pytest.raises(UsageError, match="can be written by everybody"):
        rulebook.beside(str(tmp_path))
    with pytest.raises(UsageError, match="is no directory of rules"):
        rulebook.beside(str(tmp_path / "none"))


FAILING = """
from migrator.assess.rules import Level, rule

def task(finding):
    return finding.nothing

@rule("ABC-01", Level.RISK, "T", "W", "D", task=task)
def check(found):
    for unit in found.units:
        yield unit.name, unit.fragment
        {then}
"""


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("1 / 0", "own.py:11 the rule failed: ZeroDivisionError: division by zero"),
        ("yield unit", "own.py the rule failed: TypeError: "),
        ("yield unit.name, 3", "own.py the rule failed: TypeError: it must yield two texts"),
        ("yield 'a', 'b', 99", "own.py the rule failed: ValueError: 99 is not a valid Level"),
    ],
)
def test_a_rule_that_fails_is_not_checked(tmp_path: Path, then: str, words: str) -> None:
    (tmp_path / "own.py").write_text(FAILING.format(then=then))
    host = make.facts(units=UNITS)
    kept, failed = fires(own(tmp_path), host)
    assert kept == ("a.service", "/lib/systemd/system/a.service", "risk")
    assert failed[2] == "not-checked" and f"{failed[0]} {failed[1]}".startswith(
        f"{tmp_path}/{words}"
    )
    judged = assess(host, rules=rulebook.beside(str(tmp_path)))
    (play,) = remediate.plays(judged, rulebook.beside(str(tmp_path)))
    assert "ABC-01 made no task: AttributeError" in str(play["tasks"])


def test_own_findings_count_are_waived_and_stop(tmp_path: Path) -> None:
    data(tmp_path, "{each: units}")
    rules = rulebook.beside(str(tmp_path))
    host = make.facts(units=UNITS)
    assert "ACM-01" in {finding.id for finding in assess(host, rules=rules).at_least(Level.RISK)}
    waivers = {"ACM-01": Waiver("known", "ops", "2999-01-01")}
    judged = assess(host, rules=rules, waivers=waivers, today="2026-01-01")
    assert not [finding for finding in judged.at_least(Level.RISK) if finding.id == "ACM-01"]


def test_the_command_line_takes_a_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "el7.json").write_text(json.dumps(hosts.document("el7", tmp_path)))
    (tmp_path / "rules").mkdir()
    data(tmp_path / "rules", "{each: units}")
    words = ["--facts", str(tmp_path / "el7.json"), "--work", str(tmp_path / "work")]
    rules = ["--rules", str(tmp_path / "rules")]
    assert main(["assess", *words, *rules, "--json"]) == 0
    assert "ACM-01" in json.loads(capsys.readouterr().out)["findings"]
    rulebook.beside.cache_clear()
    (tmp_path / "rules/own.yml").write_text("- 1\n")
    assert main(["assess", *words, *rules]) == 2
    said = capsys.readouterr()
    assert "own.yml:1: 1 is not of type dict\n  see docs/rules.md" in said.err and not said.out
