"""Rules about the system as a whole: release, init, identity, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts

# Releases that get no security updates any more: id -> the first version that does.
SUPPORTED = {"debian": 12, "ubuntu": 22, "centos": 9, "rhel": 8, "rocky": 8, "almalinux": 8}


@rule(
    "IDN-01",
    Level.INFO,
    "The container keeps the machine id",
    "While source and container both live, two systems have the same identity.",
    "Set identity.machine_id to reset when the source stays in service.",
)
def machine_id(found: Facts) -> Iterator[Evidence]:
    if found.system.machine_id:
        yield "/etc/machine-id", found.system.machine_id


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
