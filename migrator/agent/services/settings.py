"""Settings of services whose configuration is one of keywords and values, a line each."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.redact import redacted_value
from migrator.agent.services.wanted import WANTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

# Blanks, an equals sign or a colon separate them, as in INI files, YAML and most others; JSON,
# shell and BIND quote or end them.
LINE = re.compile(r"""\s*(?:export\s+)?["']?([\w.-]+)["']?(?:\s*[=:]\s*|\s+)(.*?)[\s;,]*$""")
PORT = re.compile(r"(?:^|:)([0-9]{1,5})$")
COMMENT = ("#", ";", "//", "!")


def keywords(host, paths):
    # type: (Host, Sequence[str]) -> Iterator[tuple[str, str, str]]
    """(path:line, keyword in small letters, value) of each setting."""
    for path in paths:
        for where, line in host.numbered(path):
            found = None if line.lstrip().startswith(COMMENT) else LINE.match(line)
            if found:
                yield where, found.group(1).lower(), found.group(2).strip("\"' ")


def add(host, service):
    # type: (Host, dict[str, Any]) -> None
    """Data, ports and details of a service, from the configurations that it has."""
    data, ports, details = (
        set(words.split()) for words in WANTED.get(service["name"], ("", "", ""))
    )
    for _, key, value in keywords(host, service["configs"]) if data or ports or details else ():
        if key in data:
            add_data(service, re.split(r"[\s,]+", value))
        if key in ports:
            add_ports(service, value.split(" ")[:1])
        if key in details and "cert" in key and value.lstrip("<").startswith("/"):
            service["certificates"].append(value.lstrip("<"))
        if key in details and value:
            known = service["detail"].get(key)
            shown = redacted_value(key, value)
            if known is None:
                service["detail"][key] = shown
            elif shown not in known.split(" ; "):
                service["detail"][key] = known + " ; " + shown


def add_data(service, paths):
    # type: (dict[str, Any], Sequence[str]) -> None
    known = [data["path"] for data in service["data"]]
    for path in (path.strip("\"';").rstrip("/") for path in paths):
        if path.startswith("/") and path not in known:
            service["data"].append({"path": path, "size": None})


def add_ports(service, addresses):
    # type: (dict[str, Any], Sequence[str]) -> None
    """The ports of "80", "*:80", "[::]:80" and the like; of what has none, none."""
    found = [PORT.search(address) for address in addresses]
    ports = [int(port.group(1)) for port in found if port]
    service["ports"] = sorted(set(service["ports"] + ports))
