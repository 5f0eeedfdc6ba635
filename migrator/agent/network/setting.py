"""What a configuration file sets, values hidden where they are secret."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.redact import MARK, redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

# Keys of WLAN and tunnels that are secret in these files and harmless elsewhere.
SECRET = re.compile(
    r"(?i)^(wep-?key\d*|wireless[_-](wpa[_-])?key.*|key_?\d*|private|pre-?shared.*|pin"
    r"|.*\.(wep-?key\d*|pre-?shared.*|private-?key|pin))$"
)


def setting(where, key, value, line):
    # type: (str, str, str, str) -> dict[str, str]
    """``line`` is what the file has; ``value`` what it means."""
    if value and SECRET.search(key):
        return {"where": where, "key": key, "value": MARK, "raw": line.replace(value, MARK)}
    shown = redacted_value(key, value)
    raw = line.replace(value, shown) if value else line
    return {"where": where, "key": key, "value": shown, "raw": redacted(raw)}


def record(kind, where, interface="", settings=(), text=""):
    # type: (str, str, str, Sequence[dict[str, str]], str) -> dict[str, Any]
    """A migrator.facts.network.Configuration."""
    return {
        "kind": kind,
        "where": where,
        "interface": interface,
        "settings": list(settings),
        "text": text,
    }


def statements(host, path):
    # type: (Host, str) -> Iterator[dict[str, str]]
    """Lines of a first word and the rest, with or without an equals sign between them."""
    for where, line in host.numbered(path):
        found = re.match(r"\s*([^\s=#][^\s=]*)[\s=]*(.*?)\s*$", line)
        if found:
            yield setting(where, found.group(1), found.group(2), line)
        elif line.strip() and not line.lstrip().startswith("#"):
            host.strange("network", where, line)
