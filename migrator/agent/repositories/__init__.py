"""Where packages come from: sources, preferences and keys of apt, yum, dnf and zypper."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.repositories import apt, keys, yum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Directories and files that hold passwords or keys for repositories.
CREDENTIALS = (
    "/etc/apt/auth.conf",
    "/etc/apt/auth.conf.d",
    "/etc/zypp/credentials.cat",
    "/etc/zypp/credentials.d",
    "/etc/pki/entitlement",
    "/etc/sysconfig/rhn/systemid",
)


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    main, repositories = host.part("repositories.yum", lambda: yum.read(host), ([], []))
    sources = host.part("repositories.apt", lambda: apt.sources(host), []) + repositories
    installed = found["packages"].get("installed", [])
    return {
        "sources": sources,
        "pins": host.part("repositories.pins", lambda: apt.pins(host), []),
        "settings": main,
        "variables": host.part("repositories.variables", lambda: yum.variables(host), {}),
        "keys": host.part("repositories.keys", lambda: keys.read(host, sources, installed), []),
        "credentials": _credentials(host),
    }


def _credentials(host):
    # type: (Host) -> list[str]
    found = []  # type: list[str]
    for path in CREDENTIALS:
        names = host.files(path)
        found += names if names or not host.exists(path) or host.names(path) else [path]
    return found
