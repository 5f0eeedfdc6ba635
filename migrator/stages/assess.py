"""assess: rules judge the facts; nothing is reached or changed."""

from __future__ import annotations

from migrator.assess import assess
from migrator.stages.context import Context, Outcome
from migrator.workdir import read_json, write_json


def run(context: Context, _: None = None) -> Outcome:
    work, host = context.work, context.host
    if context.check and not work.facts.exists():
        return Outcome(True, f"would assess {host} after it is discovered")
    judged = assess(context.facts())
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
