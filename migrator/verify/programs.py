"""In what surroundings services run: the environment and the limits of their main processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from migrator.facts import Facts
from migrator.facts.processes import Process
from migrator.verify.point import ABSENT, Case, Point, judge

# What an init says to a service about itself; another one each time, or of systemd's version.
OWN = {
    *("INVOCATION_ID", "JOURNAL_STREAM", "NOTIFY_SOCKET", "SYSTEMD_EXEC_PID", "MAINPID"),
    *("WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"),
    *("MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "MANAGERPID", "SHLVL", "_", "OLDPWD"),
    *(
        "RUNLEVEL",
        "PREVLEVEL",
        "INIT_VERSION",
        "CONSOLE",
        "TERM",
        "UPSTART_JOB",
        "UPSTART_INSTANCE",
    ),
    *("previous", "runlevel"),
}
ENGINE = {"container", "container_uuid"}  # what an engine says to the init of a container
INIT = "init"
OF_MACHINE = ("nproc", "sigpending")
MORE = "the container may have more"
ABOVE = "the engine's own limit, and no unit asks for more; plan: limits would"


def main(found: Facts) -> dict[str, Process]:
    """Name of a service that runs -> the process of it that none of its others started."""
    units = {process.pid: process.unit for process in found.processes}
    chosen: dict[str, Process] = {}
    for process in sorted(found.processes, key=lambda x: (x.started, x.pid)):
        first = units.get(process.parent) != process.unit
        if process.unit.endswith(".service") and not process.container and first:
            chosen.setdefault(process.unit, process)
    return chosen


def compare(case: Case) -> Iterator[Point]:
    left, right = main(case.source), main(case.container)
    for unit in sorted(left.keys() & right.keys()):
        if _program(left[unit]) == _program(right[unit]):
            yield from _limits(unit, case)
            yield from _environment(unit, case)


def _program(process: Process) -> str:
    return process.exe or (process.command or ("",))[0]


def _limits(unit: str, case: Case) -> Iterator[Point]:
    """One point for a unit whose limits are the same, else one for each that is not."""
    before, after = (side.limits.get(unit) for side in (case.before, case.after))
    if not before or not after:
        return
    names = sorted(before.keys() & after.keys())
    wrong = [name for name in names if before[name] != after[name]]
    if not wrong:
        shown = f"{len(names)} limits"
        yield Point("unit limit", unit, shown, shown, "same")
    for name in wrong:
        why = _why_limit(unit, name, before[name], after[name], case)
        yield judge("unit limit", f"{unit} {name}", before[name], after[name], why)


def _why_limit(unit: str, name: str, before: str, after: str, case: Case) -> str:
    """A unit that asks for no limit has that of its init, which here is the engine's choice; one
    that asks must get at least what it had."""
    lower = [a < b for a, b in zip(_numbers(after), _numbers(before), strict=True)]
    if not any(lower):
        return MORE
    if _asks(unit, f"Limit{name.upper()}", case):
        return ""
    if name in OF_MACHINE:
        return "it follows the memory of the machine"
    given = _numbers(case.after.limits.get(INIT, {}).get(name, "0:0"))
    soft, hard = _numbers(after)
    beyond = (
        0 < given[1] < _numbers(before)[0]
    )  # a program that raised its own limit cannot do so here
    own = (not lower[0] or soft == given[0] or beyond, not lower[1] or hard == given[1])
    return ABOVE if all(own) else ""


def _asks(unit: str, key: str, case: Case) -> bool:
    """systemd names the limit of every unit; the one that most services have is its default."""
    units = {one: case.source.unit(one) for one in case.before.limits}
    limits = {one: known.properties.get(key, "") for one, known in units.items() if known}
    ((default, _),) = Counter(limits.values()).most_common(1) or [("", 0)]
    return limits.get(unit, default) != default


def _numbers(limit: str) -> list[float]:
    """Soft and hard."""
    return [float("inf") if word == "unlimited" else float(word) for word in limit.split(":")]


def _environment(unit: str, case: Case) -> Iterator[Point]:
    """One point for a unit whose variables are the same, else one for each that is not."""
    before, after = (side.environments.get(unit) for side in (case.before, case.after))
    if before is None or after is None:
        return
    given = {*OWN, *ENGINE, *case.plan.container.env}
    names = sorted(({*before, *after}) - given)
    wrong = [name for name in names if before.get(name) != after.get(name)]
    if not wrong:
        shown = f"{len(names)} variables"
        yield Point("environment", unit, shown, shown, "same")
    for name in wrong:
        words = (before.get(name, ABSENT), after.get(name, ABSENT))
        yield judge("environment", f"{unit} {name}", *words, _changed(unit, case))


def _changed(unit: str, case: Case) -> str:
    """The reason of an adaptation of the unit's own files."""
    own = [why for path, why in case.changed.items() if f"/{unit}" in path]
    return f"adapted: {own[0]}" if own else ""
