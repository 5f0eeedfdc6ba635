"""Sites of Apache: its virtual hosts, with all includes."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.assignments import settings
from migrator.agent.host import Host
from migrator.agent.services.record import site, unique
from migrator.agent.services.settings import add_ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

DEEPEST = 16  # includes in includes
OPEN = re.compile(r"\s*<(\w+)\s*([^>]*)>")
CLOSE = re.compile(r"\s*</(\w+)>")
LINE = re.compile(r"\s*(\w+)\s+(.*?)\s*$")
WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def add(host, service):
    # type: (Host, dict[str, Any]) -> None
    for config in service["configs"]:
        variables = settings(host, config.rpartition("/")[0] + "/envvars")
        sites = {}  # type: dict[str, list[tuple[str, list[str]]]]
        order = [""]
        for place, key, words in _directives(host, config, "", _base(host, config), variables, 0):
            if place not in order:
                order.append(place)
            sites.setdefault(place, []).append((key, words))
        for place in order:
            row = _site(place or config, sites.get(place, []))
            if place or row["names"] or row["roots"]:
                service["sites"].append(row)
                service["certificates"] += row["certificates"]
        listens = [words[0] for key, words in sites.get("", []) if key == "listen" and words]
        add_ports(service, listens)
        modules = [words[0] for key, words in sites.get("", []) if key == "loadmodule" and words]
        if modules:
            service["detail"]["modules"] = " ".join(unique(modules))


def _base(host, config):
    # type: (Host, str) -> str
    """What relative paths start from."""
    root = re.search(r'(?mi)^\s*ServerRoot\s+"?([^"\s]+)', host.text(config))
    return root.group(1).rstrip("/") if root else config.rpartition("/")[0]


def _site(where, directives):
    # type: (str, list[tuple[str, list[str]]]) -> dict[str, Any]
    def values(*names):
        # type: (str) -> list[str]
        return [word for key, words in directives if key in names for word in words]

    passed = [words for key, words in directives if key in ("proxypass", "proxypassmatch")]
    targets = [word for words in passed for word in words if "://" in word or "unix:" in word]
    targets += [w for w in values("balancermember", "sethandler", "rewriterule") if "://" in w]
    return site(
        where,
        values("servername", "serveralias"),
        values("listen", "virtualhost"),
        values("documentroot", "wsgiscriptalias"),
        values("sslcertificatefile"),
        targets,
    )


def _directives(host, path, place, base, variables, depth):
    # type: (Host, str, str, str, dict[str, str], int) -> Iterator[tuple[str, str, list[str]]]
    """(path:line of the virtual host or "", keyword in small letters, words)."""
    for where, line in host.numbered(path):
        opened, closed, plain = OPEN.match(line), CLOSE.match(line), LINE.match(line)
        if opened and opened.group(1).lower() == "virtualhost":
            place = where
            yield place, "virtualhost", opened.group(2).split()
        elif closed and closed.group(1).lower() == "virtualhost":
            place = ""
        elif plain and not line.lstrip().startswith("#"):
            key = plain.group(1).lower()
            words = [
                quoted or bare for quoted, bare in WORDS.findall(_filled(plain.group(2), variables))
            ]
            if key not in ("include", "includeoptional"):
                yield place, key, words
                continue
            for pattern in words if depth < DEEPEST else []:
                pattern = pattern if pattern[:1] == "/" else base + "/" + pattern
                for found in host.matching(pattern):
                    for included in [found] if not host.names(found) else host.files(found):
                        rows = _directives(host, included, place, base, variables, depth + 1)
                        for row in rows:
                            yield row


def _filled(text, variables):
    # type: (str, dict[str, str]) -> str
    """With the variables of Debian's envvars."""
    return re.sub(r"\$\{(\w+)\}", lambda m: variables.get(m.group(1), m.group(0)), text)
