"""Rules about storage."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.assess import RULES, Level
from migrator.facts.security import Privileged
from migrator.facts.services import Service
from migrator.facts.storage import (
    Automount,
    BlockDevice,
    CrypttabLine,
    Export,
    FstabLine,
    IscsiNode,
    LogicalVolume,
    Lvm,
    Quota,
    StateDirectory,
    VolumeGroup,
)
from tests import builders as make
from tests.assess import Cases, Goldens, check, check_golden, seen


def line(source: str, path: str, fstype: str, options: str = "defaults") -> FstabLine:
    raw = f"{source} {path} {fstype} {options} 0 0"
    return FstabLine("/etc/fstab:2", source, path, fstype, options, raw)


def export(protocol: str) -> Export:
    row = "/data 10.0.0.0/24(rw)"
    return Export(protocol, "/etc/exports:1", "/data", "/data", (), row)  # type: ignore[arg-type]


GB = 1 << 30
NFS = make.mount("/mnt", "network", "nfs4")
BIND = replace(make.mount("/srv/b"), bind=True, root="/srv/a")
AUTOFS = {
    "storage": {"automounts": (Automount("/etc/auto.master:1", "/home", "", "", "auto.home", ""),)}
}
NFS_SERVER = Service("files", "nfs-server", "running", "")

CASES: Cases = {
    "STO-01": (
        {"storage": {"fstab": (line("UUID=1-2", "/", "ext4"),)}},
        {
            "storage": {
                "fstab": (
                    line("tmpfs", "/tmp", "tmpfs"),
                    line("/dev/sr0", "/media/cdrom", "iso9660", "ro,noauto"),
                    line("UUID=3-4", "none", "swap", "sw"),
                )
            }
        },
    ),
    "STO-02": (
        {"storage": {"mounts": (make.mount("/srv/data"),)}},
        {
            "storage": {
                "mounts": (
                    make.mount("/"),
                    make.mount("/boot/efi", fstype="vfat"),
                    make.mount("/snap/core/1", fstype="squashfs"),
                    make.mount("/etc/hostname"),
                    BIND,
                )
            }
        },
    ),
    "STO-03": (
        {"storage": {"mounts": (NFS,)}},
        {"storage": {"mounts": (make.mount("/mnt"), make.mount("/m", "network", "cifs"))}},
    ),
    "STO-04": (
        {"storage": {"exports": (export("nfs"),)}, "services": (NFS_SERVER,)},
        {"storage": {"exports": (export("smb"),)}, "services": (NFS_SERVER,)},
    ),
    "STO-05": (
        {"storage": {"fstab": (line("//nas/x", "/mnt", "cifs"),)}},
        {"storage": {"mounts": (NFS,)}},
    ),
    "STO-06": (
        {**AUTOFS, "units": (make.unit("autofs.service"),)},
        {**AUTOFS, "units": (make.unit("autofs.service", active="", enabled="disabled"),)},
    ),
    "STO-07": (
        {"storage": {"iscsi": (IscsiNode("/etc/iscsi/nodes/a", "iqn.a", "10.0.0.9:3260", ""),)}},
        {"storage": {"devices": (BlockDevice("sda", "disk", GB, "8:0"),)}},
    ),
    "STO-08": (
        {"storage": {"exports": (export("iscsi"),)}},
        {"storage": {"exports": (export("nfs"),)}},
    ),
    "STO-09": (
        {
            "storage": {
                "lvm": Lvm(
                    groups=(VolumeGroup("vg0", GB, 0),),
                    logical=(LogicalVolume("a", "vg0", GB, "linear"),),
                )
            }
        },
        {},
    ),
    "STO-10": ({"storage": {"swaps": (make.swap("/dev/vdc"),)}}, {}),
    "STO-11": (
        {"processes": (replace(make.process(5, "/usr/bin/oracle"), devices=("/dev/sdb1",)),)},
        {
            "processes": (
                replace(make.process(5, "/usr/sbin/smartd"), devices=("/dev/sda",)),
                replace(make.process(6, "/usr/bin/app"), devices=("/dev/fuse",)),
            )
        },
    ),
    "STO-12": (
        {"storage": {"quotas": (Quota("/home", ("user",), ("/home/aquota.user",)),)}},
        {},
    ),
    "STO-13": (
        {"security": {"privileged": (Privileged("/bin/ping", "755", 0, 0, "cap_net_raw=ep"),)}},
        {"security": {"privileged": (Privileged("/bin/su", "4755", 0, 0, ""),)}},
    ),
    "STO-22": (
        {"storage": {"mounts": (make.mount("/", fstype="btrfs"),)}},
        {"storage": {"mounts": (make.mount("/"), make.mount("/srv", fstype="xfs"))}},
    ),
    "STO-23": (
        {"storage": {"mounts": (BIND,)}},
        {
            "storage": {
                "mounts": (
                    make.mount("/", fstype="overlay"),
                    make.mount("/var/lib/docker/overlay2/a/merged", fstype="overlay"),
                )
            }
        },
    ),
    "STO-24": (
        {"storage": {"fstab": (line("tmpfs", "/tmp", "tmpfs", "noexec,nosuid"),)}},
        {
            "storage": {
                "fstab": (
                    line("UUID=1-2", "/boot", "ext4", "nodev,nosuid"),
                    line("UUID=1-3", "/srv", "ext4", "defaults"),
                    line("tmpfs", "/dev/shm", "tmpfs", "noexec"),
                )
            }
        },
    ),
    "STO-27": (
        {"storage": {"mounts": (replace(make.mount("/"), used=GB - 2, available=1 << 20),)}},
        {"storage": {"mounts": (replace(make.mount("/"), used=1 << 29, available=0),)}},
    ),
}

GOLDENS: Goldens = {
    "STO-06": ("el6", "sles15"),
    "STO-11": ("el6", "el7"),
    "STO-17": ("el6", "el7"),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize("id", GOLDENS)
def test_golden_hosts_are_told_apart(id: str) -> None:
    check_golden(id, GOLDENS)


def test_a_disk_has_the_file_systems_that_its_fstab_mounts() -> None:
    fstab = (line("UUID=1", "/", "ext4"), line("LABEL=d", "/data", "xfs"))
    (found,) = seen("STO-02", storage={"fstab": fstab}, live=False)
    assert (found.where, found.evidence) == ("/data", "xfs on LABEL=d, by /etc/fstab:2")


def test_exports_that_nobody_serves_stop_nothing() -> None:
    (found,) = seen("STO-04", storage={"exports": (export("nfs"),)})
    assert found.level == Level.WARNING and found.evidence.endswith("but no server runs")


def test_a_network_mount_becomes_a_line_of_the_targets_fstab() -> None:
    task = RULES["STO-03"].task
    mounted = replace(NFS, source="nas:/x", options="rw,vers=4.2")
    (found,) = seen("STO-03", storage={"mounts": (mounted,)})
    assert task and task(found) == {
        "name": "Let the target mount what the host mounted",
        "ansible.builtin.lineinfile": {
            "path": "/etc/fstab",
            "line": "nas:/x /mnt nfs4 rw,vers=4.2 0 0",
        },
    }


def test_a_share_whose_password_stays_on_the_host_is_no_task() -> None:
    task = RULES["STO-05"].task
    hidden = line("//nas/x", "/mnt", "cifs", "user=a,password=<redacted>")
    (found,) = seen("STO-05", storage={"fstab": (hidden,)})
    assert task and task(found) is None


def test_what_a_fuse_program_mounted_is_no_task() -> None:
    task = RULES["STO-03"].task
    (found,) = seen("STO-03", storage={"mounts": (make.mount("/mnt", "network", "fuse.s3fs"),)})
    assert task and task(found) is None


def test_blanks_in_a_path_stay_one_word() -> None:
    (found,) = seen("STO-03", storage={"mounts": (replace(NFS, path="/my files"),)})
    assert found.evidence.split()[1] == "/my\\040files"


def test_a_mount_that_fstab_has_too_is_said_once_by_its_line() -> None:
    wanted = line("nas:/x", "/mnt", "nfs4", "ro")
    (found,) = seen("STO-03", storage={"mounts": (NFS,), "fstab": (wanted,)})
    assert (found.where, found.evidence) == ("/etc/fstab:2", wanted.raw)


def test_disks_of_another_host_are_looked_for_from_the_target() -> None:
    task = RULES["STO-07"].task
    (found,) = seen("STO-07", **CASES["STO-07"][0])
    argv = task and (task(found) or {})["ansible.builtin.command"]["argv"]
    assert argv and argv[-2:] == ["--portal", "10.0.0.9:3260"]
    multipath = BlockDevice(
        "dm-0", "multipath", GB, "254:0", mapper="mpatha", parents=("sda", "sdb")
    )
    (found,) = seen("STO-07", storage={"devices": (multipath,)})
    assert found.where == "/dev/mapper/mpatha" and task and task(found) is None


def test_encryption_at_rest_is_lost_unless_the_target_has_it() -> None:
    data = CrypttabLine("/etc/crypttab:1", "data", "/dev/sdb1", "none", "luks", "data /dev/sdb1")
    swap = CrypttabLine("/etc/crypttab:2", "s", "/dev/sdb2", "/dev/urandom", "swap", "s /dev/sdb2")
    found = seen("STO-09", storage={"crypttab": (data, swap)})
    assert [finding.level for finding in found] == [Level.RISK, Level.INFO]


def test_a_volume_takes_the_capabilities_of_a_program() -> None:
    host = {
        "security": {"privileged": (Privileged("/opt/a/web", "755", 0, 0, "cap_net_raw=ep"),)},
        "storage": {"state": (StateDirectory("/opt/a", "a"),)},
    }
    (found,) = seen("STO-13", **host)
    assert (found.level, found.evidence) == (Level.RISK, "cap_net_raw=ep, on a volume")
