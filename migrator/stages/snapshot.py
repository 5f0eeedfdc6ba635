"""snapshot: the file system of the source, and how it answers, are recorded; it is only read."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

from migrator import fleet, snapshot
from migrator.carrier import Carrier
from migrator.decode import DecodeError, decode
from migrator.errors import Blocked, MigratorError, UsageError
from migrator.facts import Facts
from migrator.facts.packages import Packages
from migrator.plan import Plan
from migrator.plan import file as plan_file
from migrator.stages.context import Context, Outcome
from migrator.workdir import Workdir, read_json, write_json

BLOCKER = 50  # Level.BLOCKER
NO_ANSWERS: dict[str, dict[str, object]] = {
    "http": {},
    "commands": {},
    "log": {},
}  # a disk that is only mounted serves nobody


def run(context: Context, source: Carrier) -> Outcome:
    work, host = context.work, context.host
    if context.check and not work.plan.exists():
        return Outcome(True, f"would take a snapshot of {host} after its plan")
    found = context.facts()
    plan = plan_file.load(work.plan, host)
    _refuse_another_root(context, found)
    refuse_blocked(context, plan)
    kept = snapshot.kept(work, plan, found)
    if kept and not context.refresh:
        return _outcome(host, kept, False)
    if context.check:
        return Outcome(True, f"would take a snapshot of {host} into {work.store}")
    with work.lock("snapshot"):
        write_json(work.probes, probe(context, source, plan, found) if found.live else NO_ANSWERS)
        passwords, layers = context.passwords, layout(work, found)
        taken = snapshot.take(source, plan, found, work, context.progress, layers, passwords)
    return _outcome(host, taken, True)


def _refuse_another_root(context: Context, found: Facts) -> None:
    """The facts decide what is taken; of another root they would be another host's."""
    if context.root.rstrip("/") != found.root.rstrip("/"):
        raise UsageError(
            f"the facts of {context.host} are of {found.root}, the snapshot would be of"
            f" {context.root}",
            f"give --root {found.root}" if found.root != "/" else "leave out --root",
        )


def refuse_blocked(context: Context, plan: Plan) -> None:
    document = read_json(context.work.assessment, "assess")
    if not _may_block(document):
        return
    from migrator.assess import Assessment  # with all rules

    blockers = Assessment.from_json(document).blockers(plan.waivers, date.today().isoformat())
    if blockers:
        first = blockers[0]
        raise Blocked(
            f"{context.host} cannot move: {first.title} ({first.id}), {len(blockers)} blockers",
            f"solve them, or waive them by id in {context.work.plan}",
        )


def _may_block(document: Any) -> bool:
    """Also for a document that is damaged: who decodes it says how."""
    try:
        return any(finding["level"] >= BLOCKER for finding in document["findings"])
    except (KeyError, TypeError):
        return True


def layout(work: Workdir, found: Facts) -> fleet.Layout:
    """Layers of packages, with a view to all hosts that were discovered."""
    others: list[frozenset[str]] = []
    made: list[frozenset[str]] = []
    for host in (work, *work.neighbours()):
        # A neighbour whose files are damaged, or of another version, is none.
        with contextlib.suppress(MigratorError, DecodeError):
            if host != work:
                packages = read_json(host.facts, "discover").get("packages", {})
                others.append(frozenset(fleet.sizes(decode(Packages, packages))))
            made += [frozenset(words) for words in snapshot.load(host).layout.values()]
    return fleet.layout(fleet.sizes(found.packages), others, made)


def probe(context: Context, source: Carrier, plan: Plan, found: Facts) -> dict[str, Any]:
    # With all rules, which a disk need not wait for.
    from migrator.stages.asking import ask
    from migrator.verify.questions import asked

    answers = source.call("agent", "probe", asked(plan, found, found))
    return {**answers, **ask(context, plan, "source", context.host)}


def _outcome(host: str, taken: snapshot.Snapshot, changed: bool) -> Outcome:
    done = "took a snapshot" if changed else "kept the snapshot"
    return Outcome(
        changed,
        f"{done} of {host}: {taken.summary}",
        next=f"migrator build {host}",
        result={"taken_at": taken.taken_at},
    )
