"""What changed since the last assessment: new findings, those that are gone, those that differ."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.text import Text

from migrator.assess import Finding, Level
from migrator.assess.diff import Difference
from migrator.report.words import printable


def page(found: Difference | None) -> Text:
    """A line for each, with + - or ~ before it."""
    if found is None:
        return Text("there is no earlier assessment to compare with")
    since = datetime.fromtimestamp(found.since, UTC).strftime("%Y-%m-%d %H:%M UTC")
    head = f"{printable(found.host)} since the facts of {since}: "
    fits = found.fit if found.fit == found.fit_before else f"{found.fit_before} → {found.fit}"
    lines = [Text(head + fits, style="bold")]
    lines += [Text(f"+ {_words(finding)}", style="red") for finding in found.new]
    lines += [Text(f"- {_words(finding)}", style="green") for finding in found.gone]
    for pair in found.changed:
        after = f"{_level(pair.after)} {printable(pair.after.evidence)}"
        lines.append(Text(f"~ {_words(pair.before)} → {after}", style="yellow"))
    if found.empty:
        lines.append(Text("nothing changed"))
    return Text("\n").join(lines)


def _words(finding: Finding) -> str:
    where, evidence = printable(finding.where), printable(finding.evidence)
    return f"{_level(finding)} {finding.id} {finding.title}: {where} {evidence}".rstrip()


def _level(finding: Finding) -> str:
    waived = f" (waived by {printable(finding.waiver.owner)})" if finding.waiver else ""
    return Level(finding.level).word + waived
