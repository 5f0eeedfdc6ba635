"""Patches: the host's own addresses, names and cards in configuration, replaced after review.

``migrator build`` writes one into ``work/<host>/patches/`` for each file that has some, with the
evidence above it. What stands for each is in the plan's ``literals``; a patch is applied once
the plan's ``patches`` say ``apply``, and from then on it is yours to edit: ``build`` does not write
it again. A patch of your own is put beside them and named in the plan. One that does not fit any
more stops the build, with the line that it missed.
"""

from __future__ import annotations

from migrator.adapt.change import Change, Tree, rewrite
from migrator.adapt.patches.fit import Refused, applied, sections
from migrator.facts import Facts
from migrator.plan import Plan
from migrator.plan.literals import hidden


def adapt(_: Facts, plan: Plan, tree: Tree) -> list[Change]:
    """Raises Refused for an approved patch that does not fit."""
    made: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for name, patch in sorted(plan.patches.items()):
        for path, hunks in sections(name, patch.text) if patch.decision == "apply" else ():
            for why in hidden(plan, path):
                raise Refused(f"{name} cannot change {path}: {why}")
            content = tree.read(path)
            if content is None:
                raise Refused(f"{name} no longer applies: {path} is not there")
            before = made.get(path, content.decode("utf-8", "surrogateescape"))
            made[path] = applied(name, path, before, hunks)
            reasons[path] = f"{name}, approved in the plan"
    return [
        rewrite("patches", tree, path, text, reasons[path])
        for path, text in made.items()
        if text.encode("utf-8", "surrogateescape") != tree.read(path)
    ]
