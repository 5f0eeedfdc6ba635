"""What a host is: the agent's document, typed. Facts only; nothing here decides.

One module per subject, named as the agent's module and as the key of the document. Lists keep the
order of their source. ``where`` is a ``path`` or ``path:line`` of the host. What was not
understood is in ``unparsed``; a subject, or a part of one, that could not be read is in
``failures`` and empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from migrator.decode import DecodeError, decode
from migrator.errors import ProtocolError
from migrator.facts.accounts import Accounts
from migrator.facts.cron import Cron
from migrator.facts.kernel import Kernel
from migrator.facts.literals import OwnLiteral
from migrator.facts.logrotate import Logrotate
from migrator.facts.network import Network
from migrator.facts.packages import Packages
from migrator.facts.processes import Process
from migrator.facts.repositories import Repositories
from migrator.facts.secrets import Secret
from migrator.facts.security import Security
from migrator.facts.services import Service
from migrator.facts.software import Software
from migrator.facts.storage import Storage
from migrator.facts.syslog import Syslog
from migrator.facts.system import System
from migrator.facts.units import Unit

SCHEMA = 2


@dataclass(frozen=True)
class Unparsed:
    subject: str
    where: str
    raw: str


@dataclass(frozen=True)
class Failure:
    """A subject ("cron") or a part of one ("network.routes") that is missing from the facts.

    ``kind``: absent (only a running host has it), denied (only root may read it), failed (an
    error), limited (cut off by a limit of time, size or number).
    """

    subject: str
    kind: Literal["absent", "denied", "failed", "limited"]
    message: str


@dataclass(frozen=True)
class Facts:
    schema: int
    agent: str  # sha256 of the agent that spoke
    python: str
    taken_at: int  # seconds since 1970, by the source's clock
    root: str  # "/" for a live host
    live: bool  # False: a directory was read, nothing ran there
    privileged: bool  # False: read without root, with a loss named in ``failures``
    system: System
    packages: Packages
    repositories: Repositories
    software: Software
    units: tuple[Unit, ...]
    processes: tuple[Process, ...]
    cron: Cron
    syslog: Syslog
    logrotate: Logrotate
    network: Network
    storage: Storage
    accounts: Accounts
    kernel: Kernel
    services: tuple[Service, ...]
    security: Security
    secrets: tuple[Secret, ...]
    literals: tuple[OwnLiteral, ...]
    unparsed: tuple[Unparsed, ...] = ()
    failures: tuple[Failure, ...] = ()

    def unit(self, name: str) -> Unit | None:
        return next((unit for unit in self.units if unit.name == name), None)


def load(document: Any) -> Facts:
    """The agent's JSON as Facts; raises ProtocolError for another schema or a malformed one."""
    again = "run 'migrator discover' again"
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise ProtocolError(f"facts have schema {schema!r}, this version reads {SCHEMA}", again)
    try:
        return decode(Facts, document)
    except DecodeError as error:
        raise ProtocolError(f"facts are malformed: {error}", again) from error
