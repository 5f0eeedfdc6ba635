from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator import facts
from migrator.agent import mounts
from migrator.agent.files import Root
from migrator.agent.host import Host
from tests.agent.trees import grown

TABLE = """\
22 1 253:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
23 22 0:4 / /proc rw shared:2 - proc proc rw
24 23 0:30 / /proc/sys/fs/binfmt_misc rw shared:3 - autofs systemd-1 rw,fd=29,pgrp=1
25 24 0:31 / /proc/sys/fs/binfmt_misc rw - binfmt_misc binfmt_misc rw
30 22 0:40 / /mnt/share rw - nfs4 nas:/export/share rw,vers=4.1
31 30 253:1 / /mnt/share/local rw - xfs /dev/vdb rw
32 22 0:41 / /home rw - autofs auto.home rw,fd=7
33 22 253:2 /sub /srv/my\\040data rw master:4 - ext4 /dev/vdc1 rw
34 22 0:42 / /covered rw - nfs4 nas:/old rw
35 34 253:3 / /covered rw - ext4 /dev/vdd rw
36 22 0:43 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw
37 22 0:44 / /media/far rw - fuse.sshfs ops@far:/ rw
38 22 0:45 / /media/own rw - fuse.ownfs own rw
39 22 253:4 / /vx rw - vxfsnew /dev/vx/dsk/a rw
40 22 0:46 / /cluster rw - newfs token rw
odd line
"""


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root(grown(tmp_path, {"proc/self/mountinfo": TABLE}))


def test_each_field_of_the_table(root: Root) -> None:
    found = {mount.path: mount for mount in mounts.table(root)}
    assert found["/"].options == "rw,relatime,rw,errors=remount-ro"
    assert found["/"].propagation == "shared"
    data = found["/srv/my data"]
    assert (data.source, data.root, data.propagation) == ("/dev/vdc1", "/sub", "slave")
    assert (data.id, data.parent, data.device) == ("33", "22", "253:2")


def test_kinds(root: Root) -> None:
    kinds = {mount.path: mounts.kind(mount) for mount in mounts.table(root)}
    assert kinds["/"] == kinds["/vx"] == "local"
    assert kinds["/proc"] == kinds["/var/lib/lxcfs"] == "kernel"
    assert kinds["/mnt/share"] == kinds["/media/far"] == "network"
    assert (kinds["/home"], kinds["/media/own"]) == ("autofs", "fuse")
    assert kinds["/cluster"] == "other"


def test_an_old_kernel_has_a_simpler_table(tmp_path: Path) -> None:
    old = "rootfs / rootfs rw 0 0\n/dev/sda1 / ext3 rw,data=ordered 0 0\nnas:/e /mnt nfs rw 0 0\n"
    root = Root(grown(tmp_path, {"proc/mounts": old}))
    assert [(m.path, m.fstype) for m in mounts.table(root)][1:] == [("/", "ext3"), ("/mnt", "nfs")]
    find = mounts.hanging(root, "/")
    assert find and find("/mnt/x").source == "nas:/e" and not find("/etc")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("path", "hangs"),
    [
        ("/etc/fstab", ""),
        ("/mnt", ""),
        ("/mnt/share", "/mnt/share"),
        ("/mnt/share/a/b", "/mnt/share"),
        ("/mnt/share/local/b", "/mnt/share"),  # the way there leads through it
        ("/mnt/shared", ""),
        ("/home/ops/.ssh", "/home"),
        ("/covered/file", ""),  # a local file system hides the dead one
        ("/proc/sys/fs/binfmt_misc/status", ""),  # mounted already
        ("/srv/my data/x", ""),
    ],
)
def test_what_could_hang(root: Root, path: str, hangs: str) -> None:
    find = mounts.hanging(root, "/")
    assert find
    mount = find(path)
    assert (mount.path if mount else "") == hangs


def test_a_table_without_such_mounts_asks_for_no_care(tmp_path: Path) -> None:
    root = Root(grown(tmp_path, {"proc/self/mountinfo": TABLE.splitlines()[0] + "\n"}))
    assert mounts.hanging(root, "/") is None


def test_a_host_does_not_find_what_lies_on_a_mount_that_could_hang(tmp_path: Path) -> None:
    files = {
        "proc/self/mountinfo": TABLE,
        "mnt/share/secret": "x",
        "home/ops/.bashrc": "x",
        "etc/passwd": "root:x",
    }
    top = grown(tmp_path, files)
    (tmp_path / "opt").symlink_to("/mnt/share")
    (tmp_path / "etc/inner").symlink_to("../mnt/share/secret")
    host = Host(top, recording=[])
    assert host.text("/etc/passwd") == "root:x"
    assert (
        host.text("/mnt/share/secret") == host.text("/opt/secret") == host.text("/etc/inner") == ""
    )
    assert not host.exists("/home") and not host.exists("/home/ops/.bashrc")
    assert host.names("/opt") == [] and host.link("/opt") == "/mnt/share"
    said = [(row["subject"], row["kind"]) for row in host.failures]
    assert said == [("storage.untouched", "limited")] * 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300)
    | st.lists(st.sampled_from(["1", "2", "/", "/a", "/a/b", "-", "nfs", "shared:1"])).map(
        lambda words: (" ".join(words) + "\n").encode() * 3
    )
)
def test_no_table_is_too_odd(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "proc/self").mkdir(parents=True, exist_ok=True)
    (tmp_path / "proc/self/mountinfo").write_bytes(content)
    root = Root(str(tmp_path))
    for mount in mounts.table(root):
        assert mounts.kind(mount)
    find = mounts.hanging(root, "/")
    assert find is None or find("/a/b/c") is None or find("/a/b/c")


@given(st.text(max_size=20))
def test_unescaped_undoes_what_the_kernel_does(text: str) -> None:
    written = "".join(f"\\{ord(c):03o}" if c in " \t\n\\" else c for c in text)
    assert mounts.unescaped(written) == text


# A FUSE file system whose program never answers: whoever looks at it hangs.
HANGING = """
import ctypes, os, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
def mount(kind, point, data=b""):
    os.makedirs(point, exist_ok=True)
    assert not libc.mount(kind, point.encode(), kind, 0, data), os.strerror(ctypes.get_errno())
for top in ("/srv", "/opt", "/home", "/media"):
    mount(b"tmpfs", top)
held = []
for point in ("/srv/dead", "/opt/app/dead", "/home/ops", "/media/dead"):
    held.append(os.open("/dev/fuse", os.O_RDWR))
    options = b"fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other" % held[-1]
    mount(b"fuse", point, options)
os.symlink("/media/dead", "/srv/link")
look = [sys.executable, "-c", "import os; os.stat('/srv/dead')"]
try:
    subprocess.run(look, timeout=1)
    sys.exit("it does not hang: the test proves nothing")
except subprocess.TimeoutExpired:
    pass
asked = "print(json.dumps(facts.facts({'root': '/'})))"
agent = "import json; from migrator.agent import facts; " + asked
sys.exit(subprocess.run([sys.executable, "-c", agent], timeout=60).returncode)
"""


def test_facts_of_a_host_with_dead_mounts() -> None:
    if os.geteuid():
        pytest.fail("this test mounts file systems: run it as root")
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, "-c", HANGING]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = facts.load(json.loads(done.stdout))
    dead = {mount.path: mount for mount in found.storage.mounts if mount.fstype == "fuse"}
    assert sorted(dead) == ["/home/ops", "/media/dead", "/opt/app/dead", "/srv/dead"]
    assert {(mount.kind, mount.size) for mount in dead.values()} == {("fuse", 0)}
