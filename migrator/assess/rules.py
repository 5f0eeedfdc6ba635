"""The register of rules: each is a function of the facts alone, with its texts beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from migrator.assess.finding import Finding, Level
from migrator.facts import Facts

Evidence = tuple[str, str]  # where, what was seen there
Check = Callable[[Facts], Iterable[Evidence]]


@dataclass(frozen=True)
class Rule:
    id: str
    level: Level
    title: str
    why: str
    todo: str
    check: Check

    def findings(self, found: Facts) -> list[Finding]:
        return [
            Finding(self.id, int(self.level), self.title, where, seen, self.why, self.todo)
            for where, seen in self.check(found)
        ]


RULES: dict[str, Rule] = {}


def rule(id: str, level: Level, title: str, why: str, todo: str) -> Callable[[Check], Check]:
    """Register a check; it yields (where, evidence) for each place where it fires."""

    def register(check: Check) -> Check:
        if id in RULES:
            raise ValueError(f"two rules are called {id}")
        RULES[id] = Rule(id, level, title, why, todo, check)
        return check

    return register
