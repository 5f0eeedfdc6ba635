"""syslog-ng's configuration: its statements, and where its log paths lead."""

from __future__ import absolute_import, division, print_function

import itertools

from migrator.agent.host import Host
from migrator.agent.syslog.actions import remote
from migrator.agent.syslog.blocks import calls, first, hidden, options, statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Row = dict[str, Any]
    Rows = list[Row]
    Drivers = list[tuple[str, str]]  # name, arguments in their parentheses

TOP = "/etc/syslog-ng/syslog-ng.conf"
DEPTH = 8  # log paths within log paths
MOST = 50000  # statements
PARTS = ("rules", "remotes", "inputs", "templates", "statements")
FILES = ("file", "wildcard-file")
LOCAL = {"pipe": "pipe", "program": "program", "usertty": "users"}
NETWORK = ("tcp", "tcp6", "udp", "udp6", "network", "syslog")
# The protocol of drivers that send elsewhere.
ELSEWHERE = {
    "elasticsearch-http": "http",
    "elasticsearch2": "http",
    "http": "http",
    "loki": "grpc",
    "splunk-hec-event": "http",
    "kafka": "kafka",
    "kafka-c": "kafka",
    "mongodb": "mongodb",
    "redis": "redis",
    "amqp": "amqp",
    "mqtt": "mqtt",
    "smtp": "smtp",
    "graylog2": "tcp",
    "sql": "sql",
}
ENDS = ("destination", "flags")  # parts of a log path that select nothing
CONDITIONS = ("filter", "parser", "rewrite")  # without a name, in braces
TARGETS = ("url", "servers", "bootstrap-servers", "host", "uri", "address")


def read(host):
    # type: (Host) -> dict[str, Rows]
    rows = list(itertools.islice(_read(host, TOP, ()), MOST))
    drivers = dict(
        (row["name"], list(calls(row["body"]))) for row in rows if row["kind"] == "destination"
    )
    found = dict((name, []) for name in PARTS)  # type: dict[str, Rows]
    for row in rows:
        if row["kind"] in ("unparsed", "call"):
            host.strange("syslog", row["where"], row["raw"])
        found["statements"].append({key: row[key] for key in ("kind", "where", "raw")})
        if row["kind"] == "source":
            found["inputs"] += [_input(row["where"], *call) for call in calls(row["body"])]
        elif row["kind"] == "template":
            found["templates"].append({key: row[key] for key in ("where", "name", "raw")})
        elif row["kind"] == "log":
            _path(row, row["body"], "", drivers, found)
    return found


def _read(host, path, above):
    # type: (Host, str, tuple[str, ...]) -> Iterator[Row]
    """In the order in which they are read; relative includes are below the configuration.
    ``above``: the files that include this one."""
    line = 1
    for kind, name, body, raw in statements(host.text(path)):
        where = "%s:%d" % (path, line)
        line += raw.count("\n")
        if kind != "blank":
            yield {"kind": kind, "name": name, "where": where, "raw": hidden(raw), "body": body}
        for inside in _included(host, name) if kind == "include" else ():
            for row in (
                _read(host, inside, above + (path,)) if inside not in above + (path,) else ()
            ):
                yield row


def _included(host, name):
    # type: (Host, str) -> Iterator[str]
    pattern = name if name.startswith("/") else TOP.rpartition("/")[0] + "/" + name
    for path in host.matching(pattern):
        for inside in host.files(path) or [path]:
            yield inside


def _input(where, driver, arguments):
    # type: (str, str, str) -> Row
    given = options(arguments)
    return {
        "where": where,
        "module": driver,
        "address": given.get("ip", given.get("localip", "")),
        "port": given.get("port", ""),
        "path": "" if driver in NETWORK else first(arguments),
        "parameters": given,
    }


def _path(row, body, above, drivers, found, depth=0):
    # type: (Row, str, str, dict[str, Drivers], dict[str, Rows], int) -> None
    """One rule for each driver of each destination of a log path, which may hold others and
    sources and destinations without a name."""
    parts = [part for part in statements(body[1:-1]) if part[0] not in ("blank", "unparsed")]
    words = [above] * bool(above)
    words += [
        "%s(%s)" % (n, i[1:-1].strip()) for k, n, i, _ in parts if k == "call" and n not in ENDS
    ]
    words += [" ".join(raw.split()) for k, _, _, raw in parts if k in CONDITIONS]
    selector = hidden(" ".join(words))
    for kind, name, inner, _ in parts:
        if kind == "log" and depth < DEPTH:
            _path(row, inner, selector, drivers, found, depth + 1)
        elif kind == "source":
            found["inputs"] += [_input(row["where"], *call) for call in calls(inner)]
        elif kind == "destination" or (kind, name) == ("call", "destination"):
            named = drivers.get(inner[1:-1].strip().strip("\"'"), [])
            for driver in named if kind == "call" else calls(inner):
                _rule(row, selector, driver, found)


def _rule(row, selector, driver, found):
    # type: (Row, str, tuple[str, str], dict[str, Rows]) -> None
    kind, place, sent = _destination(*driver)
    rule = {"kind": kind, "where": row["where"], "selector": selector, "destination": place}
    rule.update(raw=row["raw"], ruleset="", program="", host="")
    found["rules"].append(dict(rule, parameters=options(driver[1])))
    if sent:
        found["remotes"].append(dict(sent, where=row["where"], selector=selector))


def _destination(driver, arguments):
    # type: (str, str) -> tuple[str, str, Row | None]
    place, given = first(arguments), options(arguments)
    if driver in FILES:
        kind = "dynamic" if "$" in place else "file"
        return "other" if place.startswith("/dev/") else kind, place, None
    if driver not in NETWORK and driver not in ELSEWHERE:
        return LOCAL.get(driver, "other"), hidden(place), None
    transport = given.get("transport", "udp" if driver.startswith("udp") else "tcp")
    place = hidden(place or next((given[name] for name in TARGETS if name in given), ""))
    tls = transport == "tls" or any(name == "tls" for name, _ in calls(arguments))
    protocol = ELSEWHERE.get(driver, "tcp" if transport == "tls" else transport)
    port = given.get("port", "514" if driver in NETWORK else "")
    return remote(driver, place, port, protocol, tls)
