"""What an action of a syslog does with a message, in each of the ways to write one."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.redact import MARK, redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PARAMETER = re.compile(r"([\w.]+)\s*=\s*(\"(?:\\.|[^\"\\])*\"|'[^']*'|\[[^\]]*\])", re.S)
FORWARD = re.compile(r"(@@?)(?:\([^)]*\))?(\[[^]\s]+\]|[^:;\s\[]+)(?::([\w-]+))?")
RELP = re.compile(r":omrelp:(?:\([^)]*\))?(\[[^]\s]+\]|[^:;\s]+)(?::([\w-]+))?")
# Server, database, user and password; > is an old name of ommysql.
DATABASE = re.compile(r"((?:>|:(om\w+):)([^,;]*),[^,;]*,[^,;]*,)[^;\s]+")
PROTOCOLS = {
    "ommysql": "mysql",
    "ompgsql": "postgresql",
    "omlibdbi": "sql",
    "omrelp": "relp",
    "omelasticsearch": "http",
    "omhttp": "http",
    "omhttpfs": "http",
    "omclickhouse": "http",
    "omkafka": "kafka",
    "ommongodb": "mongodb",
    "omhiredis": "redis",
    "omrabbitmq": "amqp",
    "omsnmp": "snmp",
    "omgssapi": "tcp",
    "omudpspoof": "udp",
    "omazureeventhubs": "amqp",
    "omamqp1": "amqp",
}
PORTS = {
    "ommysql": "3306",
    "ompgsql": "5432",
    "omrelp": "514",
    "omelasticsearch": "9200",
    "omfwd": "514",
    "omkafka": "9092",
}
TARGETS = ("target", "server", "broker", "host", "address", "uristr")
SECURE = ("tls", "usehttps", "usetls", "ssl")


def hidden(text):
    # type: (str) -> str
    """``text`` without its secrets; the password of a database stands fourth."""
    return DATABASE.sub(lambda match: match.group(1) + MARK, redacted(text))


def parameters(text):
    # type: (str) -> dict[str, str]
    """Names in small letters; secrets redacted. Those within a template's list come later."""
    found = {}  # type: dict[str, str]
    for name, value in PARAMETER.findall(text):
        name = name.lower()
        value = value if value[0] == "[" else value[1:-1]
        found.setdefault(name, redacted_value(name, value))
    return found


def action(text, before):
    # type: (str, dict[str, str]) -> tuple[str, str, dict[str, Any] | None]
    """(kind, destination, remote). ``before``: legacy settings that hold for it."""
    text = text.strip()
    if re.match(r"action\s*\(", text, re.I):
        return _scripted(parameters(text))
    forward, relp, database = FORWARD.match(text), RELP.match(text), DATABASE.match(text)
    if database:
        driver = database.group(2) or "ommysql"
        protocol, port = PROTOCOLS.get(driver, "sql"), PORTS.get(driver, "")
        return remote(driver, database.group(3), port, protocol, False)
    if relp:
        return remote("omrelp", relp.group(1), relp.group(2) or "514", "relp", False)
    if forward:
        sign, host, port = forward.groups()
        tls = sign == "@@" and before.get("$actionsendstreamdrivermode", "0").strip() not in "0"
        protocol = "tcp" if sign == "@@" else "udp"
        return remote("omfwd", host, port or "514", protocol, tls)
    return _local(text)


def _local(text):
    # type: (str) -> tuple[str, str, None]
    path = re.match(r"-?(/[^;\s]+)", text)
    if path:
        return "other" if path.group(1).startswith("/dev/") else "file", path.group(1), None
    if re.match(r"~|stop\b", text):
        return "discard", "", None
    for kind, pattern in (
        ("pipe", r"\|\s*([^;\s]+)"),
        ("dynamic", r"-?\?([^;\s]+)"),
        ("program", r"\^([^;\s]+)"),
        ("users", r":omusrmsg:([^;\s]+)"),
        ("users", r"(\*|[A-Za-z_][\w,-]*)(?:;\S*)?$"),
    ):
        found = re.match(pattern, text)
        if found:
            return kind, found.group(1), None
    return "other", "", None


def _scripted(given):
    # type: (dict[str, str]) -> tuple[str, str, dict[str, Any] | None]
    driver = given.get("type", "").lower()
    if driver == "omfile":
        if "file" in given:
            return "other" if given["file"].startswith("/dev/") else "file", given["file"], None
        return "dynamic", given.get("dynafile", ""), None
    if driver in ("omusrmsg", "omprog", "ompipe"):
        kind = {"omusrmsg": "users", "omprog": "program", "ompipe": "pipe"}[driver]
        return kind, given.get("users") or given.get("binary") or given.get("pipe", ""), None
    target = next((given[name] for name in TARGETS if name in given), "")
    if driver != "omfwd" and driver not in PROTOCOLS:
        return "other", "", None
    protocol = PROTOCOLS.get(driver) or given.get("protocol", "udp").lower()
    secure = any(given.get(name, "").lower() in ("on", "1", "yes") for name in SECURE)
    tls = secure or given.get("streamdrivermode", given.get("streamdriver.mode", "0")) != "0"
    port = given.get("port") or given.get("serverport") or PORTS.get(driver, "")
    return remote(driver, target, port, protocol, tls)


def remote(driver, target, port, protocol, tls):
    # type: (str, str, str, str, bool) -> tuple[str, str, dict[str, Any]]
    """A target may be a URL, a host and port, or a list of them, of which the first is taken."""
    first = re.search(r"[^\[\]\s\",']+", target) if target.startswith('["') else None
    host = first.group(0) if first else target
    scheme, _, rest = host.rpartition("://")
    tls = tls or scheme in ("https", "ssl", "amqps")
    host = rest.partition("/")[0] if scheme else host
    own = re.match(r"([^:]+):(\d+)$", host)
    host, port = own.groups() if own else (host, port)
    found = {"driver": driver, "host": host, "port": port, "protocol": protocol, "tls": tls}
    return "remote", "%s:%s/%s" % (host, port, protocol), found
