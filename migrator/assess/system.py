"""Rules about the facts themselves: what was not understood, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts


@rule(
    "FCT-01",
    Level.WARNING,
    "Lines that were not understood",
    "What was not understood was not judged either; it moves as it is.",
    "Look at each line, and tell the project about a valid one.",
)
def unparsed(found: Facts) -> Iterator[Evidence]:
    for line in found.unparsed:
        yield line.where, line.raw


@rule(
    "FCT-02",
    Level.RISK,
    "Facts that could not be read",
    "Nothing is known about this subject, so nothing about it can be promised.",
    "Mend the cause, or discover again as root.",
)
def failures(found: Facts) -> Iterator[Evidence]:
    for failure in found.failures:
        if failure.kind == "limited":  # cut short: the most of it is known
            yield failure.subject, failure.message, Level.INFO
        else:
            yield failure.subject, failure.message
    if not found.privileged:
        yield "agent", "it ran without root"
