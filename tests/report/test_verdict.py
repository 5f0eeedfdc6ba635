"""A comparison as a page for the browser and as test cases: complete, and a stranger's words."""

from __future__ import annotations

import xml.etree.ElementTree as xml
from html import unescape

from migrator.report import verdict_cases
from migrator.report.html import verdict as browser
from migrator.verify import Point, Verdict

HOSTILE = '<script>alert("x")</script>\x1b[31m'
FOUND = Verdict(
    HOSTILE,
    (
        Point("unit", "a.service", "active", "active", "same"),
        Point("file", "/usr", "as it was", "as it was", "same", count=1200),
        Point("file", "logs go on", "as it was", "otherwise", "explained", "logs go on", 7),
        Point("check", HOSTILE, "42", "41", "different"),
    ),
)


def test_the_page_has_counts_differences_and_reasons() -> None:
    page = browser.page(FOUND)
    assert "<b>1,201</b> <span>same</span>" in page
    assert "<b>7</b> <span>explained</span>" in page
    assert "<p>1,201 same · 7 explained by the plan · 1 different</p>" in page
    assert "they differ" in page and "<td>42</td><td>41</td>" in page
    assert "logs go on" in page


def test_the_page_lets_no_stranger_speak() -> None:
    page = browser.page(FOUND)
    assert "<script" not in page and "\x1b" not in page
    assert "default-src 'none'" in unescape(page)


def test_a_case_for_each_point() -> None:
    suites = xml.fromstring(verdict_cases.document(FOUND))
    (suite,) = suites
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert len(failed) == 1 and "alert" in (failed[0] or "")
    explained = [case.find("system-out") for case in suite if case.find("system-out") is not None]
    assert explained[0] is not None and "logs go on" in (explained[0].text or "")
