"""rsyslog: the kernel's log is the target's; reading it from a container is refused."""

from __future__ import annotations

from migrator.adapt.change import Change, Tree, comment, edit
from migrator.facts import Facts
from migrator.plan import Plan

IMKLOG = r"""\s*(\$ModLoad\s+imklog\b|module\(\s*load\s*=\s*"imklog"|\$KLog)"""
REASON = "a container cannot read the kernel's log; the target's own syslog has it"


def adapt(found: Facts, _: Plan, tree: Tree) -> list[Change]:
    places = {
        rule.where.rpartition(":")[0] for rule in found.syslog.rules if rule.where.count("rsyslog")
    }
    return [
        change
        for path in sorted(places)
        for change in edit("rsyslog", tree, path, comment(IMKLOG), REASON)
    ]
