"""Packages that yum, dnf and zypper are told to leave at their version."""

from __future__ import absolute_import, division, print_function

import fnmatch

from migrator.agent.deb822 import stanzas
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

LISTS = ("/etc/yum/pluginconf.d/versionlock.list", "/etc/dnf/plugins/versionlock.list")
ZYPPER = "/etc/zypp/locks"


def locks(host):
    # type: (Host) -> Callable[[str, str, str], bool]
    """A function of name, version with epoch, and architecture: whether the package is locked."""
    patterns = [
        line.strip()
        for path in LISTS
        for line in host.lines(path)
        if line.strip() and line.strip()[0] not in "#!"  # "!" excludes a version instead
    ]
    patterns += [
        fields["solvable_name"]
        for _, fields in stanzas(host, "packages", ZYPPER)
        if "solvable_name" in fields and fields.get("type", "package") == "package"
    ]

    def locked(name, version, architecture):
        # type: (str, str, str) -> bool
        spellings = _spellings(name, version, architecture) if patterns else []
        return any(fnmatch.fnmatchcase(s, pattern) for pattern in patterns for s in spellings)

    return locked


def _spellings(name, version, architecture):
    # type: (str, str, str) -> list[str]
    """How yum (epoch first) and dnf (epoch before the version) may name a package."""
    epoch, _, plain = version.rpartition(":")
    epoch = epoch or "0"
    short = [
        name,
        "%s-%s" % (name, plain),
        "%s:%s-%s" % (epoch, name, plain),
        "%s-%s:%s" % (name, epoch, plain),
    ]
    return short + ["%s.%s" % (spelling, architecture) for spelling in short]
