"""The one place that decides what looks secret in text, and hides it behind a mark.

What introduces a secret, such as ``--password`` or ``//user:`` in a URL, stays; what follows is
hidden up to the next blank: a word too many that is hidden is better than the rest of a password
that shows. All else stays byte for byte, and hiding twice hides no more.
"""

from __future__ import absolute_import, division, print_function

from migrator.agent.redact.names import is_harmless, is_secret
from migrator.agent.redact.rules import TEXT, WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Pattern, Sequence

    from migrator.agent.redact.rules import Rule

MARK = "<redacted>"
PASSES = 5  # what is hidden may uncover what another rule introduces


def redacted(text):
    # type: (str) -> str
    """A command line, setting, URL or any other text, its secrets replaced by MARK."""
    for _ in range(PASSES):
        before = text
        for hints, rules in TEXT:
            small = text.lower()
            if any(hint in small for hint in hints):
                for rule in rules:
                    text = _hidden(text, rule)
        if text == before:
            break
    return text


def redacted_words(words):
    # type: (Sequence[str]) -> list[str]
    """The arguments of a process, one by one: each may contain blanks, or be a shell's script."""
    text = "\0".join(words)
    for rule in WORDS:
        text = _hidden(text, rule)
    return [redacted(word) for word in text.split("\0")] if words else []


def redacted_value(name, value):
    # type: (str, str) -> str
    """The value of a setting or variable of this name."""
    if value and is_secret(name) and not is_harmless(name, value):
        return MARK
    return redacted(value)


def reveals(text):
    # type: (str) -> bool
    """Whether something in ``text`` looks secret and is not hidden yet."""
    return redacted(text) != text


def _hidden(text, rule):
    # type: (str, Rule) -> str
    introduction, is_meant, value = rule
    pieces = []
    done = 0
    for match in introduction.finditer(text):
        if match.start() >= done and is_meant(match):
            end = _end(match, value)
            if end > match.end():
                pieces += [text[done : match.end()], MARK]
                done = end
    return "".join(pieces) + text[done:]


def _end(match, value):
    # type: (Any, Pattern[str]) -> int
    found = value.match(match.string, match.end())
    return found.end() if found else match.end()
