from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.agent import kernel
from migrator.agent.host import Host
from migrator.agent.kernel.sysctls import canonical
from migrator.decode import decode
from migrator.facts.kernel import Kernel
from tests.agent.trees import grown


def read(top: Path, files: dict[str, str], live: bool = True) -> tuple[Kernel, Host]:
    host = Host(grown(top, files), recording=[] if live else None)
    return decode(Kernel, kernel.read(host, {})), host


def pairs(rows: Any) -> list[tuple[str, str]]:
    return [(row.key, row.value) for row in rows]


def test_sysctls_are_those_of_all_files_by_name(tmp_path: Path) -> None:
    found, host = read(
        tmp_path,
        {
            "etc/sysctl.d/20-a.conf": "net.core.somaxconn = 1024\n; no\n-vm/swappiness=10\nodd\n",
            "usr/lib/sysctl.d/20-a.conf": "hidden.by.name = 1\n",
            "usr/lib/sysctl.d/90-z.conf": "# c\n-net.ipv4.conf.all.rp_filter\nkernel.pid_max=99\n",
            "usr/lib/sysctl.d/README": "a = b\n",
            "etc/sysctl.conf": "net.ipv6.conf.eth0.stable_secret = ::1\nvm.swappiness=1\n",
        },
    )
    assert pairs(found.sysctls) == [
        ("net.core.somaxconn", "1024"),
        ("vm.swappiness", "10"),
        ("net.ipv4.conf.all.rp_filter", ""),
        ("kernel.pid_max", "99"),
        ("net.ipv6.conf.eth0.stable_secret", "<redacted>"),
        ("vm.swappiness", "1"),
    ]
    assert "::1" not in str(found)
    assert [row["raw"] for row in host.unparsed] == ["odd"]


def test_a_link_to_the_main_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "etc/sysctl.d").mkdir(parents=True)
    (tmp_path / "etc/sysctl.d/99-sysctl.conf").symlink_to("../sysctl.conf")
    found, _ = read(tmp_path, {"etc/sysctl.conf": "vm.swappiness=1\n"})
    assert [row.where for row in found.sysctls] == ["/etc/sysctl.d/99-sysctl.conf:1"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("net.ipv4.ip_forward", "net.ipv4.ip_forward"),
        ("net/ipv4/conf/eth0.100/rp_filter", "net.ipv4.conf.eth0/100.rp_filter"),
        ("net.ipv4.conf.eth0/100.rp_filter", "net.ipv4.conf.eth0/100.rp_filter"),
        ("plain", "plain"),
    ],
)
def test_the_first_separator_divides(written: str, meant: str) -> None:
    assert canonical(written) == meant


def test_running_values(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        {
            "etc/sysctl.conf": "net.ipv4.conf.eth0/100.rp_filter=2\na.b=1\n../../etc/shadow=1\n"
            "net.ipv4.conf.*.rp_filter=1\n",
            "etc/shadow": "root:hash",
            "proc/sys/net/ipv4/conf/eth0.100/rp_filter": "0\n",
            "proc/sys/net/ipv4/tcp_rmem": "4096\t131072\t6291456\n",
            "proc/sys/net/ipv4/tcp_fastopen_key": "1-2-3-4\n",
            "proc/sys/net/ipv4/route/flush": "x\n",
            "proc/sys/vm/swappiness": "60\n",
            "proc/sys/kernel/shmmax": "68719476736\n",
            "proc/sys/kernel/ostype": "Linux\n",
            "proc/sys/fs/inotify/max_user_watches": "8192\n",
        },
    )
    assert found.running == {
        "net.ipv4.conf.eth0/100.rp_filter": "0",
        "net.ipv4.tcp_rmem": "4096 131072 6291456",
        "vm.swappiness": "60",
        "kernel.shmmax": "68719476736",
        "fs.inotify.max_user_watches": "8192",
    }


def test_limits_of_logins_and_services(tmp_path: Path) -> None:
    found, host = read(
        tmp_path,
        {
            "etc/security/limits.conf": "oracle -\n",
            "etc/security/limits.d/shop.conf": "shop hard nofile 16384 # files\nshop odd\n",
            "etc/security/limits.d/old.conf.rpmsave": "shop hard nofile 1\n",
            "usr/lib/systemd/system.conf": "[Manager]\nDefaultLimitNOFILE=1\n",
            "etc/systemd/system.conf": "[Manager]\n#LogLevel=info\nDefaultLimitNOFILE=65536\nodd\n",
            "etc/systemd/system.conf.d/a.conf": "[Manager]\nDefaultEnvironment=DB_PASSWORD=x1\n",
        },
    )
    assert pairs(found.limits) == [("oracle -", ""), ("shop hard nofile", "16384")]
    assert pairs(found.manager)[0] == ("DefaultLimitNOFILE", "65536")
    assert found.manager[1].key == "DefaultEnvironment" and "x1" not in str(found.manager)
    assert [row["raw"] for row in host.unparsed] == ["shop odd", "odd"]


