"""For tickets, wikis and reviews: the fleet as a table, then each host by the level of findings."""

from __future__ import annotations

import re
from itertools import groupby

from migrator.assess import Assessment, Finding, Level
from migrator.assess.fleet import Fleet, FleetHost
from migrator.report.format import Format
from migrator.report.words import between, printable, size

MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&$@]|^[-+=]|(?<=\d)[.)](?=\s|$)|:(?=//)|(?<=www)\.)")
FENCE = re.compile(r"`+")
TABLE = "| host | fit | blockers | overridable | risks | warnings | data | copy | downtime |\n"
RULER = "|---|---|---:|---:|---:|---:|---:|---:|---:|\n"


class Markdown(Format):
    def head(self, fleet: Fleet) -> str:
        if self.request.hosts == 1:
            return ""
        rows = "".join(map(_row, fleet.hosts))
        waves = "".join(
            f"{number}. {', '.join(words(h) for group in wave.groups for h in group.hosts)}\n"
            for number, wave in enumerate(fleet.waves, 1)
        )
        order = f"\n## In which order they can move\n\n{waves}" if waves else ""
        return f"# {len(fleet.hosts):,} hosts\n\n{TABLE}{RULER}{rows}{order}\n"

    def host(self, judged: Assessment) -> str:
        seen = judged.summary
        about = [seen.os, seen.init, f"{seen.cpus} CPUs", size(seen.memory)]
        times = judged.prediction
        parts = [
            f"# {words(judged.host)} is {judged.fit}\n\n",
            f"{', '.join(words(part) for part in about if part)}.\n",
            f"Image {size(judged.sizes.image)}, volumes {size(judged.sizes.volumes)}",
            f"; copy {between(times.bulk)}, downtime {between(times.downtime)}" if times else "",
            ".\n\n",
        ]
        for _, group in groupby(judged.findings, key=lambda f: (f.id, f.level, f.waiver)):
            parts.append(_finding(list(group)))
        return "".join(parts)

    def failed(self, host: str, error: str) -> str:
        return f"# {words(host)} could not be assessed\n\n{words(error)}\n\n"


def words(text: str) -> str:
    """A stranger's words, not markup."""
    return MARKS.sub(r"\\\1", printable(text).strip())


def code(text: str) -> str:
    """The same as code, in as many marks as it needs."""
    text = printable(text)
    if not text:
        return ""
    fence = "`" * (max(map(len, FENCE.findall(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _finding(findings: list[Finding]) -> str:
    first = findings[0]
    places = "".join(f"- {code(f.where)} {code(f.evidence)}".rstrip() + "\n" for f in findings)
    waiver = first.waiver
    waived = (
        f"\n*Waived by {words(waiver.owner)} until {words(waiver.expires)}:"
        f" {words(waiver.reason)}*\n"
        if waiver
        else ""
    )
    head = f"## {Level(first.level).word}: {first.id} {words(first.title)}\n\n"
    todo = f"\n{words(first.why)}\n\n**To do ({first.side}):** {words(first.todo)}\n\n"
    return f"{head}{places}{waived}{todo}"


def _row(row: FleetHost) -> str:
    counts = (
        str(row.counts.get(name, 0)) for name in ("blocker", "overridable", "risk", "warning")
    )
    cells = (
        *(words(row.host), row.fit, *counts, size(row.image + row.volumes)),
        *(between(row.bulk), between(row.downtime)),
    )
    return f"| {' | '.join(cells)} |\n"
