"""How a host answered: over HTTP, and through its log rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from migrator.decode import DecodeError, decode
from migrator.errors import ProtocolError


@dataclass(frozen=True)
class HttpAnswer:
    status: int  # 0 when there was none
    body: str  # sha256 of the body
    stable: bool  # two requests in a row gave the same body
    error: str


@dataclass(frozen=True)
class Probes:
    http: dict[str, HttpAnswer]
    log: dict[str, bool]  # file -> did the line arrive


def load_probes(document: Any) -> Probes:
    try:
        return decode(Probes, document)
    except DecodeError as error:
        hint = "run the stage again"
        raise ProtocolError(f"the answers to the probes are malformed: {error}", hint) from error
