"""What a format of a report is: texts about each host, and about the fleet around them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.assess import RULES, Assessment, Level, Rule
from migrator.assess.fleet import Fleet


@dataclass(frozen=True)
class Request:
    """What is to be reported. ``fail_on``: the level from which on a finding is a failure."""

    hosts: int  # how many
    fail_on: int = Level.BLOCKER
    rules: Mapping[str, Rule] = field(default_factory=lambda: RULES)


class Format(ABC):
    """Hosts are given one after the other, and none of them is kept. What comes before them may
    speak of all, so it is asked for at the end."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def head(self, fleet: Fleet) -> str:
        return ""

    @abstractmethod
    def host(self, judged: Assessment) -> str: ...

    @abstractmethod
    def failed(self, host: str, error: str) -> str:
        """Of a host that could not be assessed."""

    def tail(self, fleet: Fleet) -> str:
        return ""
