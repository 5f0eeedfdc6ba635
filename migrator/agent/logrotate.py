"""Which logs are rotated."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.files import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(root):
    # type: (Root) -> list[dict[str, Any]]
    """The patterns before each block; a block may list them over several lines."""
    found = []
    for path in ["/etc/logrotate.conf"] + root.files("/etc/logrotate.d"):
        patterns = []  # type: list[str]
        inside = False
        for where, line in root.numbered(path):
            text = line.partition("#")[0].strip()
            if inside:
                inside = text != "}"
                continue
            before, brace, _ = text.partition("{")
            patterns += [word.strip("\"'") for word in re.findall(r'"[^"]+"|/\S+', before)]
            if brace:
                found.append({"where": where, "patterns": patterns})
                patterns, inside = [], True
            elif not text.startswith(("/", '"')):
                patterns = []
    return found
