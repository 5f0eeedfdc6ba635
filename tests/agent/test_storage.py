from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.agent import storage
from migrator.agent.host import Host
from migrator.decode import decode
from migrator.facts.storage import Storage, Swap
from tests.agent.trees import grown


def read(
    top: Path, files: dict[str, str], commands: dict[str, str] | None = None, live: bool = True
) -> tuple[Storage, Host]:
    said = [(command.split(), output) for command, output in (commands or {}).items()]
    host = Host(grown(top, files), recording=said if live else None)
    return decode(Storage, storage.read(host, {"taken_at": 0})), host


MOUNTS = """\
1 1 0:1 / / rw - rootfs rootfs rw
22 1 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/vg_root-lv--root rw,usrquota,grpquota
23 22 0:4 / /proc rw - proc proc rw
24 22 253:1 / /srv rw - xfs /dev/sdb1 rw,prjquota
25 24 253:1 /shop /opt/shop rw - xfs /dev/sdb1 rw,prjquota
26 22 0:30 /@/home /home rw - btrfs /dev/sdc rw,subvol=/@/home
27 22 0:30 /@/var /var rw - btrfs /dev/sdc rw,subvol=/@/var
28 22 0:40 / /mnt/nas rw - nfs4 nas:/export rw
"""


def test_mounts_of_a_recorded_host(tmp_path: Path) -> None:
    found, _ = read(tmp_path, {"proc/self/mountinfo": MOUNTS})
    assert [(m.path, m.kind, m.bind, m.parent) for m in found.mounts] == [
        ("/", "kernel", False, ""),
        ("/", "local", False, "/"),
        ("/proc", "kernel", False, "/"),
        ("/srv", "local", False, "/"),
        ("/opt/shop", "local", True, "/srv"),
        ("/home", "local", False, "/"),  # two subvolumes are no binds of each other
        ("/var", "local", False, "/"),
        ("/mnt/nas", "network", False, "/"),
    ]
    assert found.mounts[4].root == "/shop" and found.mounts[4].device == "253:1"
    assert {mount.size for mount in found.mounts} == {0}  # a recording has no sizes


def test_sizes_of_this_machine() -> None:
    if os.geteuid():
        pytest.fail("run it as root, as all tests that mount")
    rows = storage.mounts(Host("/"))
    root = next(row for row in rows if row["path"] == "/" and row["kind"] != "kernel")
    assert root["size"] >= root["used"] > 0 and root["size"] > root["available"] > 0
    assert not next(row for row in rows if row["path"] == "/proc")["size"]


def test_fstab(tmp_path: Path) -> None:
    text = (
        "# disks\nUUID=1 / ext4 defaults 0 1\n/dev/vdb /srv/my\\040data ext4\nhalf line\n"
        "//nas/x /mnt cifs username=u,password=hunter2,uid=5 0 x\n"
    )
    found, host = read(tmp_path, {"etc/fstab": text})
    rows = [(row.source, row.path, row.options, row.freq, row.passno) for row in found.fstab]
    assert rows[:2] == [
        ("UUID=1", "/", "defaults", 0, 1),
        ("/dev/vdb", "/srv/my data", "defaults", 0, 0),
    ]
    assert "hunter2" not in str(found.fstab) and found.fstab[2].options.endswith(",uid=5")
    assert [row["raw"] for row in host.unparsed] == ["half line"]


def test_crypttab(tmp_path: Path) -> None:
    text = "data UUID=2 /etc/keys/data luks,discard\nswap /dev/vdb1\nodd\n"
    found, host = read(tmp_path, {"etc/crypttab": text})
    assert [(row.name, row.source, row.key, row.options) for row in found.crypttab] == [
        ("data", "UUID=2", "/etc/keys/data", "luks,discard"),
        ("swap", "/dev/vdb1", "none", ""),
    ]
    assert [row["raw"] for row in host.unparsed] == ["odd"]


def test_swaps(tmp_path: Path) -> None:
    text = "Filename Type Size Used Priority\n/swap\\040file file 1048572 512 -2\nodd\n"
    found, host = read(tmp_path, {"proc/swaps": text})
    assert found.swaps == (Swap("/swap file", "file", 1048572 * 1024, 512 * 1024, -2),)
    assert [row["raw"] for row in host.unparsed] == ["odd"]


