"""Proxies on the way out, and who may come in by tcp wrappers."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.network.setting import setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLACES = (
    "/etc/environment",
    "/etc/profile",
    "/etc/profile.d/*",
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/csh.login",
    "/etc/sysconfig/proxy",
    "/etc/systemd/system.conf",
    "/etc/systemd/system.conf.d/*.conf",
    "/etc/wgetrc",
    "/etc/curlrc",
    "/root/.wgetrc",
    "/root/.curlrc",
    "/etc/apt/apt.conf",
    "/etc/apt/apt.conf.d/*",
    "/etc/yum.conf",
    "/etc/dnf/dnf.conf",
    "/etc/zypp/zypp.conf",
    "/etc/rhsm/rhsm.conf",
    "/etc/gitconfig",
    "/root/.gitconfig",
    "/root/.npmrc",
    "/root/.config/pip/pip.conf",
    "/etc/pip.conf",
)
ASSIGNED = re.compile(
    r"""(?i)(?:^|[\s"';])((?:(?:https?|ftp|rsync|gopher|all|no|socks)_)?proxy(?:_hostname|_port)?)"""
    r"""(?:\s*=\s*|\s+)(?:"([^"]*)"|'([^']*)'|([^\s"';]+))"""
)
APT = re.compile(r"""(?i)\b(Acquire(?:::\w+)*::Proxy[^\s"']*)\s+"([^"]*)\"""")


def proxies(host):
    # type: (Host) -> list[dict[str, str]]
    """Settings that send programs to a proxy, or past it."""
    found = []
    for pattern in PLACES:
        for path in host.matching(pattern):
            for where, line in host.numbered(path):
                if "roxy" in line or "PROXY" in line:
                    found += _assigned(where, line)
    return found


def _assigned(where, line):
    # type: (str, str) -> list[dict[str, str]]
    if re.match(r"\s*(#|//)", line):
        return []
    matches = APT.findall(line) or ASSIGNED.findall(line)
    return [setting(where, match[0], "".join(match[1:]), line) for match in matches]


def wrappers(host):
    # type: (Host) -> list[dict[str, Any]]
    """The rules of hosts.allow and hosts.deny: the first that matches counts, allow before deny."""
    found = []
    for verdict in ("allow", "deny"):
        for where, line in _joined(host, "/etc/hosts." + verdict):
            parts = [part.strip() for part in re.split(r"(?<!\\):(?![^\[]*\])", line)]
            if len(parts) < 2 or not parts[0]:
                host.strange("network", where, line)
                continue
            record = {"where": where, "verdict": verdict, "options": parts[2:]}
            found.append(dict(record, daemons=_list(parts[0]), clients=_list(parts[1])))
    return found


def _joined(host, path):
    # type: (Host, str) -> list[tuple[str, str]]
    """Lines with what continues them, without comments."""
    found = []  # type: list[tuple[str, str]]
    begun = False
    for where, line in host.numbered(path):
        if begun:
            found[-1] = (found[-1][0], found[-1][1] + line.rstrip("\\"))
        elif line.strip() and not line.lstrip().startswith("#"):
            found.append((where, line.rstrip("\\")))
        else:
            continue
        begun = line.endswith("\\")
    return found


def _list(text):
    # type: (str) -> list[str]
    return [word for word in re.split(r"[\s,]+", text) if word]
