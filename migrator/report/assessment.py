"""The assessment as a page of the terminal: the most serious first, folded by finding."""

from __future__ import annotations

from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from migrator.assess import Assessment, Finding, Level

STYLES = {
    Level.BLOCKER: "bold red",
    Level.OVERRIDABLE: "red",
    Level.RISK: "yellow",
    Level.WARNING: "cyan",
    Level.INFO: "dim",
    Level.NOT_CHECKED: "magenta",
}
MOST = 5  # places shown of one finding


def page(judged: Assessment) -> RenderableType:
    parts: list[RenderableType] = [Text(f"{printable(judged.host)} is {judged.fit}", style="bold")]
    for _, group in groupby(judged.findings, key=lambda finding: finding.id):
        parts.extend(_finding(list(group)))
    parts.append(Text(""))
    return Group(*parts)


def _finding(findings: list[Finding]) -> list[RenderableType]:
    first = findings[0]
    level = Level(first.level)
    title = Text.assemble("\n", (f"{level.word:12}", STYLES[level]), f"{first.id:8}", first.title)
    seen = [f"{printable(f.where)}  {printable(f.evidence)}".rstrip() for f in findings[:MOST]]
    if len(findings) > MOST:
        seen.append(f"… and {len(findings) - MOST} more")
    parts = [Text("\n".join(seen), style="bold" if level >= Level.RISK else "")]
    if level > Level.INFO:
        parts += [Text(first.why, style="dim"), Text(f"→ {first.todo}")]
    return [title, Padding(Group(*parts), (0, 0, 0, 12), expand=False)]


def printable(text: str) -> str:
    """A stranger's words on one line, unable to steer the terminal."""
    escaped = (
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
    return "".join(escaped)
