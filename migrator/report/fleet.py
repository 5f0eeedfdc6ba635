"""The fleet as a page of the terminal: its hosts in a table, and what most of them have."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from migrator.assess import Level
from migrator.assess.fleet import Fleet, FleetFinding, FleetHost
from migrator.report.assessment import STYLES
from migrator.report.words import between, duration, printable, size

MOST = 40  # hosts shown, the least fit first
MOST_FINDINGS = 10
SHOWN = (Level.BLOCKER, Level.OVERRIDABLE, Level.RISK, Level.WARNING)
HEADINGS = ("block", "over", "risk", "warn")
FITS = {
    "failed": "bold red",
    "keep-as-vm": "bold red",
    "needs-work": "red",
    "ready-with-changes": "yellow",
    "ready": "green",
}


def page(fleet: Fleet, whole: bool = False) -> RenderableType:
    rows = fleet.hosts if whole else fleet.hosts[:MOST]
    parts: list[RenderableType] = [_table(rows)]
    if len(rows) < len(fleet.hosts):
        parts.append(Text(f"… and {len(fleet.hosts) - len(rows):,} hosts that are not less fit"))
    found = [f for f in fleet.findings if f.level >= Level.WARNING and f.hosts]
    if found:
        parts.append(Text("\nfindings on most hosts", style="bold"))
        found.sort(key=lambda finding: (-len(finding.hosts), -finding.level, finding.id))
        parts += [_finding(finding) for finding in found[: None if whole else MOST_FINDINGS]]
    parts.append(Text(f"\n{summary(fleet)}", style="bold"))
    return Group(*parts)


def summary(fleet: Fleet) -> str:
    fits = Counter(row.fit for row in fleet.hosts)
    parts = ", ".join(f"{count:,} {fit}" for fit, count in fits.items())
    waves = f"; {len(fleet.waves)} waves" if len(fleet.waves) > 1 else ""
    return f"{len(fleet.hosts):,} hosts: {parts}{waves}"


def _table(rows: tuple[FleetHost, ...]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), collapse_padding=True)
    table.add_column("host", no_wrap=True, overflow="ellipsis")
    table.add_column("fit", no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("data", "copy", "downtime"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        counts = [row.counts.get(level.word, 0) for level in SHOWN]
        table.add_row(
            printable(row.host),
            Text(row.fit, style=FITS.get(row.fit, "dim")),
            *(
                Text(str(count), style=STYLES[level] if count else "dim")
                for level, count in zip(SHOWN, counts, strict=True)
            ),
            size(row.image + row.volumes) if row.bulk else between(None),
            duration(row.bulk.likely) if row.bulk else between(None),
            duration(row.downtime.likely) if row.downtime else between(None),
        )
    return table


def _finding(finding: FleetFinding) -> Text:
    level = Level(finding.level)
    return Text.assemble(
        f"{len(finding.hosts):>6,}  ",
        (f"{level.word:12}", STYLES[level]),
        f"{finding.id:8}{printable(finding.title)}",
    )
