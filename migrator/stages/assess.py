"""assess: rules judge the facts. Nothing is changed, and only a target that is named is reached."""

from __future__ import annotations

import contextlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from migrator import rulebook
from migrator.assess import Assessment, Finding, Level, assess, remediate
from migrator.assess.diff import Difference, compare
from migrator.carrier import Caller
from migrator.decode import DecodeError, decode
from migrator.errors import Blocked, MigratorError, PlanInvalid, UsageError
from migrator.facts import Facts
from migrator.facts.target import Target
from migrator.facts.target import load as facts_of_target
from migrator.plan import Plan, Waiver
from migrator.plan import file as plan_file
from migrator.plan.propose import propose
from migrator.stages.context import Context, Outcome
from migrator.target import examine
from migrator.workdir import read_json, write_json, write_text


def run(context: Context, target: Caller | None = None) -> Outcome:
    """``target`` is asked as well, and the launch profile is booted there."""
    work, host = context.work, context.host
    if context.check and not (context.saved or work.facts.exists()):
        return Outcome(True, f"would assess {host} after it is discovered")
    judged = _judge(context, target)
    last = _saved(work.assessment)
    changed = judged != last
    before = last if changed else _saved(work.assessment_before)
    if changed and not context.check:
        with work.lock("assess"):
            if last:
                write_json(work.assessment_before, last.to_json(), indent=None)
            write_json(work.assessment, judged.to_json(), indent=None)
    if not context.check:
        _write_remediation(context, judged)
    difference = compare(before, judged) if before else None
    return Outcome(
        changed,
        f"{host} is {judged.fit}: {_counted(judged)}",
        next=f"migrator plan {host}",
        failure=_failure(context, judged),
        diff=_diff(difference),
        result=_result(judged),
        judged=judged,
        difference=difference,
    )


def _judge(context: Context, target: Caller | None) -> Assessment:
    work, host = context.work, context.host
    plan = plan_file.load(work.plan, host) if work.plan.exists() else None
    found = context.facts()
    return judge(context, found, plan, _asked(context, found, plan, target) if target else None)


def judge(
    context: Context, found: Facts, plan: Plan | None, on: Target | None = None
) -> Assessment:
    """``found`` with all that the work directory and the inventory say beside it."""
    return assess(
        found,
        plan,
        host=context.host,
        waivers=_waivers(context, plan),
        today=date.today().isoformat(),
        rules=rulebook.beside(context.rules),
        on=on or _asked_before(context),
    )


def _asked(context: Context, found: Facts, plan: Plan | None, target: Caller) -> Target:
    plan = plan or propose(found, context.host)
    document = examine(target, found, plan, context.host, boot=not context.check)
    asked = facts_of_target(document)
    if not context.check:
        write_json(context.work.target, document)
    return asked


def _asked_before(context: Context) -> Target | None:
    """What is known of the host's target, unless it has another one now."""
    if not context.work.target.exists():
        return None
    asked = facts_of_target(read_json(context.work.target, "assess --target"))
    return asked if context.target in ("", asked.name) else None


def _write_remediation(context: Context, judged: Assessment) -> None:
    """None without anything to do."""
    path = context.work.remediation
    plays = remediate.plays(judged, rulebook.beside(context.rules), context.target)
    text = remediate.text(plays, context.host, str(path)) if plays else ""
    before = path.read_text() if path.exists() else ""
    if text and text != before:
        write_text(path, text)
    elif before and not text:
        path.unlink()


def _waivers(context: Context, plan: Plan | None) -> dict[str, Waiver]:
    """Those of the inventory, and over them those of the plan."""
    chosen = context.choices.get("waivers", {})
    try:
        given = decode(dict[str, Waiver], chosen, "waivers")
    except DecodeError as error:
        raise PlanInvalid(f"migrator_choices: {error}", "correct it in the inventory") from error
    return {**given, **(plan.waivers if plan else {})}


def _saved(path: Path) -> Assessment | None:
    """None without one, and for one that is damaged or of another version: it is made anew."""
    if not path.exists():
        return None
    with contextlib.suppress(MigratorError):
        return Assessment.from_json(read_json(path, "assess"))
    return None


def _counted(judged: Assessment) -> str:
    counts = Counter(finding.level for finding in judged.findings if not finding.waiver)
    waived = sum(finding.waiver is not None for finding in judged.findings)
    parts = [f"{count} {Level(level).word}" for level, count in sorted(counts.items())[::-1]]
    parts += [f"{waived} waived"] if waived else []
    return ", ".join(parts) or "no findings"


def _failure(context: Context, judged: Assessment) -> Blocked | None:
    if not context.fail_on:
        return None
    found = judged.at_least(_level(context.fail_on))
    if not found:
        return None
    return Blocked(
        f"{context.host} has {len(found)} findings of level {context.fail_on} or above:"
        f" {', '.join(dict.fromkeys(finding.id for finding in found))}",
        f"solve them, or waive them by id in {context.work.plan} or in migrator_choices",
    )


def _level(word: str) -> Level:
    known = {level.word: level for level in Level if level}
    if word not in known:
        raise UsageError(f"{word!r} is no level of findings", f"known are {', '.join(known)}")
    return known[word]


def _diff(found: Difference | None) -> tuple[dict[str, str], ...]:
    """As Ansible shows it: findings as lines, those that are the same left out."""
    if not found or found.empty:
        return ()
    before = [*found.gone, *(pair.before for pair in found.changed)]
    after = [*found.new, *(pair.after for pair in found.changed)]
    return (
        {
            "before_header": f"findings of {found.host} ({found.fit_before})",
            "after_header": f"findings of {found.host} ({found.fit})",
            "before": "".join(sorted(map(_line, before))),
            "after": "".join(sorted(map(_line, after))),
        },
    )


def _line(finding: Finding) -> str:
    waived = f" (waived by {finding.waiver.owner})" if finding.waiver else ""
    word = Level(finding.level).word
    return f"{finding.id} {word} {finding.where}: {finding.evidence}{waived}\n"


def _result(judged: Assessment) -> dict[str, Any]:
    """Ids are sorted, each once; ``counts`` are of findings that are not waived, by level."""
    counted = [finding for finding in judged.findings if not finding.waiver]
    return {
        "fit": judged.fit,
        "findings": sorted({finding.id for finding in counted}),
        "waived": sorted({finding.id for finding in judged.findings if finding.waiver}),
        "counts": dict(Counter(Level(finding.level).word for finding in counted)),
    }