def test_swaps_of_a_disk_are_those_of_its_fstab(tmp_path: Path) -> None:
    found, _ = read(tmp_path, {"etc/fstab": "/swapfile none swap sw 0 0\n"}, live=False)
    assert found.swaps == (Swap("/swapfile", "", 0, 0, 0),)


def test_quotas(tmp_path: Path) -> None:
    found, _ = read(tmp_path, {"proc/self/mountinfo": MOUNTS, "aquota.user": ""})
    assert [(row.path, row.kinds, row.files) for row in found.quotas] == [
        ("/", ("user", "group"), ("/aquota.user",)),
        ("/srv", ("project",), ()),
    ]
    other = {"etc/fstab": "/dev/sda1 /home ext4 usrjquota=aquota.user,jqfmt=vfsv0,noatime 0 2\n"}
    found, _ = read(tmp_path / "disk", other, live=False)
    assert [(row.path, row.kinds) for row in found.quotas] == [("/home", ("user",))]


LVS = "lvs --readonly"
COMMANDS = {
    "pvs --readonly": "  /dev/sda2|vg_root|10737418240|1073741824\n",
    "vgs --readonly": "  vg_root|10737418240|1073741824\n",
    LVS: "  lv-root|vg_root|8589934592|-wi-ao----||\n",
    "xfs_info /srv": "meta-data=/dev/sdb1 crc=1 reflink=1\n",
}
DM = {
    "sys/block/dm-0/dev": "253:0\n",
    "sys/block/dm-0/size": "16777216\n",
    "sys/block/dm-0/dm/name": "vg_root-lv--root\n",
    "sys/block/dm-0/dm/uuid": "LVM-abc\n",
}


def test_snapshots(tmp_path: Path) -> None:
    found, _ = read(tmp_path, {"proc/self/mountinfo": MOUNTS, **DM}, COMMANDS)
    assert [(row.path, row.method, row.free) for row in found.snapshots] == [
        ("/", "lvm", 1 << 30),
        ("/srv", "xfs-reflink", 0),
        ("/home", "btrfs", 0),
        ("/var", "btrfs", 0),
    ]


def test_state_directories_are_those_of_other_users(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.fail("this test changes owners: run it as root")
    for name in ("opt/shop/bin", "opt/shop/var/inner", "var/lib/mysql"):
        (tmp_path / name).mkdir(parents=True)
    os.chown(tmp_path / "opt/shop/var", 999, 999)
    found = storage.state(Host(str(tmp_path)), {999: "shop"})
    assert found == [{"path": "/opt/shop/var", "user": "shop"}]


FILES = [
    *("etc/fstab", "etc/crypttab", "proc/swaps", "proc/mdstat", "etc/mdadm.conf"),
    *("etc/lvm/backup/vg", "etc/multipath.conf", "etc/exports", "etc/samba/smb.conf"),
    *("etc/target/saveconfig.json", "etc/tgt/targets.conf", "etc/auto.master", "etc/auto.misc"),
    *("etc/iscsi/initiatorname.iscsi", "var/lib/iscsi/nodes/iqn.x/10.0.0.1,3260,1/default"),
    *("sys/block/sda/size", "run/udev/data/b8:0", "proc/self/mountinfo"),
]
WORDS = ["{", "}", "=", "[", "]", '"a"', "key", "#", "\n", "md0 : active", "1 blocks", "\\\n", "/x"]


@pytest.mark.parametrize("name", FILES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    content=st.binary(max_size=200)
    | st.lists(st.sampled_from(WORDS)).map(lambda words: " ".join(words).encode())
)
def test_no_bytes_make_it_fail(tmp_path: Path, name: str, content: bytes) -> None:
    base = {"etc/auto.master": "/misc /etc/auto.misc\n", "sys/block/sda/dev": "8:0\n"}
    grown(tmp_path, base)
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    _, host = read(tmp_path, {})
    assert not [row for row in host.failures if row["kind"] == "failed"]


@given(st.lists(st.lists(st.sampled_from(["UUID=1", "/a", "ext4", "0", "#x", "a#b"]), max_size=7)))
def test_no_line_of_fstab_is_lost(lines: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as top:
        text = "".join(" ".join(words) + "\n" for words in lines)
        found, host = read(Path(top), {"etc/fstab": text})
    kept = [row.raw for row in found.fstab] + [row["raw"] for row in host.unparsed]
    assert sorted(kept) == sorted(" ".join(w) for w in lines if w and not w[0].startswith("#"))
