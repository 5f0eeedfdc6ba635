"""Pages as a person sees them: 80 columns, no colour, and no steering of the terminal."""

from __future__ import annotations

from rich.console import Console

from migrator.assess import assess
from migrator.report import assessment, verdict
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
