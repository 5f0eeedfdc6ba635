"""Pages as a person sees them: 80 columns, no colour, and no steering of the terminal."""

from __future__ import annotations

import re
from dataclasses import replace

from rich.console import Console

from migrator.assess import Finding, assess
from migrator.assess.gathering import Gathering
from migrator.report import assessment, fleet, verdict
from migrator.report.plain import plain
from migrator.verify import Point, Verdict
from tests import builders as make


def text(page: object) -> str:
    console = Console(width=80, no_color=True, force_terminal=False)
    with console.capture() as capture:
        console.print(page)
    return capture.get()


def test_assessment_shows_fit_evidence_and_what_to_do() -> None:
    found = make.facts(
        units=(make.unit("libvirtd.service"),), storage={"mounts": (make.mount("/srv/data"),)}
    )
    shown = text(assessment.page(assess(found)))
    assert shown.startswith("old.example.org is keep-as-vm\n")
    assert "blocker     KRN-10  The host is made to run virtual machines" in shown
    assert "libvirtd.service" in shown and "Keep it as a VM" in shown
    assert shown.index("KRN-10") < shown.index("STO-02")
    assert max(map(len, shown.splitlines())) <= 80


def test_many_places_of_one_finding_are_folded() -> None:
    mounts = tuple(make.mount(f"/srv/{number}") for number in range(9))
    shown = text(assessment.page(assess(make.facts(storage={"mounts": mounts}))))
    assert "… and 4 more" in shown


def test_what_matters_is_at_length_and_the_rest_in_brief() -> None:
    rules = [(level, n) for level in (50, 30, 20, 10, 0) for n in range(12)]
    findings = tuple(
        Finding(f"X{level}-{n:02}", level, "Title", f"/{n}", "", "Because.", "Do.", "source")
        for level, n in rules
    )
    judged = replace(assess(make.facts(), host="web"), findings=findings)
    shown = text(assessment.page(judged))
    assert shown.count("Because.") == 24, "blockers and risks"
    for line in ("warning     12 in brief", "info        12 in brief"):
        assert line in shown
    assert "not-checked 12, for want of these facts" in shown and "/3: X0-03 " in shown
    assert "migrator assess web --output web.html" in shown
    assert all(finding.id in shown for finding in findings)
    assert text(assessment.page(judged, whole=True)).count("Because.") == len(findings)


def test_the_fleet_fits_80_columns() -> None:
    gathering = Gathering()
    for number in range(60):
        gathering.add(assess(make.facts(), host=f"a-rather-long-name-of-a-host-{number:02}"))
    gathering.failed("lost", "unreachable\x1b[2J")
    shown = text(fleet.page(gathering.fleet()))
    assert max(map(len, shown.splitlines())) <= 80
    assert "host " in shown and "downtime" in shown and "lost " in shown
    assert "… and 21 hosts that are not less fit" in shown
    assert "61 hosts: 1 failed, 60 ready" in shown


def test_control_characters_are_escaped() -> None:
    found = make.facts(system={"fqdn": "evil\x1b[2J\nhost"})
    shown = text(assessment.page(assess(found)))
    assert "\x1b" not in shown
    assert r"evil\x1b[2J\nhost" in shown


def test_verdict_counts_by_subject_and_names_differences() -> None:
    points = (
        Point("unit", "a.service", "active", "active", "same"),
        Point("unit", "b.service", "active", "inactive", "different"),
        Point("file", "/usr", "as it was", "as it was", "same", count=8412),
        Point("file", "logs go on", "a", "b", "explained", "logs go on", 3),
    )
    shown = text(verdict.page(Verdict("old", points)))
    assert "8,412" in shown and "logs go on" in shown
    assert "b.service: active → inactive" in shown


def test_a_pipe_gets_no_spaces_at_the_end_and_no_colours() -> None:
    mounts = tuple(make.mount(f"/srv/{number}") for number in range(9))
    shown = plain(assessment.page(assess(make.facts(storage={"mounts": mounts}))), 80)
    assert "\x1b" not in shown and not re.search(r" $", shown, re.MULTILINE)
