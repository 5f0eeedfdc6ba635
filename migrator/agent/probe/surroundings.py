"""What processes run in: their environment, without telling what is in it, and their limits."""

from __future__ import absolute_import, division, print_function

import hashlib

from migrator.agent.files import Root, decoded
from migrator.agent.processes import status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LENGTH = 12  # characters of a digest: enough to compare, too few to be sure of a guess


def variables(pids):
    # type: (dict[str, int]) -> dict[str, dict[str, str]]
    """Name of a unit -> name of a variable of its process -> digest of the value."""
    found = {}
    for unit, pid in pids.items():
        content = Root("/").raw("/proc/%d/environ" % pid)
        if content:
            found[unit] = dict(_digests(content))
    return found


def _digests(content):
    # type: (bytes) -> Any
    for word in content.split(b"\0"):
        name, equals, value = word.partition(b"=")
        if name and equals:
            yield decoded(name), hashlib.sha256(value).hexdigest()[:LENGTH]


def limits(pids):
    # type: (dict[str, int]) -> dict[str, dict[str, str]]
    """Name of a unit -> name of a limit, as limits.conf has it, -> soft:hard."""
    texts = dict((unit, Root("/").text("/proc/%d/limits" % pid)) for unit, pid in pids.items())
    return dict((unit, status.limits(text, {})) for unit, text in texts.items() if text)
