"""assess: rules judge the facts; nothing is reached or changed."""

from __future__ import annotations

from datetime import date

from migrator.assess import assess
from migrator.decode import DecodeError, decode
from migrator.errors import PlanInvalid
from migrator.plan import Plan, Waiver
from migrator.plan import file as plan_file
from migrator.stages.context import Context, Outcome
from migrator.workdir import read_json, write_json


def run(context: Context, _: None = None) -> Outcome:
    work, host = context.work, context.host
    if context.check and not work.facts.exists():
        return Outcome(True, f"would assess {host} after it is discovered")
    plan = plan_file.load(work.plan, host) if work.plan.exists() else None
    judged = assess(
        context.facts(),
        plan,
        host=host,
        waivers=_waivers(context, plan),
        today=date.today().isoformat(),
    )
    document = judged.to_json()
    before = read_json(work.assessment, "assess") if work.assessment.exists() else None
    changed = document != before
    if changed and not context.check:
        with work.lock("assess"):
            write_json(work.assessment, document)
    return Outcome(
        changed,
        f"{host} is {judged.fit}: {len(judged.findings)} findings",
        next=f"migrator plan {host}",
        result={"fit": judged.fit, "findings": [finding.id for finding in judged.findings]},
    )


def _waivers(context: Context, plan: Plan | None) -> dict[str, Waiver]:
    """Those of the inventory, and over them those of the plan."""
    chosen = context.choices.get("waivers", {})
    try:
        given = decode(dict[str, Waiver], chosen, "waivers")
    except DecodeError as error:
        raise PlanInvalid(f"migrator_choices: {error}", "correct it in the inventory") from error
    return {**given, **(plan.waivers if plan else {})}
