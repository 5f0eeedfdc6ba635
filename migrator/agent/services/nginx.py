"""Sites of nginx: its configuration with all includes, as a list of directives in blocks."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.services.record import site
from migrator.agent.services.settings import add_ports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    # path:line, the words of the directive, the blocks that it is in
    Directive = tuple[str, list[str], list[str]]

DEEPEST = 16  # includes in includes
TOKEN = re.compile(
    r"""#[^\n]*|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[{};]|(?:\\.|[^\s{};"'\\]|\$\{)+|\n"""
)
TARGETS = re.compile(r"(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass$")


def add(host, service):
    # type: (Host, dict[str, Any]) -> None
    for config in service["configs"]:
        directives = list(_directives(host, config, [], config.rpartition("/")[0], 0))
        upstreams = _upstreams(directives)
        servers = [d for d in directives if d[2] and d[2][-1].startswith("server ") and not d[1]]
        for where, _, blocks in servers:
            inside = [d[1] for d in directives if d[2][: len(blocks)] == blocks and d[1]]
            service["sites"].append(_site(where, inside, upstreams))
        for row in service["sites"]:
            service["certificates"] += row["certificates"]
            add_ports(service, [listen.split(" ")[0] for listen in row["listens"]])


def _site(where, directives, upstreams):
    # type: (str, list[list[str]], dict[str, list[str]]) -> dict[str, Any]
    def values(name):
        # type: (str) -> list[str]
        return [word for words in directives if words[0] == name for word in words[1:]]

    passes = [words[1] for words in directives if TARGETS.search(words[0]) and len(words) > 1]
    targets = []  # type: list[str]
    for target in passes:
        name = re.sub(r"^\w+://", "", target).partition("/")[0]
        targets += [target] + ["%s: %s" % (name, server) for server in upstreams.get(name, [])]
    return site(
        where,
        values("server_name"),
        [" ".join(words[1:]) for words in directives if words[0] == "listen"],
        values("root") + values("alias"),
        values("ssl_certificate"),
        targets,
    )


def _upstreams(directives):
    # type: (list[Directive]) -> dict[str, list[str]]
    found = {}  # type: dict[str, list[str]]
    for _, words, blocks in directives:
        name = re.match(r"upstream (\S+)", blocks[-1]) if blocks else None
        if name and len(words) > 1 and words[0] == "server":
            found.setdefault(name.group(1), []).append(words[1])
    return found


def _directives(host, path, blocks, base, depth):
    # type: (Host, str, list[str], str, int) -> Iterator[Directive]
    """Each directive; a block is one without words. A block's name is made unique by its place."""
    words = []  # type: list[str]
    inside = list(blocks)
    for line, token in _tokens(host.text(path)):
        where = "%s:%d" % (path, line)
        if token not in ("{", "}", ";"):
            words.append(token.strip("\"'"))
            continue
        if token == "{":
            inside.append("%s %s" % (" ".join(words), where))
            yield where, [], list(inside)
        elif token == ";" and words[:1] == ["include"] and depth < DEEPEST:
            for included in _included(host, words[1:], base):
                for row in _directives(host, included, inside, base, depth + 1):
                    yield row
        elif token == ";" and words:
            yield where, words, list(inside)
        elif token == "}" and len(inside) > len(blocks):
            inside.pop()
        words = []


def _included(host, patterns, base):
    # type: (Host, list[str], str) -> list[str]
    places = [pattern if pattern[:1] == "/" else base + "/" + pattern for pattern in patterns]
    return [path for place in places for path in host.matching(place)]


def _tokens(text):
    # type: (str) -> Iterator[tuple[int, str]]
    """(line, token) without comments."""
    line = 1
    for token in TOKEN.findall(text):
        if token != "\n" and token[0] != "#":
            yield line, token
        line += token.count("\n")
