"""How long a host takes to start and to stop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import AT_BOOT, used
from migrator.facts import Facts
from migrator.plan.duration import seconds
from migrator.plan.propose import STOP_AT_LEAST
from migrator.plan.services import MASKED

ENDLESS = ("infinity", "0", "0s")  # the last two in unit files
WAITS = re.compile(
    r"(NetworkManager-wait-online|systemd-networkd-wait-online(@\S+)?|ifupdown-wait-online"
    r"|systemd-time-wait-sync|chrony-wait|ntp-wait|plymouth-quit-wait|cloud-init(-local)?"
    r"|cloud-(config|final)|dhcpcd-wait-online|wicked-wait\S*)\.service$"
)


@rule(
    "INI-17",
    Level.INFO,
    "A service may take long to stop",
    "An engine kills everything after its own time limit, by default 10 seconds. The plan's"
    " stop_timeout is longer than the slowest unit's, except for one without any limit (risk).",
    "Give a unit without a limit a TimeoutStopSec, or set stop_timeout in the plan by hand.",
)
def slow_to_stop(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        limit = unit.properties.get("TimeoutStopUSec", "")
        own = unit.origin == "systemd" and not unit.name.startswith(("user@", "systemd-"))
        if not (own and unit.name.endswith(".service") and unit.sub in ("running", "")):
            continue
        if limit in ENDLESS:
            yield unit.name, "it may take as long as it likes", Level.RISK
        elif seconds(limit) > STOP_AT_LEAST:
            yield unit.name, f"TimeoutStopSec is {limit}"


@rule(
    "INI-18",
    Level.WARNING,
    "The boot waits for something",
    "A container has its network before its init starts and never sets a clock: who waits for"
    " either holds up the boot until a time limit. The plan masks what it knows (info).",
    "Mask the unit in the plan's services.",
    side="image",
)
def waits(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        starts = unit.load == "loaded" and (unit.enabled in AT_BOOT or unit.active == "active")
        if starts and WAITS.match(unit.name) and "!container" not in " ".join(unit.conditions):
            if unit.name in MASKED:
                yield unit.name, f"masked by the plan: {MASKED[unit.name]}", Level.INFO
            else:
                yield unit.name, unit.description or unit.fragment
