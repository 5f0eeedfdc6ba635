"""The register of rules: each is a function of the facts alone, with its texts beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from migrator.assess.finding import Finding, Level
from migrator.assess.placement import Placement
from migrator.assess.watched import Watched
from migrator.facts import Facts

# Where it was seen, what was seen there, and the level where it is not the rule's own.
Evidence = tuple[str, str] | tuple[str, str, Level]
Check = Callable[[Facts], Iterable[Evidence]]
PlacedCheck = Callable[[Placement], Iterable[Evidence]]
Side = Literal["source", "image", "target"]
# An Ansible task that does what ``todo`` says about one finding; None where it cannot.
Task = Callable[[Finding], dict[str, Any] | None]


@dataclass(frozen=True)
class Rule:
    """``side`` is where ``todo`` is done: on the old host, in the image, or on the target.

    ``verify``: the check holds for the container as well, which must be silent there. ``placed``:
    the rule is about the target and asks this in place of ``check``.
    """

    id: str
    level: Level
    title: str
    why: str
    todo: str
    check: Check
    side: Side
    task: Task | None
    verify: bool
    placed: PlacedCheck | None = None

    def findings(self, found: Facts) -> list[Finding]:
        """What fires, or one that is not checked when it looked at facts that are missing."""
        watched = Watched(found)
        return self._seen(self.check(watched.facts), watched)

    def against(self, pair: Placement) -> list[Finding]:
        """The same of a host and its target; nothing of a rule that is about hosts alone."""
        if self.placed is None:
            return []
        host, target = Watched(pair.found), Watched(pair.target)
        shown = replace(pair, found=host.facts, target=target.facts)
        return self._seen(self.placed(shown), host, target)

    def _seen(self, seen: Iterable[Evidence], *watched: Watched[Any]) -> list[Finding]:
        findings = [self._finding(*evidence) for evidence in seen]
        if findings:
            return findings
        missing = {lost.subject: lost.message for one in watched for lost in one.missing()}
        return [
            self._finding(subject, message, Level.NOT_CHECKED)
            for subject, message in sorted(missing.items())[:1]
        ]

    def _finding(self, where: str, seen: str, level: Level | None = None) -> Finding:
        number = int(self.level if level is None else level)
        return Finding(self.id, number, self.title, where, seen, self.why, self.todo, self.side)


RULES: dict[str, Rule] = {}
# What the built-in ids begin with; no rule of a user's own may.
FAMILIES = frozenset(
    [
        *("OSR", "KRN", "INI", "STO", "NET", "SVC", "SEC", "CRN", "LOG", "IDN", "RES", "DAT"),
        *("APP", "TGT", "FCT", "WVR"),
    ]
)
_registers = [RULES]


@contextlib.contextmanager
def collected() -> Iterator[dict[str, Rule]]:
    """Rules that are registered meanwhile, apart from the built-in ones."""
    _registers.append({})
    try:
        yield _registers[-1]
    finally:
        _registers.pop()


def rule(
    id: str,
    level: Level,
    title: str,
    why: str,
    todo: str,
    *,
    side: Side = "source",
    task: Task | None = None,
    verify: bool = False,
) -> Callable[[Check], Check]:
    """Register a check; it yields (where, evidence) for each place where it fires."""

    def registered(check: Check) -> Check:
        _register(Rule(id, level, title, why, todo, check, side, task, verify))
        return check

    return registered


def placed(
    id: str,
    level: Level,
    title: str,
    why: str,
    todo: str,
    *,
    side: Side = "target",
    task: Task | None = None,
) -> Callable[[PlacedCheck], PlacedCheck]:
    """Register a check of a host and its target together."""

    def registered(check: PlacedCheck) -> PlacedCheck:
        _register(Rule(id, level, title, why, todo, _nothing, side, task, False, check))
        return check

    return registered


def _register(made: Rule) -> None:
    register = _registers[-1]
    if made.id in register:
        raise ValueError(f"two rules are called {made.id}")
    register[made.id] = made


def _nothing(_: Facts) -> Iterable[Evidence]:
    return ()
