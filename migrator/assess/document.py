"""Write docs/findings.md from the rules: ``python -m migrator.assess.document``."""

from __future__ import annotations

import sys

from migrator.assess import RULES

HEAD = """\
# Findings

Written by `python -m migrator.assess.document`; change the rules, not this file.

The host's fit follows from the highest level among its findings: a blocker means *keep-as-vm*, an
overridable one *needs-work*, a risk or warning *ready-with-changes*, else it is *ready*. Facts
that are missing make it *not-enough-data*. A blocker is waived by its id in the plan.
"""


def document() -> str:
    parts = [HEAD]
    for rule in sorted(RULES.values(), key=lambda rule: rule.id):
        text = f"## {rule.id} · {rule.title}\n\n*{rule.level.word}.* {rule.why}\n\n{rule.todo}\n"
        parts.append(text)
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(document())
