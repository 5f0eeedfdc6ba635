"""The verdict as a page of the terminal: a line for each subject, then every difference."""

from __future__ import annotations

from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from migrator.report.words import printable
from migrator.verify import Point, Verdict

MOST = 40  # differences shown; verify.json has them all


def page(verdict: Verdict) -> RenderableType:
    wrong = [point for point in verdict.points if point.result == "different"]
    return Group(_subjects(verdict), Text(""), *(_difference(point) for point in wrong[:MOST]))


def _subjects(verdict: Verdict) -> Table:
    table = Table("subject", box=None)
    for name in ("same", "explained", "different"):
        table.add_column(name, justify="right")
    table.add_column("explained by")
    for subject in dict.fromkeys(point.subject for point in verdict.points):
        points = [point for point in verdict.points if point.subject == subject]
        counts = Counter[str]()
        for point in points:
            counts[point.result] += point.count
        whys = Counter(point.why for point in points if point.result == "explained")
        text = "; ".join(printable(why) for why, _ in whys.most_common(2))
        more = f" (+{len(whys) - 2})" if len(whys) > 2 else ""
        wrong = Text(str(counts["different"]), style="bold red" if counts["different"] else "green")
        table.add_row(
            subject, f"{counts['same']:,}", f"{counts['explained']:,}", wrong, Text(text + more)
        )
    return table


def _difference(point: Point) -> Text:
    words = f"{printable(point.name)}: {printable(point.source)} → {printable(point.container)}"
    return Text.assemble((f"different   {point.subject:10}", "bold red"), words)
