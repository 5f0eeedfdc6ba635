"""The files that set up the network, as the host's own programs read them at boot."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.host import Host
from migrator.agent.network import ifupdown, inifiles, sysconfig
from migrator.agent.network.setting import SECRET, record, setting, statements
from migrator.agent.redact import MARK, redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Record = dict[str, Any]

NETPLAN = ("/lib/netplan", "/usr/lib/netplan", "/etc/netplan", "/run/netplan")  # the last counts
UDEV = "/etc/udev/rules.d/*net*.rules"
LINES = (
    ("dhclient", "/etc/dhcp/dhclient*.conf"),
    ("dhclient", "/etc/dhclient*.conf"),
    ("dhcpcd", "/etc/dhcpcd.conf"),
    ("wpa_supplicant", "/etc/wpa_supplicant/*.conf"),
)
SCRIPTS = (
    "/etc/network/if-*.d/*",
    "/etc/NetworkManager/dispatcher.d/*",
    "/etc/NetworkManager/dispatcher.d/*.d/*",
    "/etc/networkd-dispatcher/*.d/*",
    "/etc/dhcp/dhclient-*-hooks.d/*",
    "/etc/sysconfig/network-scripts/if*-local",
    "/etc/sysconfig/network/scripts/*",
    "/sbin/ifup-local",
    "/sbin/ifup-pre-local",
    "/sbin/ifdown-local",
)
YAML = re.compile(r"(?m)^(\s*(?:-\s+)?[\"']?([\w.-]+)[\"']?\s*:[ \t]+)([^\s#{\[].*)$")


def read(host):
    # type: (Host) -> list[Record]
    found = ifupdown.read(host) + _netplan(host) + inifiles.read(host) + sysconfig.read(host)
    return found + _lines(host) + _udev(host) + _scripts(host)


def _netplan(host):
    # type: (Host) -> list[Record]
    """Whole files, since only a reader of YAML can say more; a later place hides the same name."""
    found = {}
    for place in NETPLAN:
        for path in host.files(place):
            if path.endswith(".yaml"):
                found[path.rpartition("/")[2]] = path
    return [
        record("netplan", found[name], text=_hidden(host, found[name])) for name in sorted(found)
    ]


def _hidden(host, path):
    # type: (Host, str) -> str
    def shown(match):
        # type: (Any) -> str
        return str(match.group(1) + MARK if SECRET.search(match.group(2)) else match.group(0))

    return redacted(YAML.sub(shown, host.text(path)))


def _lines(host):
    # type: (Host) -> list[Record]
    """Files of statements, kept as lines."""
    found = []
    for kind, pattern in LINES:
        for path in host.matching(pattern):
            found.append(record(kind, path, settings=list(statements(host, path))))
    return [one for one in found if one["settings"]]


def _udev(host):
    # type: (Host) -> list[Record]
    """Rules that give a card, known by its address, its name."""
    found = []
    for path in host.matching(UDEV):
        for where, line in host.numbered(path):
            name = re.search(r'\bNAME:?="([^"]+)"', line)
            if name and not line.lstrip().startswith("#"):
                matches = re.findall(r'([\w{}]+)\s*[=:]?=\s*"([^"]*)"', line)
                settings = [setting(where, key, value, line) for key, value in matches]
                found.append(record("udev", where, name.group(1), settings))
    return found


def _scripts(host):
    # type: (Host) -> list[Record]
    """Programs that run when an interface comes or goes."""
    names = [path for pattern in SCRIPTS for path in host.matching(pattern)]
    files = [path for path in names if os.path.isfile(host.at(path))]
    return [record("script", path) for path in files]
