"""A configuration of syslog-ng cut into statements, which joined are the text again, and what
stands in their braces."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.redact import redacted, redacted_value
from migrator.agent.syslog.pieces import closing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, Pattern

DEPTH = 8  # parentheses within parentheses
BLANK = re.compile(r"(?:\s|#[^\n]*|/\*.*?(?:\*/|\Z)|;)+", re.S)
INCLUDE = re.compile(r"@?include\s+[\"']?([^\"'\s;]+)[\"']?\s*;?")
PRAGMA = re.compile(r"@[^\n]*")
STATEMENT = re.compile(r"([\w-]+)(?:\s+([^\s{};]+))?\s*(?=\{)")
LINE = re.compile(r"[^;\n]*;?")
WORD = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|[\w-]+|.", re.S)
CALL = re.compile(r"([\w-]+)\s*(?=\()")
SECRET = re.compile(r"(([\w-]+)\s*\(\s*)(\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s()\"']+)")
FIRST = re.compile(r"\(\s*(?:\"((?:\\.|[^\"\\])*)\"|'([^']*)'|([^\s()\"']+)(?![^\s()\"']|\s*\())")


def statements(text):
    # type: (str) -> Iterator[tuple[str, str, str, str]]
    """(kind, name, its braces, the text): blank, include with its pattern as name,
    setting (@version), call with its parentheses, unparsed, or the word that a statement begins
    with."""
    at = 0
    while at < len(text):
        kind, name, body, end = _next(text, at, LINE)
        yield kind, name, body, text[at:end]
        at = end


def _next(text, at, rest):
    # type: (str, int, Pattern[str]) -> tuple[str, str, str, int]
    """``rest``: how far goes what is none of it."""
    blank, included, pragma = (p.match(text, at) for p in (BLANK, INCLUDE, PRAGMA))
    if blank:
        return "blank", "", "", blank.end()
    if included:
        return "include", included.group(1), "", included.end()
    if pragma:
        return "setting", "", "", pragma.end()
    statement = STATEMENT.match(text, at)
    end = closing(text, statement.end()) if statement else 0
    if statement and end:
        name = (statement.group(2) or "").strip("\"'")
        return statement.group(1), name, text[statement.end() : end], end
    call = CALL.match(text, at)
    end = closing(text, call.end()) if call else 0
    if call and end:
        return "call", call.group(1), text[call.end() : end], end
    other = rest.match(text, at)
    return "unparsed", "", "", max(at + 1, other.end() if other else 0)


def calls(body):
    # type: (str) -> list[tuple[str, str]]
    """(name, arguments in their parentheses) of each call in braces or parentheses."""
    found = []
    at = 1
    while at < len(body):
        kind, name, inner, at = _next(body, at, WORD)
        if kind == "call":
            found.append((name, inner))
    return found


def first(arguments):
    # type: (str) -> str
    match = FIRST.match(arguments)
    return next((group for group in match.groups() if group), "") if match else ""


def hidden(text):
    # type: (str) -> str
    """``text`` without its secrets, which here stand in parentheses behind their names."""
    return redacted(SECRET.sub(lambda m: m.group(1) + redacted_value(m.group(2), m.group(3)), text))


def options(arguments, depth=0):
    # type: (str, int) -> dict[str, str]
    """Options of a driver, and those within them; secrets redacted."""
    found = {}  # type: dict[str, str]
    for name, inner in calls(arguments):
        deeper = options(inner, depth + 1) if depth < DEPTH and not first(inner) else {}
        found.update(deeper)
        value = inner[1:-1].strip().strip("\"'")
        found[name] = redacted_value(name, value) if not deeper else ""
    return dict((name, value) for name, value in found.items() if value)