def test_modules(tmp_path: Path) -> None:
    found, host = read(
        tmp_path,
        {
            "proc/modules": "vmxnet3 45056 0 - Live 0x0000000000000000\n"
            "nvidia 5000 2 nvidia_drm,nvidia_modeset, Live 0xffffffffc0000000 (POE)\nodd\n",
            "proc/sys/kernel/tainted": "12289\n",
            "etc/modules": "# at boot\nloop max_loop=64\n",
            "etc/modules-load.d/shop.conf": "; no\nbr_netfilter\n",
            "usr/lib/modules-load.d/shop.conf": "hidden\n",
            "etc/sysconfig/modules/ip.modules": "exec /sbin/modprobe -q bonding mode=1\n",
            "etc/modprobe.d/a.conf": "options nf_conntrack \\\n  hashsize=1\n"
            "blacklist floppy\nx y\n",
            "etc/modprobe.d/a.conf.bak": "blacklist no\n",
        },
    )
    nvidia, vmxnet3 = found.modules
    assert (vmxnet3.name, vmxnet3.size, vmxnet3.users, vmxnet3.taints) == ("vmxnet3", 45056, 0, ())
    assert nvidia.used_by == ("nvidia_drm", "nvidia_modeset")
    assert nvidia.taints == ("proprietary", "out-of-tree", "unsigned")
    assert found.taints == ("proprietary-module", "out-of-tree-module", "unsigned-module")
    assert pairs(found.modules_load) == [
        ("loop", "max_loop=64"),
        ("br_netfilter", ""),
        ("bonding", "mode=1"),
    ]
    assert pairs(found.modprobe) == [
        ("options nf_conntrack", "hashsize=1"),
        ("blacklist floppy", ""),
    ]
    assert found.modprobe[0].raw == "options nf_conntrack \\\n  hashsize=1"
    assert [row["raw"] for row in host.unparsed] == ["odd", "x y"]


def test_a_disk_has_only_what_files_say(tmp_path: Path) -> None:
    found, host = read(tmp_path, {"etc/sysctl.conf": "a.b=1\n", "proc/modules": "x 1 0 -\n"}, False)
    assert found.sysctls and not found.modules and not found.running
    assert {row["kind"] for row in host.failures} == {"absent"}


FILES = [
    *("etc/sysctl.conf", "etc/security/limits.conf", "etc/systemd/system.conf", "etc/kdump.conf"),
    *("etc/modules", "etc/sysconfig/modules/a.modules", "etc/modprobe.d/a.conf", "proc/modules"),
    *("proc/sys/kernel/tainted", "proc/meminfo", "proc/sysvipc/shm", "proc/sysvipc/msg"),
    *("proc/cgroups", "sys/kernel/kexec_crash_size", "etc/default/grub", "boot/grub/menu.lst"),
    *("etc/udev/rules.d/a.rules", "etc/binfmt.d/a.conf", "proc/sys/net/ipv4/tcp_rmem"),
]


@pytest.mark.parametrize("name", FILES)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(
    content=st.binary(max_size=200)
    | st.lists(
        st.sampled_from(
            ["key", "=", "options", "a-b.c", "0", "-1", "key shmid size uid\n", "\n", "\\\n", ":"]
        )
    ).map(lambda words: " ".join(words).encode())
)
def test_no_bytes_make_it_fail(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    _, host = read(tmp_path, {})
    assert not host.failures


@given(st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"), max_size=9)))
def test_no_line_of_limits_is_lost(lines: list[str]) -> None:
    """Each is read, not understood and kept, or blank or a comment."""
    with tempfile.TemporaryDirectory() as top:
        text = "".join(line + "\n" for line in lines)
        found, host = read(Path(top), {"etc/security/limits.conf": text})
    kept = [row.raw for row in found.limits] + [row["raw"] for row in host.unparsed]
    assert sorted(kept) == sorted(line for line in lines if line.partition("#")[0].strip())
