"""How a service is recognised, and where it lives."""

from __future__ import absolute_import, division, print_function

import collections
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Pattern

Kind = collections.namedtuple("Kind", "kind name units programs commands packages configs data")


def kind(kind, name, units=None, programs=None, commands="", packages=None, configs="", data=""):
    # type: (str, str, str | None, str | None, str, str | None, str, str) -> Kind
    """``kind`` is the sort of service. A pattern for the whole of a unit's name (without suffix),
    of a program's base name and of a package's name is the service's own name unless given, and
    "" when there is none; ``commands`` is looked for in command lines, as those of Java and of
    scripts need it. ``configs`` and ``data`` are patterns of paths, separated by blanks.
    """
    own = re.escape(name)
    return Kind(
        kind,
        name,
        _whole(own if units is None else units),
        _whole(own if programs is None else programs),
        re.compile(commands) if commands else None,
        _whole(own if packages is None else packages),
        configs.split(),
        data.split(),
    )


def _whole(pattern):
    # type: (str) -> Pattern[str] | None
    return re.compile("(?:%s)$" % pattern) if pattern else None


def matching(pattern, names):
    # type: (Pattern[str] | None, Iterable[str]) -> list[str]
    return [name for name in names if pattern.match(name)] if pattern else []
