"""Command lines of units as words of a shell, exactly as systemd would split and expand them."""

from __future__ import annotations

import re
import shlex

from migrator.agent.units.unitfile import PREFIXES
from migrator.agent.units.words import WORD

ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "s": " "}
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{3}|.)", re.DOTALL)
QUOTED = re.compile(r"""(?s)"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|((?:\\.|[^"'\\])+|.)""")
VARIABLE = re.compile(r"\$\{(\w+)\}|\$\$")


def command(line: str) -> str:
    """``line`` of ExecStart for a shell. What ``-`` before it means is up to the caller."""
    prefixes = line[: len(line) - len(line.lstrip(PREFIXES))]
    tokens = [plain(token) for token in WORD.findall(line.lstrip(PREFIXES))]
    if "@" in prefixes:  # the second word is only how the program shall see itself called
        del tokens[1:2]
    made = [shlex.quote(token) if ":" in prefixes else word(token) for token in tokens]
    return " ".join(made)


def word(token: str) -> str:
    """``$NAME`` alone is split at its blanks, ``${NAME}`` is not."""
    if re.fullmatch(r"\$[A-Za-z_]\w*", token):
        return token
    made, at = "", 0
    for found in VARIABLE.finditer(token):
        made += _quote(token[at : found.start()])
        made += f'"${{{found.group(1)}-}}"' if found.group(1) else "'$'"
        at = found.end()
    return made + _quote(token[at:]) or "''"


def _quote(text: str) -> str:
    return shlex.quote(text) if text else ""


def plain(token: str) -> str:
    """Without quotes, and with what escapes stand for."""
    return "".join(ESCAPE.sub(_escaped, "".join(parts)) for parts in QUOTED.findall(token))


def _escaped(match: re.Match[str]) -> str:
    text = match.group(1)
    if text[0] in "xu" and len(text) > 1:
        return chr(int(text[1:], 16))
    return chr(int(text, 8)) if len(text) == 3 else ESCAPES.get(text, text)
