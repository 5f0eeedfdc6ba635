"""Files of sections: systemd-networkd's and NetworkManager's."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.network.setting import record, setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Record = dict[str, Any]

# What /usr/lib has is the packages' own and no decision of this host.
NETWORKD = ("/etc/systemd/network", "/run/systemd/network")
RESOLVED = ("/etc/systemd/resolved.conf", "/etc/systemd/resolved.conf.d/*.conf")
MANAGER = (
    "/etc/NetworkManager/NetworkManager.conf",
    "/etc/NetworkManager/conf.d/*.conf",
)
CONNECTIONS = (
    "/etc/NetworkManager/system-connections",
    "/run/NetworkManager/system-connections",
)
NAMED = {
    "networkd": ("Match.Name", "NetDev.Name"),
    "NetworkManager": ("connection.interface-name",),
}


def read(host):
    # type: (Host) -> list[Record]
    found = [_file(host, "networkd", paths) for paths in _networkd(host)]
    for place in CONNECTIONS:
        for path in host.files(place):
            if not _is_backup(path):
                found.append(_file(host, "NetworkManager", [path]))
    for kind, patterns in (("NetworkManager.conf", MANAGER), ("resolved", RESOLVED)):
        for pattern in patterns:
            found += [_file(host, kind, [path]) for path in host.matching(pattern)]
    return [one for one in found if one["settings"] or one["kind"] == "networkd"]


def _networkd(host):
    # type: (Host) -> Iterator[list[str]]
    """Each file with its drop-ins, in the order of names; /etc hides the same name in /run."""
    found = {}  # type: dict[str, str]
    for place in reversed(NETWORKD):
        for path in host.files(place) + [p for p in host.matching(place + "/*") if host.link(p)]:
            if re.search(r"\.(network|netdev|link)$", path):
                found[path.rpartition("/")[2]] = path
    for name in sorted(found):
        drop_ins = [host.matching("%s/%s.d/*.conf" % (place, name)) for place in NETWORKD]
        yield [found[name]] + [path for paths in drop_ins for path in paths]


def _is_backup(path):
    # type: (str) -> bool
    """NetworkManager passes these over."""
    name = path.rpartition("/")[2]
    return name.startswith(".") or bool(re.search(r"(~|\.(bak|orig|rej|rpm\w+|dpkg-\w+))$", name))


def _file(host, kind, paths):
    # type: (Host, str, list[str]) -> Record
    """A file, its drop-ins behind it; keys are "Section.Key"."""
    settings = [one for path in paths for one in _settings(host, path)]
    names = [one["value"] for one in settings if one["key"] in NAMED.get(kind, ())]
    return record(kind, paths[0], names[0] if names else "", settings)


def _settings(host, path):
    # type: (Host, str) -> Iterator[dict[str, str]]
    section = ""
    for where, line in host.numbered(path):
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            section = text[1:-1]
        elif text and text[0] not in "#;":
            key, equals, value = text.partition("=")
            if equals:
                yield setting(where, section + "." + key.strip(), value.strip(), line)
            else:
                host.strange("network", where, line)
