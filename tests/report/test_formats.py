"""Reports for spreadsheets, tickets and pipelines: what is in them, and what cannot break out."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from xml.etree import ElementTree

import pytest

from migrator.assess import RULES, Level, assess
from migrator.facts import Failure
from migrator.plan import Waiver
from migrator.report.making import FORMATS
from tests import builders as make
from tests.report.hostile import WORDS, judged, report

WAIVER = Waiver("guests are gone", "ops", "2999-01-01")
VIRTUAL = make.facts(
    units=(make.unit("libvirtd.service"),), storage={"mounts": (make.mount("/srv/data"),)}
)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_steers_what_shows_it(name: str) -> None:
    text = report(name, judged(), judged("other"), failed="lost")
    kinds = {unicodedata.category(char) for char in text if char not in "\r\n"}
    assert not kinds & {"Cc", "Cf", "Cs"}
    text.encode()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_assessment_gives_the_same_report(name: str) -> None:
    assert report(name, judged(), judged("b")) == report(name, judged(), judged("b"))


def test_csv_has_a_row_for_each_finding_and_each_lost_host() -> None:
    one = assess(VIRTUAL, host="web", waivers={"KRN-10": WAIVER})
    found = rows(report("csv", one, failed="lost"))
    assert [row["id"] for row in found] == [*(f.id for f in one.findings), ""]
    (waived,) = [row for row in found if row["id"] == "KRN-10"]
    assert (waived["waived_by"], waived["waived_because"]) == ("ops", "guests are gone")
    assert (waived["family"], waived["level"]) == ("KRN", "blocker")
    assert (found[-1]["host"], found[-1]["fit"]) == ("lost", "failed")


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1"])
def test_csv_computes_nothing(formula: str) -> None:
    found = make.facts(system={"machine_id": ""}, units=(make.unit("libvirtd.service"),))
    one = assess(found, host=formula)
    (cell, *_) = (row["host"] for row in rows(report("csv", one)))
    assert not re.match(r"\s*[=+\-@]", cell)


def test_markdown_escapes_markup() -> None:
    text = report("markdown", judged(), judged("other"), failed="lost")
    assert not re.search(r"(?<!\\)\]\(", re.sub(r"(`+).*?\1", "", text)), "no link outside of code"
    assert re.search(r"(?m)^# other is ", text) and "# lost could not be assessed" in text
    assert "\n| cell" not in text and "\n<" not in text
    assert re.search(r"``` .*``two`` .*```", text), "code is fenced by more marks than it has"


def test_markdown_has_places_and_what_to_do() -> None:
    text = report("markdown", assess(VIRTUAL, host="web", waivers={"KRN-10": WAIVER}))
    assert text.startswith("# web is ")
    assert "## blocker: KRN-10 The host is made to run virtual machines" in text
    assert "- `libvirtd.service`" in text and "**To do (source):** " in text
    assert "*Waived by ops until 2999-01-01: guests are gone*" in text


def suites(text: str) -> dict[str, ElementTree.Element]:
    return {suite.attrib["name"]: suite for suite in ElementTree.fromstring(text)}


def outcomes(suite: ElementTree.Element) -> dict[str, str]:
    return {
        case.attrib["name"].split()[0]: case[0].tag if len(case) else "passed" for case in suite
    }


def test_junit_has_a_case_for_each_rule_and_host() -> None:
    one = assess(VIRTUAL, host="web")
    text = report("junit", one, assess(VIRTUAL, host="b", waivers={"KRN-10": WAIVER}), failed="no")
    found = suites(text)
    assert outcomes(found["web"]).keys() >= set(RULES)
    assert outcomes(found["web"])["KRN-10"] == "failure"
    assert outcomes(found["b"])["KRN-10"] == "skipped", "it is waived"
    assert outcomes(found["web"])["STO-02"] == "system-out", "below the level"
    assert outcomes(found["no"]) == {"assess": "error"}
    for suite in found.values():
        counts = Counter(outcomes(suite).values())
        said = {key: int(suite.attrib[key]) for key in ("failures", "errors", "skipped")}
        assert said == {
            "failures": counts["failure"],
            "errors": counts["error"],
            "skipped": counts["skipped"],
        }
        assert int(suite.attrib["tests"]) == len(suite)


def test_junit_fails_from_the_given_level_on() -> None:
    found = suites(report("junit", assess(VIRTUAL, host="web"), fail_on=Level.WARNING))
    assert outcomes(found["web"])["STO-02"] == "failure"


def test_junit_skips_what_was_not_checked() -> None:
    (suite,) = suites(report("junit", judged())).values()
    assert outcomes(suite)["X-01"] == "failure"
    lost = make.facts(failures=(Failure("network.listeners", "denied", "not allowed"),))
    (suite,) = suites(report("junit", assess(lost, host="web"))).values()
    skipped = [case for case in suite if len(case) and case[0].tag == "skipped"]
    assert skipped and all("not checked" in case[0].attrib["message"] for case in skipped)


def test_sarif_follows_the_rules_of_2_1_0() -> None:
    document = json.loads(report("sarif", judged(), assess(VIRTUAL, host="web"), failed="lost"))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(ids) == len(set(ids)) and {"X-01", *RULES} <= set(ids)
    for result in run["results"]:
        assert result["ruleId"] in ids and result["message"]["text"]
        assert result["level"] in ("error", "warning", "note", "none")
        assert (result["kind"] == "fail") == (result["level"] != "none")
        (location,) = result["locations"]
        artifact = location.get("physicalLocation", {}).get("artifactLocation")
        assert artifact is None or re.fullmatch(r"[A-Za-z0-9._~/%-]+", artifact["uri"])
    assert any("suppressions" in result for result in run["results"])
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False


def test_sarif_points_at_the_line() -> None:
    job = make.job("at", "/etc/cron.d/a b:7")
    (run,) = json.loads(report("sarif", assess(make.facts(jobs=(job,)), host="web")))["runs"]
    places = [place for result in run["results"] for place in result["locations"]]
    lines = [place["physicalLocation"] for place in places if "region" in str(place)]
    assert {"startLine": 7} in [line["region"] for line in lines]
    assert "web/etc/cron.d/a%20b" in [line["artifactLocation"]["uri"] for line in lines]


def test_text_has_every_finding_at_length() -> None:
    one = judged()
    text = report("text", one)
    squeezed = re.sub(r"\s+", " ", text)
    assert all(finding.id in text for finding in one.findings)
    assert " in brief" not in squeezed and "waived by " in squeezed
    assert WORDS[0][:8] in squeezed
