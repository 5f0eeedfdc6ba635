"""Many hosts together: their fits, findings, connections with each other, and waves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from migrator.assess.assessment import as_json
from migrator.assess.fit import Fit
from migrator.assess.minutes import Minutes
from migrator.assess.prediction import Estimate
from migrator.assess.waves import Wave

SCHEMA = 1


@dataclass(frozen=True)
class FleetHost:
    """A row of the fleet."""

    host: str
    fit: Literal[Fit, "failed"]
    error: str = ""  # of a host that could not be assessed
    os: str = ""
    counts: dict[str, int] = field(default_factory=dict)  # findings that are not waived, by level
    waived: int = 0
    jobs: int = 0
    image: int = 0  # bytes
    volumes: int = 0  # bytes
    bulk: Estimate | None = None  # seconds
    downtime: Estimate | None = None  # seconds


@dataclass(frozen=True)
class FleetFinding:
    """A rule, and the hosts where it fires."""

    id: str
    level: int  # the highest one
    title: str
    hosts: tuple[str, ...]  # where it is not waived
    waived: tuple[str, ...]  # where it is


@dataclass(frozen=True)
class FleetEdge:
    """``source`` is connected with a service of ``target``, by what either of them saw."""

    source: str
    target: str
    protocol: str
    port: int
    client: str  # unit or process on source; "" when only the target saw the connection
    service: str  # unit or process on target; "" when it is not known who listens
    connections: int


@dataclass(frozen=True)
class Outside:
    """A service that hosts of the fleet use, and that is none of them."""

    protocol: str
    address: str
    port: int
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Fleet:
    """The document ``fleet.json``."""

    schema: int
    hosts: tuple[FleetHost, ...]  # the least fit first, then by name
    findings: tuple[FleetFinding, ...]  # the most serious first, then what most hosts have
    edges: tuple[FleetEdge, ...]
    outside: tuple[Outside, ...]
    waves: tuple[Wave, ...]  # without hosts that stay VMs or could not be assessed
    minutes: Minutes  # of all hosts together, each by its own clock

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = as_json(self)
        return document
