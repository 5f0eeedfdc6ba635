"""Each subject of migrator/adapt on small trees: what changes, what does not."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.adapt import SUBJECTS, Change, Tree, adapt
from migrator.adapt.changed import Changed
from migrator.plan import Plan
from tests import builders as make
from tests.trees import Files

Contents = Mapping[str, bytes | str]


def changes(
    subject: str, files: Contents, plan: Plan | None = None, **found: object
) -> dict[str, Change]:
    """Those of one subject by path; adapting the result again must change nothing more."""
    return of_tree(subject, Files(files), plan, **found)


def of_tree(
    subject: str, tree: Tree, plan: Plan | None = None, **found: object
) -> dict[str, Change]:
    alone = {**dict.fromkeys(SUBJECTS, False), subject: True}
    given = plan or make.plan()
    given = make.plan(**{**vars(given), "adapt": {**given.adapt, **alone}})
    facts = make.facts(**found)
    made = adapt(facts, given, tree)
    assert all(change.reason and change.subject == subject for change in made)
    changed = Changed(tree)
    for change in made:
        changed.add(change)
    assert adapt(facts, given, changed) == [], "a second run changes something"
    return {change.path: change for change in made}


def text(change: Change) -> str:
    return change.content.decode()
