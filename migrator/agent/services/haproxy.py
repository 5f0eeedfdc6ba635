"""Frontends and backends of HAProxy."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.services.record import part, site

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SECTION = re.compile(
    r"(global|defaults|frontend|backend|listen|peers|userlist|resolvers)\b\s*(\S*)"
)


def add(host, service):
    # type: (Host, dict[str, Any]) -> None
    for config in service["configs"]:
        sections = []  # type: list[tuple[str, str, str, list[list[str]]]]
        for where, line in host.numbered(config):
            words = line.partition("#")[0].split()
            opened = SECTION.match(line)
            if opened:
                sections.append((where, opened.group(1), opened.group(2), [words[2:]]))
            elif words and sections:
                sections[-1][3].append(words)
        for where, kind, name, lines in sections:
            if kind in ("frontend", "listen"):
                service["sites"].append(_site(where, name, lines))
                service["certificates"] += service["sites"][-1]["certificates"]
            if kind == "backend":
                detail = {
                    "servers": ", ".join(_of(lines, "server", 2)),
                    "mode": " ".join(_of(lines, "mode", 1)),
                }
                service["parts"].append(part("backend", name, where, detail))


def _site(where, name, lines):
    # type: (str, str, list[list[str]]) -> dict[str, Any]
    binds = [words for words in lines if words and words[0] == "bind"]
    certificates = [words[words.index("crt") + 1] for words in binds if "crt" in words[:-1]]
    targets = (
        _of(lines, "default_backend", 1) + _of(lines, "use_backend", 1) + _of(lines, "server", 2)
    )
    return site(where, [name], _of(lines, "bind", 1), (), certificates, targets)


def _of(lines, keyword, position):
    # type: (list[list[str]], str, int) -> list[str]
    return [words[position] for words in lines if len(words) > position and words[0] == keyword]
