"""A configuration of rsyslog cut into pieces, which joined are the text again."""

from __future__ import absolute_import, division, print_function

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    Piece = tuple[str, str]  # what it is, its text

BLANK = re.compile(r"\s+")
COMMENT = re.compile(r"#[^\n]*|/\*.*?(?:\*/|\Z)", re.S)
CLOSE = re.compile(r"\}")
OPEN = re.compile(r"\{")
IF = re.compile(r"(?:if|foreach)\b(?=[^\n=]*[\s(])", re.I)
END_OF_IF = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\b(?:then|do)\b|.", re.S | re.I)
ELSE = re.compile(r"else\b", re.I)
OBJECT = re.compile(
    r"(?:action|module|input|template|ruleset|include|global|main_queue|parser|timezone"
    r"|lookup_table|dyn_stats|percentile_stats|ratelimit|property|constant)[ \t]*(?=\()",
    re.I,
)
WORDS = re.compile(
    r"(?:stop|continue)\b;?|call[ \t]+[\w.-]+;?|(?:call_indirect|set|unset|reset)\b"
    r"(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[^;\"'])*;?",
    re.I,
)
SETTING = re.compile(r"\$[A-Za-z](?:\\\n|[^\n])*")
PRIORITY = r"[\w*][\w*,]*\.[=!\w*,]+(?:;(?:\\?\s)*[\w*][\w*,]*\.[=!\w*,]+)*;?"
PROPERTY = r":[\w$!.-]+,\s*!?\w+(?:,\s*\"(?:\\.|[^\"\\\n])*\")?"
FILTER = re.compile(r"(?:%s|%s|&)(?:[ \t]|\\\n)*(?=[^\s])" % (PRIORITY, PROPERTY))
BLOCK = re.compile(r"(?:!|[+-](?=[\w*@:.-]))[^\n]*")
LINE = re.compile(r"(?:\\\n|[^\n])+")
INSIDE = re.compile(r"(?:\\\n|[^\n}])+")  # a line in braces, which may close behind it
LONGEST = 1 << 16  # letters of a statement
FIRST = (
    ("blank", BLANK),
    ("comment", COMMENT),
    ("open", OPEN),
    ("close", CLOSE),
    ("else", ELSE),
    ("words", WORDS),
    ("setting", SETTING),
)
# An object ends at its parenthesis, a template's list at its brace.
PAIRED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[(){}]|#[^\n]*|/\*.*?\*/", re.S)
LIST = re.compile(r"\s*(?=\{)")


def pieces(text):
    # type: (str) -> Iterator[Piece]
    """blank | comment | open | close | if | else | object | words | setting | filter | block |
    line (an action in the older language) | unparsed."""
    at = depth = 0
    wanting = False  # an action must follow
    while at < len(text):
        kind, end = _next(text, at, wanting, depth > 0)
        yield kind, text[at:end]
        at = end
        depth = max(0, depth + (kind == "open") - (kind == "close"))
        if kind not in ("blank", "comment"):
            wanting = kind in ("filter", "if", "else")


def _next(text, at, wanting, inside):
    # type: (str, int, bool, bool) -> tuple[str, int]
    for kind, pattern in FIRST:
        found = pattern.match(text, at)
        if found:
            return kind, found.end()
    if IF.match(text, at):
        return _condition(text, at)
    if OBJECT.match(text, at):
        return _object(text, at)
    found = None if wanting else FILTER.match(text, at)
    if found:
        return "filter", found.end()
    if wanting or inside:
        return "line", _end_of_line(text, at, inside)
    found = BLOCK.match(text, at)
    return ("block", found.end()) if found else ("unparsed", _end_of_line(text, at))


def _end_of_line(text, at, inside=False):
    # type: (str, int, bool) -> int
    found = (INSIDE if inside else LINE).match(text, at)
    return found.end() if found else at + 1


def _condition(text, at):
    # type: (str, int) -> tuple[str, int]
    """Up to its then, or the rest of the line when there is none."""
    for found in END_OF_IF.finditer(text, at, at + LONGEST):
        if found.group(0).lower() in ("then", "do"):
            return "if", found.end()
    return "unparsed", _end_of_line(text, at)


def _object(text, at):
    # type: (str, int) -> tuple[str, int]
    end = closing(text, at)
    if not end:
        return "unparsed", _end_of_line(text, at)
    items = LIST.match(text, end) if text[at : at + 8].lower() == "template" else None
    return "object", (items and closing(text, items.end())) or end


def closing(text, at):
    # type: (str, int) -> int
    """Behind the parenthesis or brace that closes the first one from ``at`` on; 0 for none."""
    depth = 0
    for found in PAIRED.finditer(text, at, at + LONGEST):
        if found.group(0) in ("(", "{"):
            depth += 1
        elif found.group(0) in (")", "}"):
            depth -= 1
            if depth <= 0:
                return found.end()
    return 0
