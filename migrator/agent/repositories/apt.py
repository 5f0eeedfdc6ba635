"""Sources and preferences of apt."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.deb822 import stanzas
from migrator.agent.host import Host
from migrator.agent.redact import redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Source = dict[str, Any]

APT = "/etc/apt"
READ_NAME = re.compile(r"[A-Za-z0-9_.-]+$")  # apt passes over files of other names
# Words of a line; blanks may stand within brackets (of a CD) and quotes.
WORD = re.compile(r"""(?:\[[^\]]*\]|"[^"]*"|[^\s\["#])+""")
LINE = re.compile(r"(deb|deb-src)(?:\s+\[([^\]]*)\])?\s+(.*)$")
OPTION = re.compile(r"([A-Za-z][A-Za-z-]*)([-+]?)=(\S*)")
PARTS = "types uris suites components enabled signed-by".split()
NEVER = "-32768"  # what apt takes the word for
INLINE = "-----BEGIN PGP"


def sources(host):
    # type: (Host) -> list[Source]
    found = list(_lines(host, APT + "/sources.list"))
    for path in host.files(APT + "/sources.list.d"):
        if not READ_NAME.match(path.rpartition("/")[2]):
            continue
        if path.endswith(".list"):
            found += _lines(host, path)
        elif path.endswith(".sources"):
            found += _stanzas(host, path)
    return found


def _lines(host, path):
    # type: (Host, str) -> Iterator[Source]
    for where, line in host.numbered(path):
        text = line.strip()
        if not text or text[0] == "#":
            continue
        match = LINE.match(text)
        words = [word.strip('"') for word in _words(match.group(3))] if match else []
        if not match or len(words) < 2:
            host.strange("repositories", where, redacted(line))
            continue
        options = dict(
            (name.lower() + sign, value)
            for name, sign, value in OPTION.findall(match.group(2) or "")
        )
        keys = options.pop("signed-by", "").split(",")
        yield _source(where, match.group(1), words[:1], words[1:2], words[2:], keys, options)


def _words(text):
    # type: (str) -> list[str]
    """Up to a comment, which may begin anywhere but within brackets and quotes."""
    words = []  # type: list[str]
    at = 0
    while True:
        match = re.compile(r"\s*").match(text, at)
        at = match.end() if match else at
        word = WORD.match(text, at)
        if not word:
            return words
        words.append(word.group(0))
        at = word.end()


def _stanzas(host, path):
    # type: (Host, str) -> Iterator[Source]
    for where, fields in stanzas(host, "repositories", path):
        if "types" not in fields or "uris" not in fields:
            raw = "\n".join("%s: %s" % pair for pair in sorted(fields.items()))
            host.strange("repositories", where, redacted(raw))
            continue
        signed = fields.get("signed-by", "")
        keys = ["inline"] if INLINE in signed else signed.replace(",", " ").split()
        types, uris, suites, components = [fields.get(name, "").split() for name in PARTS[:4]]
        options = dict((key, fields[key]) for key in fields if key not in PARTS)
        row = _source(where, " ".join(types), uris, suites, components, keys, options)
        row["enabled"] = fields.get("enabled", "yes").lower() not in ("no", "false", "0", "off")
        yield row


def _source(where, types, uris, suites, components, keys, options):
    # type: (str, str, list[str], list[str], list[str], list[str], dict[str, str]) -> Source
    trusted = options.get("trusted", "").lower()
    return {
        "where": where,
        "manager": "apt",
        "name": types,
        "title": "",
        "enabled": True,
        "addresses": [redacted(uri) for uri in uris],
        "mirrors": [],
        "suites": suites,
        "components": components,
        "keys": [key for key in keys if key],
        "checked": {"yes": False, "no": True}.get(trusted),
        "options": dict((key, redacted_value(key, options[key])) for key in options),
    }


def pins(host):
    # type: (Host) -> list[dict[str, Any]]
    paths = [APT + "/preferences"] + [
        path
        for path in host.files(APT + "/preferences.d")
        if re.match(r"[A-Za-z0-9_-]+(\.pref)?$", path.rpartition("/")[2])
    ]
    found = []
    for path in paths:
        for where, fields in stanzas(host, "repositories", path):
            priority = fields.get("pin-priority", "")
            priority = NEVER if priority == "never" else priority
            names = fields.get("package", fields.get("source", ""))
            if not re.match(r"[-+]?[0-9]{1,9}$", priority) or not names or "pin" not in fields:
                raw = "\n".join("%s: %s" % pair for pair in sorted(fields.items()))
                host.strange("repositories", where, redacted(raw))
                continue
            found.append(
                {
                    "where": where,
                    "packages": " ".join(names.split()),
                    "pin": fields["pin"],
                    "priority": int(priority),
                }
            )
    return found
