"""The parts that services are made of, as they are in the document."""

from __future__ import absolute_import, division, print_function

from migrator.agent.redact import redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence


def part(kind, name, where, detail):
    # type: (str, str, str, dict[str, Any]) -> dict[str, Any]
    """A program, pool, cluster, container, share ...; what is empty is left out of ``detail``."""
    shown = dict((key, redacted_value(key, "%s" % (detail[key],))) for key in detail if detail[key])
    return {"kind": kind, "name": name, "where": where, "detail": shown}


def site(where, names=(), listens=(), roots=(), certificates=(), targets=()):
    # type: (str, Sequence[str], Sequence[str], Sequence[str], Sequence[str], Sequence[str]) -> dict[str, Any]
    return {
        "where": where,
        "names": unique(names),
        "listens": unique(listens),
        "roots": unique(roots),
        "certificates": unique(certificates),
        "targets": unique([redacted(target) for target in targets]),
    }


def unique(values):
    # type: (Sequence[str]) -> list[str]
    """In the order in which they came first."""
    found = []  # type: list[str]
    for value in values:
        if value and value not in found:
            found.append(value)
    return found
