"""Which logs are rotated."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    """The patterns before each block; a block may list them over several lines."""
    rotations = []
    for path in ["/etc/logrotate.conf"] + host.files("/etc/logrotate.d"):
        patterns = []  # type: list[str]
        inside = False
        for where, line in host.numbered(path):
            text = line.partition("#")[0].strip()
            if inside:
                inside = text != "}"
                continue
            before, brace, _ = text.partition("{")
            patterns += [word.strip("\"'") for word in re.findall(r'"[^"]+"|/\S+', before)]
            if brace:
                rotations.append({"where": where, "patterns": patterns})
                patterns, inside = [], True
            elif not text.startswith(("/", '"')):
                patterns = []
    return rotations
