"""Network interfaces belong to the engine: nothing configures the VM's card any more.

Who would is masked by the plan's ``services``; its files are changed as well, because some are read
without a service (netplan's generator, ``ifup`` from a script), and because a plan may keep one.
ifupdown keeps the loopback alone, ifcfg files of RHEL and SUSE are no longer started at boot,
netplan's files are commented, NetworkManager and systemd-networkd leave every interface alone. The
old addresses stay readable.
"""

from __future__ import annotations

from migrator.adapt.change import Change, Tree
from migrator.adapt.network import ifcfg, ifupdown, managers
from migrator.facts import Facts
from migrator.plan import Plan


def adapt(_: Facts, __: Plan, tree: Tree) -> list[Change]:
    return [*ifupdown.changes(tree), *ifcfg.changes(tree), *managers.changes(tree)]
