"""Words as systemd, upstart and xinetd split them: at blanks, but not within quotes."""

from __future__ import absolute_import, division, print_function

import re

WORD = re.compile(
    r"""(?xs)(?:
      "(?:\\.|[^"\\])*"  |  '(?:\\.|[^'\\])*'  |  \\.  |  [^ \t\r\n"'\\]
      |  ["'\\]  # a quote that nobody closes
    )+"""
)
QUOTED = re.compile(r"""(?s)"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'""")


def words(text):
    # type: (str) -> list[str]
    """Without their quotes; escapes stay as they are."""
    return [QUOTED.sub(_inside, word) for word in WORD.findall(text)]


def _inside(match):
    # type: (re.Match[str]) -> str
    return (match.group(1) or "") + (match.group(2) or "")


def names(assignments):
    # type: (str) -> list[str]
    """The names of NAME=value words: the values may be secrets."""
    return [word.partition("=")[0] for word in words(assignments)]
