"""Rules about disks, what manages them, and what the host offers from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.usage import on_volume
from migrator.facts import Facts
from migrator.plan.grants import ENGINE

BLOCK = re.compile(r"/dev/(sd[a-z]|vd[a-z]|xvd|hd[a-z]|nvme|dm-|mapper/|md\d|drbd|raw|rbd|asm)")
# They look after disks and keep no data on them.
CARETAKERS = re.compile(
    r"(systemd-udevd|udevd|smartd|multipathd|dmeventd|lvm\w*|mdadm|mdmon|udisksd|ntfs-3g|iscsid"
    r"|fwupd|hddtemp|blkid|fsck\S*|mount\S*|qemu\S*)$"
)
CONSUMERS = re.compile(r"(oracleasm|oracleafd|ceph-osd@.+|drbd(@.+)?|rawdevices)\.service$")


@rule(
    "STO-04",
    Level.BLOCKER,
    "The host exports file systems from its kernel",
    "The NFS server lives in the kernel, which a container shares with its target.",
    "Serve from the target, from nfs-ganesha or from a VM, then waive this finding.",
)
def exports(found: Facts) -> Iterator[Evidence]:
    used = any(s.name == "nfs-server" and s.state != "installed" for s in found.services)
    used = used or any(module.name == "nfsd" for module in found.kernel.modules)
    for export in found.storage.exports:
        if export.protocol == "nfs":
            shown = " ".join(export.raw.replace("\\\n", " ").split())
            level = Level.BLOCKER if used else Level.WARNING
            yield export.where, shown if used else f"{shown}, but no server runs", level


def _discover(finding: Finding) -> dict[str, Any]:
    portal = finding.evidence.rpartition(" ")[2]
    words = ["iscsiadm", "--mode", "discovery", "--type", "sendtargets", "--portal", portal]
    return {
        "name": "Find the host's disks from the target",
        "ansible.builtin.command": {"argv": words},
    }


@rule(
    "STO-07",
    Level.OVERRIDABLE,
    "Disks of another host, or disks with several paths",
    "Only the target can attach them; what lies on them is copied like the rest unless they move.",
    "Attach them on the target and bind what they hold into the container, or copy the data once.",
    side="target",
    task=lambda finding: _discover(finding) if ":" in finding.evidence else None,
)
def attached(found: Facts) -> Iterator[Evidence]:
    for node in found.storage.iscsi:
        yield node.where, f"{node.target} at {node.portal}"
    for device in found.storage.devices:
        if device.kind == "multipath":
            yield f"/dev/mapper/{device.mapper}", f"multipath over {', '.join(device.parents)}"


@rule(
    "STO-08",
    Level.BLOCKER,
    "The host offers disks to others by iSCSI",
    "The target server works in the kernel and needs its disks, neither of which a container has.",
    "Keep it as a VM, or serve the disks from elsewhere, then waive this finding.",
)
def offered(found: Facts) -> Iterator[Evidence]:
    for export in found.storage.exports:
        if export.protocol == "iscsi":
            yield export.where, f"{export.name} offers {export.path or 'a device'}"


@rule(
    "STO-09",
    Level.INFO,
    "Disks are managed inside the host",
    "The files are copied from what is mounted; volume groups, arrays and encryption stay behind.",
    "Nothing for LVM and RAID. What was encrypted at rest needs an encrypted disk on the target.",
    side="target",
)
def managed(found: Facts) -> Iterator[Evidence]:
    for group in found.storage.lvm.groups:
        names = [v.name for v in found.storage.lvm.logical if v.group == group.name]
        yield f"volume group {group.name}", f"logical volumes {', '.join(names) or 'none'}"
    # One that is active has another name in mdadm.conf.
    active = [array for array in found.storage.raid if array.active]
    for array in active or found.storage.raid:
        yield array.where, f"{array.name} {array.level}".strip()
    for line in found.storage.crypttab:
        swap = "swap" in line.options.split(",")
        yield line.where, line.raw, Level.INFO if swap else Level.RISK


@rule(
    "STO-10",
    Level.INFO,
    "Swap is in use",
    "Swap is the target's; the container is limited by its memory settings instead.",
    "Give the container the memory that the host used, swap included.",
    side="target",
)
def swap(found: Facts) -> Iterator[Evidence]:
    for area in found.storage.swaps:
        size = f"{area.used >> 20} MB of {area.size >> 20} MB are used"
        yield area.path, size if area.size else "by fstab"


@rule(
    "STO-11",
    Level.BLOCKER,
    "A program works on a block device",
    "A copy takes files; what is written to a device without a file system is in none of them.",
    "Keep it as a VM, move its data into files, or give the device to the container on the target.",
)
def raw_devices(found: Facts) -> Iterator[Evidence]:
    for process in found.processes:
        name = (process.exe or "".join(process.command[:1])).rpartition("/")[2]
        devices = [path for path in process.devices if BLOCK.match(path)]
        if devices and not process.container and not CARETAKERS.match(name):
            yield process.unit or f"{name} (pid {process.pid})", f"{name} has {' '.join(devices)}"
    for unit in found.units:
        if CONSUMERS.match(unit.name) and (unit.active == "active" or unit.enabled == "enabled"):
            yield unit.name, unit.description


@rule(
    "STO-13",
    Level.INFO,
    "Programs with capabilities of their own",
    "They are kept as attributes of the files. With one that the container does not have, the"
    " kernel refuses to start the program at all; on a volume, which the engine mounts with nosuid,"
    " it passes over them (risk).",
    "Check that the plan's capabilities have what is still needed; ping wants NET_RAW. Move a"
    " program off the volume, to /usr/local/sbin.",
    side="target",
)
def file_capabilities(found: Facts) -> Iterator[Evidence]:
    for program in found.security.privileged:
        if program.capabilities and on_volume(found, program.path):
            yield program.path, f"{program.capabilities}, on a volume", Level.RISK
        elif program.capabilities:
            names = re.findall(r"cap_(\w+)", program.capabilities)
            lost = [name.upper() for name in names if name.upper() not in ENGINE]
            shown = f"{program.capabilities}; the engine does not give {', '.join(lost)}"
            yield program.path, shown if lost else program.capabilities
