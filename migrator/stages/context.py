"""What every stage is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator.errors import MigratorError, UsageError
from migrator.progress import Progress
from migrator.workdir import Workdir, read_json

if TYPE_CHECKING:  # Ansible starts a process for each task: what it does not need, it does not load
    from migrator.address import Address
    from migrator.assess import Assessment
    from migrator.assess.diff import Difference
    from migrator.facts import Facts


@dataclass(frozen=True)
class Move:
    """How far and when a cutover goes; ``max_downtime`` is that of sync, in seconds."""

    until: str = ""  # the step after which it stops
    resume: bool = False
    at: str = ""  # 2026-03-01T02:00, by the controller's clock
    max_downtime: int = 0  # 0: one pass, whatever it predicts
    without_target: bool = False  # of a rollback: the target is gone for good


def _untold(_: str) -> None:
    """In Ansible a task says all at its end."""


def _unknown(host: str) -> Address:
    raise UsageError(f"host {host!r} is in no inventory", "name the inventory with -i")


@dataclass(frozen=True)
class Context:
    """One stage of one host. ``check``: change nothing, say what would be done."""

    work: Workdir
    check: bool
    refresh: bool
    progress: Progress
    choices: dict[str, Any] = field(default_factory=dict)  # of the inventory, laid over the plan
    root: str = "/"  # of the source: a directory is a disk that is mounted on the host we reach
    saved: Path | None = None  # facts from elsewhere, in place of those of the work directory
    rules: str = ""  # a directory with rules of the user's own
    target: str = ""  # the host that the container is for, where it is known
    move: Move = field(default_factory=Move)
    tell: Callable[[str], None] = _untold  # what is done, sentence by sentence
    passwords: Sequence[tuple[str, Any]] = ()  # of Ansible Vault: (id, password)
    inventory: tuple[str, ...] = ()  # the files that Ansible reads, for tasks of the user's own
    address: Callable[[str], Address] = _unknown  # of a host of the inventory
    fail_on: str = ""  # the level from which on a finding fails the assessment
    kubernetes: bool = False  # build writes a Kustomize directory as well

    @property
    def host(self) -> str:
        return self.work.host

    def facts(self) -> Facts:
        from migrator import facts

        return facts.load(read_json(self.saved or self.work.facts, f"discover {self.host}"))


@dataclass(frozen=True)
class Outcome:
    """``message``: what was done, one sentence. ``failure``: why the host may not go on, if so."""

    changed: bool
    message: str
    next: str = ""
    failure: MigratorError | None = None
    diff: tuple[dict[str, str], ...] = ()  # {before_header, after_header, before, after}
    result: dict[str, Any] = field(default_factory=dict)
    judged: Assessment | None = None
    difference: Difference | None = None  # to the last assessment that said something else
