"""Rules of the kernel's audit, in the order in which auditd loads them."""

from __future__ import absolute_import, division, print_function

from migrator.agent.accounts.rights import setting
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RULES = "/etc/audit/rules.d/*.rules"
COMPILED = "/etc/audit/audit.rules"  # made of the others, except on EL6 and older


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    found = []
    for path in host.matching(RULES) or [COMPILED]:
        for where, line in host.numbered(path):
            if line.strip() and line.strip()[0] != "#":
                found.append(setting(where, line))
    return found
