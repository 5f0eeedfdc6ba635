"""Variables and routes below /etc/sysconfig: Red Hat's network scripts and SUSE's."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.network.setting import record, setting, statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Record = dict[str, Any]

RED_HAT = "/etc/sysconfig/network-scripts"
SUSE = "/etc/sysconfig/network"
# (kind, directory, beginnings of names): variables, or lines as "ip" takes them.
VARIABLES = (("ifcfg", RED_HAT, ("ifcfg-",)), ("suse", SUSE, ("ifcfg-",)))
LINES = (
    ("route", RED_HAT, ("route-", "route6-", "rule-", "rule6-")),
    ("route", SUSE, ("ifroute-", "ifrule-", "routes")),
)
GLOBAL = (("ifcfg", SUSE), ("suse", SUSE + "/config"), ("suse", SUSE + "/dhcp"))
LEFT_OVER = re.compile(r"(~|\.(bak|old|orig|rpm(new|orig|save)|scpmbackup|swp))$")
VARIABLE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$")


def read(host):
    # type: (Host) -> list[Record]
    found = [_variable_file(host, kind, path, "") for kind, path in GLOBAL]
    for kind, path, name in _files(host, VARIABLES):
        found.append(_variable_file(host, kind, path, name))
    for kind, path, name in _files(host, LINES):
        found.append(record(kind, path, name, list(statements(host, path))))
    return [one for one in found if one["settings"]]


def _files(host, families):
    # type: (Host, tuple[tuple[str, str, tuple[str, ...]], ...]) -> Iterator[tuple[str, str, str]]
    """(kind, path, interface); what an editor or a package left behind is passed over."""
    for kind, place, beginnings in families:
        for path in host.files(place):
            name = path.rpartition("/")[2]
            begun = next((word for word in beginnings if name.startswith(word)), "")
            if begun and not LEFT_OVER.search(name):
                yield kind, path, name[len(begun) :]


def _variable_file(host, kind, path, interface):
    # type: (Host, str, str, str) -> Record
    """The file's DEVICE counts more than its name."""
    settings = list(_variables(host, path))
    device = [one["value"] for one in settings if one["key"] == "DEVICE"]
    return record(kind, path, (device or [interface])[-1], settings)


def _variables(host, path):
    # type: (Host, str) -> Iterator[dict[str, str]]
    for where, line in host.numbered(path):
        found = VARIABLE.match(line)
        if found:
            yield setting(where, found.group(1), unquoted(found.group(2)), line)
        elif line.strip() and not line.lstrip().startswith("#"):
            host.strange("network", where, line)


def unquoted(text):
    # type: (str) -> str
    """What the shell makes of the right side of an assignment, variables left as they are."""
    found = re.match(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|((?:[^\s#\\;]|\\.)*))""", text)
    if not found:
        return text.strip()
    double, single, bare = found.groups()
    if single is not None:
        return str(single)
    return re.sub(r"\\(.)", r"\1", double if double is not None else bare or "")
