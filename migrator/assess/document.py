"""Write what is known of findings and assessments into docs/.

``python -m migrator.assess.document > docs/findings.md``, and the same with ``assessment`` for
docs/assessment.md, with ``schema`` for docs/assessment.schema.json and with ``fleet`` for
docs/fleet.schema.json.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from migrator.assess import RULES, Finding, Level, Rule, assessment, fit, fleet, waivers
from migrator.facts import target
from migrator.records import section
from migrator.schema import schema

FINDINGS = """\
# Findings

Written by `python -m migrator.assess.document`; change the rules, not this file.

The host's fit follows from the highest level among its findings, see
[assessment.md](assessment.md). A finding is waived by its id, in the plan or in the inventory.
"""
ASSESSMENT = """\
# Assessment

Written by `python -m migrator.assess.document assessment`; change `migrator/assess/`, not this
file.

`migrator assess` writes what it says of a host to `work/<host>/assessment.json`: one document of
version {version}, with the [JSON schema](assessment.schema.json) beside this page.

## The fit

The first row that holds is the fit. Findings that are waived do not count. Facts are complete
when the agent ran as root and could read {needed}; of a mounted disk, nothing is expected that
only a running host has.

| fit | when a finding has the level | and the facts are complete | meaning |
|---|---|---|---|
"""
FLEET = """\
# Fleet

Of several hosts, `migrator assess` also writes `work/fleet.json`, with a
[JSON schema](fleet.schema.json) of its own.

"""
PARTS = (
    *("summary", "finding", "sizes", "prediction"),
    *("resources", "minutes", "dependencies", "offers", "running", "timetable"),
)


def findings() -> str:
    parts = [FINDINGS]
    known: list[Rule | Finding] = [*RULES.values(), waivers.EXPIRED]
    for rule in sorted(known, key=lambda rule: rule.id):
        word = Level(rule.level).word
        parts.append(f"## {rule.id} · {rule.title}\n\n*{word}.* {rule.why}\n\n{rule.todo}\n")
    return "\n".join(parts)


def page() -> str:
    needed = ", ".join(f"`{name}`" for name in fit.NEEDED)
    parts = [ASSESSMENT.format(version=assessment.SCHEMA, needed=needed)]
    for row in fit.TABLE:
        level = f"{row.level.word} or above" if row.level else "any, or none"
        complete = "yes" if row.complete else "does not matter"
        parts.append(f"| {row.fit} | {level} | {complete} | {row.meaning} |\n")
    parts += ["\n", *section("The document", assessment)]
    for name in PARTS:
        parts += section(name, importlib.import_module(f"migrator.assess.{name}"))
    parts += section("The target", target)
    parts.append(FLEET)
    for name in ("fleet", "waves"):
        parts += section(name, importlib.import_module(f"migrator.assess.{name}"))
    return "".join(parts).rstrip() + "\n"


def json_schema() -> str:
    return _schema(assessment.Assessment, assessment.SCHEMA)


def fleet_schema() -> str:
    return _schema(fleet.Fleet, fleet.SCHEMA)


def _schema(kind: type[Any], version: int) -> str:
    document = {**schema(kind), "properties": {"schema": {"const": version}}}
    return json.dumps(document, indent=1) + "\n"


FORMS = {
    "findings": findings,
    "assessment": page,
    "schema": json_schema,
    "fleet": fleet_schema,
}

if __name__ == "__main__":
    sys.stdout.write(FORMS[(sys.argv[1:] or ["findings"])[0]]())
