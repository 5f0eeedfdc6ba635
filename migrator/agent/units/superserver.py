"""Services of xinetd and inetd, which listen for them and start them on demand."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.redact import redacted
from migrator.agent.units.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

    Attributes = dict[str, str]

XINETD = "/etc/xinetd.conf"
INETD = "/etc/inetd.conf"
MOST_INCLUDED = 4  # files, one within the other
OFF = "#<off>#"  # how Debian's update-inetd switches a line off
ATTRIBUTE = re.compile(r"(\w+)\s*([+-]?=)\s*(.*)\Z")
TYPES = ("stream", "dgram", "raw", "rdm", "seqpacket", "sunrpc_tcp", "sunrpc_udp")


def units(host):
    # type: (Host) -> list[Record]
    return _xinetd(host) + _inetd(host)


def _xinetd(host):
    # type: (Host) -> list[Record]
    blocks = list(_blocks(host, XINETD))
    defaults = {}  # type: Attributes
    for _, kind, said in blocks:
        if kind == "defaults":
            defaults.update(said)
    return [
        _service(path, kind, said, defaults) for path, kind, said in blocks if kind != "defaults"
    ]


def _blocks(host, path, depth=0):
    # type: (Host, str, int) -> Iterator[tuple[str, str, Attributes]]
    """(file, name of the service or "defaults", its attributes)"""
    name = ""
    said = None  # type: Attributes | None
    for where, line in host.numbered(path):
        text = line.strip()
        words = text.split()
        attribute = ATTRIBUTE.match(text)
        if not text or text.startswith("#"):
            continue
        if text == "}" and said is not None:
            yield path, name, said
            name, said = "", None
        elif said is not None and attribute:
            _assign(said, *attribute.groups())
        elif text.startswith("{") and name and said is None:
            said = {}
        elif words[0] == "defaults" or (words[0] == "service" and len(words) > 1):
            name = words[1] if words[0] == "service" else "defaults"
            said = {} if text.endswith("{") else None
        elif words[0] in ("include", "includedir") and len(words) > 1 and depth < MOST_INCLUDED:
            for below in _included(host, words[0], words[1]):
                for block in _blocks(host, below, depth + 1):
                    yield block
        else:
            host.strange("units", where, redacted(line))


def _included(host, how, path):
    # type: (Host, str, str) -> list[str]
    """Of a directory xinetd leaves out names with a dot and copies that an editor made."""
    if how == "include":
        return [path]
    files = host.files(path)
    return [f for f in files if "." not in f.rpartition("/")[2] and not f.endswith("~")]


def _assign(said, key, how, value):
    # type: (Attributes, str, str, str) -> None
    before = said.get(key, "").split()
    if how == "+=":
        said[key] = " ".join(before + value.split())
    elif how == "-=":
        said[key] = " ".join(word for word in before if word not in value.split())
    else:
        said[key] = value


def _service(path, name, said, defaults):
    # type: (str, str, Attributes, Attributes) -> Record
    said = dict(said)
    own = said.pop("id", name)
    only = defaults.get("enabled", own).split()
    off = said.pop("disable", "no") == "yes" or own in defaults.get("disabled", "").split()
    variables = said.pop("env", "").split()
    command = " ".join(filter(None, [said.pop("server", ""), said.pop("server_args", "")]))
    said["service"] = name
    return record(
        "xinetd/" + own,
        "xinetd",
        path,
        enabled="disabled" if off or own not in only else "enabled",
        user=said.pop("user", ""),
        group=said.pop("group", ""),
        commands=[command] if command else [],
        environment_names=[word.partition("=")[0] for word in variables],
        properties=said,
    )


def _inetd(host):
    # type: (Host) -> list[Record]
    """``service socktype protocol wait user server arguments``; an internal service has no more
    than the word internal for a server."""
    found = []
    for where, line in host.numbered(INETD):
        off = line.startswith(OFF)
        text = line[len(OFF) :].strip() if off else line.strip()
        fields = text.split(None, 6)
        if not text or text.startswith("#"):
            continue
        if len(fields) < 6 or fields[1] not in TYPES:
            host.strange("units", where, redacted(line))
            continue
        service, kind, protocol, wait, owner, server = fields[:6]
        user, _, group = owner.replace(":", ".").partition(".")
        found.append(
            record(
                "inetd/%s/%s" % (service, protocol),
                "inetd",
                INETD,
                enabled="disabled" if off else "enabled",
                user=user,
                group=group,
                commands=[" ".join([server] + fields[6:])],
                properties={"socket_type": kind, "protocol": protocol, "wait": wait},
            )
        )
    return found
