"""The assessment as a page of the terminal: the most serious first, folded by finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from migrator.assess import Assessment, Finding, Level
from migrator.plan import Waiver
from migrator.report.words import between, printable, size

STYLES = {
    Level.BLOCKER: "bold red",
    Level.OVERRIDABLE: "red",
    Level.RISK: "yellow",
    Level.WARNING: "cyan",
    Level.INFO: "dim",
    Level.NOT_CHECKED: "magenta",
}
MOST = 5  # places shown of one finding
MOST_AT_LENGTH = 15  # findings that are shown with why and what to do; risks always are


def page(judged: Assessment, whole: bool = False) -> RenderableType:
    """``whole``: everything at length, not only what matters most."""
    parts: list[RenderableType] = [Text(f"{printable(judged.host)} is {judged.fit}", style="bold")]
    parts.append(Text("\n".join(_about(judged)), style="dim"))
    counted = [finding for finding in judged.findings if not finding.waiver]
    waived = [finding for finding in judged.findings if finding.waiver]
    groups = [list(group) for _, group in groupby(counted, key=lambda finding: finding.id)]
    long = [g for number, g in enumerate(groups) if whole or _matters(g[0], number)]
    for group in long:
        parts.extend(_finding(group, None if whole else MOST))
    short = [group for group in groups if group not in long]
    for level in sorted({group[0].level for group in short}, reverse=True):
        some = [group for group in short if group[0].level == level]
        brief = _brief if level else _unchecked
        parts.extend(brief(Level(level).word, STYLES[Level(level)], some))
    if whole:
        for _, same in groupby(waived, key=lambda finding: (finding.id, finding.waiver)):
            parts.extend(_finding(list(same), None))
    elif waived:
        named = [list(group) for _, group in groupby(waived, key=lambda finding: finding.id)]
        parts.extend(_brief("waived", "green", named))
    if short or any(len(group) > MOST for group in long if not whole):
        name = printable(judged.host)
        parts.append(Text("\nevery finding, with services, jobs and sizes:"))
        parts.append(Text(f"  migrator assess {name} --output {name}.html", no_wrap=True))
    parts.append(Text(""))
    return Group(*parts)


def _matters(finding: Finding, number: int) -> bool:
    enough = number >= MOST_AT_LENGTH
    return finding.level >= (Level.RISK if enough else Level.WARNING)


def _about(judged: Assessment) -> Iterator[str]:
    seen, times = judged.summary, judged.prediction
    parts = [seen.os, seen.init, f"{seen.cpus} CPUs" if seen.cpus else ""]
    parts.append(size(seen.memory) if seen.memory else "")
    yield printable(", ".join(part for part in parts if part))
    if times:
        kept = f"image {size(judged.sizes.image)}, volumes {size(judged.sizes.volumes)}"
        yield f"{kept}; copy {between(times.bulk)}, downtime {between(times.downtime)}"


def _finding(findings: list[Finding], most: int | None) -> list[RenderableType]:
    first = findings[0]
    level = Level(first.level)
    title = Text.assemble("\n", (f"{level.word:12}", STYLES[level]), f"{first.id:8}", first.title)
    seen = [f"{printable(f.where)}  {printable(f.evidence)}".rstrip() for f in findings[:most]]
    if len(findings) > len(seen):
        seen.append(f"… and {len(findings) - len(seen)} more")
    parts = [
        Text("\n".join(seen), style="bold" if level >= Level.RISK else ""),
        *(_accepted(first.waiver) if first.waiver else ()),
        Text(first.why, style="dim"),
        Text(f"→ {first.todo}"),
    ]
    return [title, _indented(parts)]


def _accepted(waiver: Waiver) -> Iterator[Text]:
    text = f"waived by {waiver.owner} until {waiver.expires}: {waiver.reason}"
    yield Text(printable(text), style="green")


def _brief(word: str, style: str, groups: list[list[Finding]]) -> list[RenderableType]:
    """A line for each."""
    lines = []
    for group in groups:
        first = group[0]
        more = f" (+{len(group) - 1})" if len(group) > 1 else ""
        places = f": {printable(first.where)}{more}" if first.where else more
        lines.append(Text(f"{first.id:8}{printable(first.title)}{places}", overflow="ellipsis"))
        lines[-1].no_wrap = True
    head = Text.assemble("\n", (f"{word:12}", style), f"{len(groups)} in brief")
    return [head, _indented(lines)]


def _unchecked(word: str, style: str, groups: list[list[Finding]]) -> list[RenderableType]:
    """What could not be looked at, by the facts that are missing."""
    missing: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        missing[group[0].where].append(group[0].id)
    lines = [
        Text.assemble((f"{printable(subject)}: ", "bold"), " ".join(ids))
        for subject, ids in sorted(missing.items())
    ]
    head = Text.assemble("\n", (f"{word:12}", style), f"{len(groups)}, for want of these facts")
    return [head, _indented(lines)]


def _indented(parts: Iterable[Text]) -> Padding:
    return Padding(Group(*parts), (0, 0, 0, 12), expand=False)
