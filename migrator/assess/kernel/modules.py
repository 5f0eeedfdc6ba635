"""Modules of the kernel: a container can load none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.tasks import load_module
from migrator.assess.used import has_own_kernel, used
from migrator.facts import Facts

FOREIGN = {"proprietary", "out-of-tree", "forced", "unsigned"}
# Drivers for the old hypervisor, which has nothing to say on the target.
GUEST = re.compile(r"(vbox|vmw|vmx|vmhgfs|vmmemctl|vmci|vmblock|vsock|pvscsi|prl_|xen|hv_)")
# What services ask of the kernel beyond what every kernel has loaded.
NEEDED = (
    (re.compile(r"ip_vs$"), "load balancing by IPVS"),
    (re.compile(r"nf_conntrack_(ftp|sip|tftp|pptp|irc|amanda|h323|snmp)$"), "a firewall"),
    (re.compile(r"(drbd|nbd|rbd|zfs)$"), "block devices and volumes"),
    (re.compile(r"(openvswitch|wireguard)$"), "a network of its own"),
    (re.compile(r"(gfs2|ocfs2|dlm|ceph|lustre|beegfs|mmfs26)$"), "a cluster's file system"),
    (re.compile(r"(oracleacfs|oracleadvm|oracleoks|oracleasm)$"), "Oracle's storage"),
    (re.compile(r"(vxfs|vxio|vxdmp)$"), "Veritas' storage"),
    (re.compile(r"(sctp|dccp|tipc|rds|can|ax25)$"), "a network protocol"),
    (re.compile(r"(pptp|l2tp_ppp|ip_gre|ipip|vxlan|geneve)$"), "a tunnel"),
)
HARDWARE = {"loop", "lp", "ppdev", "parport_pc", "rtc", "fuse", "coretemp", "acpiphp", "virtio_rng"}
CALL = re.compile(r"(?:^|[\s;&|/(\"'])(modprobe|insmod|rmmod|depmod)\s+(?:-\S+\s+)*([\w./-]*)")


def _named(finding: Finding) -> dict[str, Any] | None:
    name = finding.evidence.partition(":")[0].partition(" ")[0]
    return load_module(name) if re.fullmatch(r"[\w-]+", name) else None


@rule(
    "KRN-03",
    Level.RISK,
    "A module that did not come with the kernel",
    "The target runs another kernel, without this module; a program that needs it does not work.",
    "Find out who needs it. Install it on the target in a version for the target's kernel, or keep"
    " what needs it on a VM.",
    side="target",
)
def foreign(found: Facts) -> Iterator[Evidence]:
    for module in found.kernel.modules if has_own_kernel(found) else ():
        taints = [taint for taint in module.taints if taint in FOREIGN]
        if taints and not GUEST.match(module.name):
            yield "/proc/modules", f"{module.name}: {', '.join(taints)}"


@rule(
    "KRN-04",
    Level.RISK,
    "A module that services may need",
    "A container cannot load modules: what needs one fails unless the target has it loaded.",
    "Load it on the target, and see that it is loaded at boot there.",
    side="target",
    task=_named,
)
def needed(found: Facts) -> Iterator[Evidence]:
    own = has_own_kernel(found)
    for module in found.kernel.modules if own else ():
        purposes = [purpose for pattern, purpose in NEEDED if pattern.match(module.name)]
        if purposes and FOREIGN.isdisjoint(module.taints):  # else the target has none to load
            yield "/proc/modules", f"{module.name}: {purposes[0]}"
    loaded = {module.name for module in found.kernel.modules}
    for setting in found.kernel.modules_load if own else ():
        name = setting.key.replace("-", "_")
        listed = any(pattern.match(name) for pattern, _ in NEEDED) and name in loaded
        of_machine = name in HARDWARE or GUEST.match(name)
        if setting.where.startswith("/etc/") and not of_machine and not listed:
            yield setting.where, f"{setting.key}: loaded at boot", Level.WARNING


def _called(finding: Finding) -> dict[str, Any] | None:
    call = CALL.search(finding.evidence)
    plain = call and call[1] == "modprobe" and re.fullmatch(r"[\w-]+", call[2])
    return load_module(call[2]) if call and plain else None


@rule(
    "KRN-05",
    Level.RISK,
    "A command that loads a module",
    "It fails in a container, and a unit whose ExecStartPre fails does not start.",
    "Load the module on the target at boot, and take the command away in a drop-in, or write a"
    " - before it.",
    side="target",
    task=_called,
)
def calls(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        if not unit.name.startswith(("modprobe@", "systemd-modules-load", "kmod")):
            others = [other.command for other in unit.other_commands]
            for command in (*unit.commands, *others):
                if CALL.search(command):
                    yield unit.name, command
    for job in found.cron.jobs:
        if CALL.search(job.command):
            yield job.where, job.command
