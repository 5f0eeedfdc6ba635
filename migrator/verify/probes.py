"""How a host answered: over HTTP, to commands of the plan, and through its log rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrator.decode import DecodeError, decode
from migrator.errors import ProtocolError


@dataclass(frozen=True)
class HttpAnswer:
    status: int  # 0 when there was none
    body: str  # sha256 of the body
    stable: bool  # two requests in a row gave the same body
    error: str
    certificate: str = ""  # sha256 of what it shows with TLS


@dataclass(frozen=True)
class Said:
    """``output`` is empty where it is long or has lines; ``digest`` is the sha256 of all of it."""

    status: int  # 124 when it took too long
    output: str
    digest: str
    error: str  # the last line of its complaints


@dataclass(frozen=True)
class Ended:
    """How something ended that the controller did."""

    status: int
    error: str  # the last line of its complaints, where it failed


@dataclass(frozen=True)
class Probes:
    http: dict[str, HttpAnswer]
    log: dict[str, bool]  # file, or "host:port/udp" -> did the line arrive
    commands: dict[str, Said] = field(default_factory=dict)  # name of a check -> what was said
    # Unit -> name of a variable -> start of the sha256 of its value, of its main process
    environments: dict[str, dict[str, str]] = field(default_factory=dict)
    # Unit -> name of a limit -> soft:hard of its main process; INIT is the first process
    limits: dict[str, dict[str, str]] = field(default_factory=dict)
    peers: dict[str, str] = field(default_factory=dict)  # "address:port" -> "", or why not
    names: dict[str, bool] = field(default_factory=dict)  # name -> has it an address
    connections: dict[str, bool] = field(default_factory=dict)  # "address:port" -> is it held
    tasks: dict[str, Ended] = field(default_factory=dict)  # name of the plan -> how they ended
    logins: dict[str, Ended] = field(default_factory=dict)  # user -> how a login ended


def load_probes(document: Any) -> Probes:
    try:
        return decode(Probes, document)
    except DecodeError as error:
        hint = "run the stage again"
        raise ProtocolError(f"the answers to the probes are malformed: {error}", hint) from error
