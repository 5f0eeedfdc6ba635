"""Warm passes: the same work as the last delta, while the source lives; so each predicts it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from migrator import launch, snapshot, volumes
from migrator.cutover.ends import Ends
from migrator.errors import Blocked
from migrator.plan import Plan
from migrator.stages import build, discover
from migrator.stages.context import Context
from migrator.stages.snapshot import layout, probe, refuse_blocked
from migrator.workdir import Workdir, read_json, write_json

KEPT = 100  # passes that are remembered
MOST = 6  # passes that try to reach a downtime
GAIN = 0.9  # a pass that is not quicker than this part of the one before has converged
NEVER = 1 << 40  # seconds since 1970
SHIP = "ship"
STOP, START = 0.5, 3.0  # seconds where nothing was measured yet


@dataclass(frozen=True)
class Pass:
    """``churn``: bytes of layers and volumes that were not there before; ``seconds`` of its parts;
    ``predicted``: seconds of downtime if the cutover came next."""

    at: int
    churn: int
    seconds: dict[str, float] = field(default_factory=dict)
    predicted: float = 0.0

    @property
    def words(self) -> str:
        return f"{self.churn / 1e6:,.1f} MB in {sum(self.seconds.values()):.1f} s"

    @property
    def said(self) -> str:
        return f"{self.words}; a cutover now is down for about {self.predicted:.0f} s"


def converge(context: Context, ends: Ends, plan: Plan, most: int) -> Pass:
    """Passes until one predicts a downtime of at most ``most`` seconds. Raises Blocked when they
    do not get there; with 0 one pass is made whatever it predicts."""
    before = 0.0
    for number in range(1, MOST + 1):
        done = bring(context, ends, plan, at_rest=False)
        context.tell(f"pass {number}: {done.said}")
        if not most or done.predicted <= most:
            return done
        if before and done.predicted > before * GAIN:
            break
        before = done.predicted
    parts = ", ".join(f"{name} {took:.1f} s" for name, took in done.seconds.items())
    raise Blocked(
        f"{context.host} would be down for {done.predicted:.0f} s, more than {most} s ({parts})",
        "choose a quieter hour, leave out what changes much, or raise max_downtime in the plan",
    )


def bring(context: Context, ends: Ends, plan: Plan, at_rest: bool) -> Pass:
    """All that changed goes to the target: read, built, and put in place there. ``at_rest``: the
    services are stopped, so what the host is and answers stays as it was last seen."""
    work, clock = context.work, _Clock()
    fresh = replace(context, refresh=True)
    if not at_rest:
        discover.run(fresh, ends.source)
    found = context.facts()
    if not at_rest:
        refuse_blocked(context, plan)
        write_json(work.probes, probe(context, ends.source, plan, found))
    before = _digests(work)
    with work.lock("snapshot"):
        taken = clock.timed(
            "read",
            lambda: snapshot.take(
                ends.source,
                plan,
                found,
                work,
                context.progress,
                layout(work, found),
                context.passwords,
            ),
        )
    clock.timed("build", lambda: build.again(fresh) if at_rest else build.run(fresh))
    passwords = context.passwords
    if not at_rest:  # what little is left comes with the start
        clock.timed(SHIP, lambda: launch.launch(ends.target, work, plan, passwords, False, "warm"))
        clock.timed("volumes", lambda: volumes.update(ends.target, work))
    _forget_launch(work)
    churn = sum(blob.size for blob in taken.blobs if blob.digest not in before)
    done = Pass(int(time.time()), churn, clock.seconds)
    if not at_rest:
        done = replace(done, predicted=round(_predicted(work, done), 1))
        _remember(work, passes=[*_memory(work).get("passes", []), asdict(done)][-KEPT:])
    return done


def measured(work: Workdir, part: Literal["stop", "delta", "start"], seconds: float) -> None:
    """What a cutover found; the next prediction counts with it. A delta is remembered with what
    the pass before it took to read."""
    found: dict[str, float] = {part: round(seconds, 2)}
    passes = _memory(work).get("passes", [])
    if part == "delta" and passes:
        found["read"] = passes[-1]["seconds"]["read"]
    _remember(work, **found)


def _predicted(work: Workdir, done: Pass) -> float:
    """What stop and start took the last time, and a delta that is to the reading of this pass as
    the last one was to that of the pass before it; where there was none, they are alike."""
    memory, read = _memory(work), done.seconds["read"]
    if memory.get("read"):
        read *= memory["delta"] / memory["read"]
    return float(read + memory.get("stop", STOP) + memory.get("start", START))


def _forget_launch(work: Workdir) -> None:
    """Nothing is left of what a container wrote: its first start is still to come."""
    if work.launch.exists():
        write_json(work.launch, {**read_json(work.launch, "launch"), "launched_at": NEVER})


def _digests(work: Workdir) -> set[str]:
    if not work.snapshot.exists():
        return set()
    return {blob.digest for blob in snapshot.load(work).blobs}


def _memory(work: Workdir) -> dict[str, Any]:
    found: dict[str, Any] = read_json(work.passes, "sync") if work.passes.exists() else {}
    return found


def _remember(work: Workdir, **what: Any) -> None:
    write_json(work.passes, {**_memory(work), **what})


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[[], Any]) -> Any:
        begun = time.monotonic()
        answer = work()
        self.seconds[name] = round(time.monotonic() - begun, 2)
        return answer
