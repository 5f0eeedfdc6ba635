from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.agent import system
from migrator.agent.host import Host
from migrator.agent.system.programs import elf_machine
from migrator.decode import decode
from migrator.facts.system import System
from tests.agent.trees import grown


def read(top: Path, files: dict[str, str], live: bool = True) -> System:
    host = Host(grown(top, files), recording=[] if live else None)
    found = decode(System, system.read(host, {}))
    assert not [row for row in host.failures if row["kind"] == "failed"]
    return found


def linked(top: Path, links: dict[str, str]) -> None:
    for name, target in links.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).symlink_to(target)


@pytest.mark.parametrize(
    ("kind", "order", "machine", "name"),
    [
        (1, 1, 3, "i686"),
        (2, 1, 62, "x86_64"),
        (1, 1, 62, "x32"),
        (2, 1, 183, "aarch64"),
        (2, 2, 22, "s390x"),
        (2, 2, 21, "ppc64"),
        (2, 1, 21, "ppc64le"),
        (2, 1, 999, "machine 999"),
    ],
)
def test_machines(kind: int, order: int, machine: int, name: str) -> None:
    head = b"\x7fELF" + bytes([kind, order]) + bytes(12)
    assert elf_machine(head + struct.pack("<H" if order == 1 else ">H", machine)) == name
    assert elf_machine(head) == elf_machine(b"#!/bin/sh" + bytes(20)) == ""


def test_a_32_bit_userland_on_a_64_bit_kernel(tmp_path: Path) -> None:
    dash = b"\x7fELF\x01\x01" + bytes(12) + struct.pack("<H", 3) + bytes(40)
    linked(tmp_path, {"bin/sh": "dash", "lib/i386-linux-gnu/libc.so.6": "libc-2.19.so"})
    (tmp_path / "bin/dash").write_bytes(dash)
    found = read(tmp_path, {"proc/sys/kernel/arch": "x86_64\n"})
    assert (found.architecture, found.kernel_architecture) == ("i686", "x86_64")
    assert found.libc == "glibc 2.19"


def test_the_c_library_says_its_version(tmp_path: Path) -> None:
    text = "x\0GNU C Library (GNU libc) stable release version 2.34.\nCopyright\0"
    assert read(tmp_path / "a", {"lib64/libc.so.6": text}).libc == "glibc 2.34"
    assert read(tmp_path / "b", {"lib/ld-musl-x86_64.so.1": ""}).libc == "musl"


MAP = "7ffd1000-7ffd2000 r-xp 00000000 00:00 0    [vdso]\n"
PAGE = "ffffffffff600000-ffffffffff601000 %s 00000000 00:00 0    [vsyscall]\n"


@pytest.mark.parametrize(
    ("maps", "cmdline", "mode"),
    [
        (MAP + PAGE % "r-xp", "quiet", "emulate"),
        (MAP + PAGE % "r-xp", "vsyscall=native quiet", "native"),
        (MAP + PAGE % "--xp", "quiet", "xonly"),
        (MAP, "quiet vsyscall=none", "none"),
        (MAP, "quiet", "none"),
        ("", "quiet", ""),
    ],
)
def test_vsyscall(tmp_path: Path, maps: str, cmdline: str, mode: str) -> None:
    files = {"proc/self/maps": maps, "proc/cmdline": cmdline + "\n"}
    assert read(tmp_path, files).vsyscall == mode


def test_secrets_of_the_command_line_are_hidden(tmp_path: Path) -> None:
    found = read(tmp_path, {"proc/cmdline": "ro rd.iscsi.password=hunter2 quiet\n"})
    assert "hunter2" not in found.cmdline and found.cmdline.endswith("quiet")


INITS: list[tuple[dict[str, str], dict[str, str], tuple[str, int, str]]] = [
    (
        {"usr/lib/systemd/libsystemd-shared-252.22-1.el9.so": "", "run/systemd/system/x": ""},
        {"etc/systemd/system/default.target": "/usr/lib/systemd/system/multi-user.target"},
        ("systemd", 252, "multi-user.target"),
    ),
    (
        {"lib/systemd/systemd": "\0systemd 219 running in %ssystem mode. (+PAM\0"},
        {
            "sbin/init": "../lib/systemd/systemd",
            "lib/systemd/system/default.target": "graphical.target",
        },
        ("systemd", 219, "graphical.target"),
    ),
    (
        {"lib/systemd/systemd": "systemd 247 (247.3-7+deb11u4) running in %ssystem mode (%s)\0"},
        {"sbin/init": "/lib/systemd/systemd"},
        ("systemd", 247, ""),
    ),
    (
        {"sbin/init": "ELF", "sbin/initctl": "ELF", "etc/init/rc.conf": "start on runlevel"},
        {},
        ("upstart", 0, ""),
    ),
    (
        {
            "sbin/initctl": "ELF",
            "etc/init/rc-sysinit.conf": "env DEFAULT_RUNLEVEL=2\n",
            "etc/inittab": "# moved\n",
        },
        {"sbin/init": "upstart"},
        ("upstart", 0, "2"),
    ),
    ({"sbin/init": "ELF", "etc/inittab": "id:3:initdefault:\n"}, {}, ("sysvinit", 0, "3")),
    (
        {"etc/runlevels/default/sshd": "", "sbin/openrc": "ELF", "etc/inittab": "x"},
        {"sbin/init": "/bin/busybox"},
        ("openrc", 0, ""),
    ),
    ({}, {"sbin/init": "/bin/busybox"}, ("busybox", 0, "")),
    ({}, {"sbin/init": "runit-init"}, ("runit", 0, "")),
    ({}, {}, ("unknown", 0, "")),
]


@pytest.mark.parametrize(("files", "links", "expected"), INITS)
def test_inits(
    tmp_path: Path, files: dict[str, str], links: dict[str, str], expected: tuple[str, int, str]
) -> None:
    linked(tmp_path, links)
    found = read(tmp_path, files)
    assert (found.init, found.init_version, found.default_target) == expected


FLAGGED = "processor\t: 0\nflags\t\t: fpu sse4_2 hypervisor\n"
MACHINES: list[tuple[dict[str, str], str]] = [
    ({"sys/class/dmi/id/sys_vendor": "VMware, Inc.\n"}, "vmware"),
    ({"sys/class/dmi/id/sys_vendor": "QEMU\n"}, "qemu"),
    ({"sys/class/dmi/id/sys_vendor": "Red Hat", "sys/class/dmi/id/product_name": "KVM"}, "kvm"),
    (
        {
            "sys/class/dmi/id/sys_vendor": "Microsoft Corporation\n",
            "sys/class/dmi/id/product_name": "Virtual Machine\n",
        },
        "hyperv",
    ),
    ({"sys/class/dmi/id/sys_vendor": "Amazon EC2\n", "proc/cpuinfo": FLAGGED}, "kvm"),
    ({"sys/class/dmi/id/sys_vendor": "Amazon EC2\n"}, "none"),
    ({"sys/hypervisor/type": "xen\n"}, "xen"),
    ({"sys/hypervisor/type": "xen\n", "proc/xen/capabilities": "control_d\n"}, "none"),
    ({"sys/class/dmi/id/sys_vendor": "QEMU\n", "run/systemd/container": "podman\n"}, "podman"),
    ({"proc/1/environ": "TERM=x\0container=lxc\0"}, "lxc"),
    ({".dockerenv": ""}, "docker"),
    ({"proc/vz/vestat": ""}, "openvz"),
    ({"proc/sys/kernel/osrelease": "5.15.90.1-microsoft-standard-WSL2\n"}, "wsl"),
    ({"proc/cpuinfo": FLAGGED}, "vm"),
    ({"sys/class/dmi/id/sys_vendor": "Dell Inc.\n"}, "none"),
]


@pytest.mark.parametrize(("files", "expected"), MACHINES)
def test_virtualisation(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert read(tmp_path, files).virtualisation == expected


def test_the_machine(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "proc/cpuinfo": "processor\t: 0\nmodel name\t: Xeon X5650\nflags\t: fpu lm\n\n"
            "processor\t: 1\nmodel name\t: Xeon X5650\nflags\t: fpu lm\n",
            "proc/meminfo": "MemTotal:  1020 kB\nSwapTotal:  2044 kB\n",
            "proc/loadavg": "0.08 0.03 1.05 2/159 1234\n",
            "proc/stat": "cpu 1 2\nbtime 1700000000\n",
            "proc/uptime": "350735.47 234388.90\n",
            "sys/class/dmi/id/bios_version": "1.16.2\n",
        },
    )
    assert (found.cpus, found.cpu_model, found.cpu_flags) == (2, "Xeon X5650", ("fpu", "lm"))
    assert (found.memory, found.swap) == (1020 * 1024, 2044 * 1024)
    assert found.load == (0.08, 0.03, 1.05)
    assert (found.boot_time, found.uptime) == (1_700_000_000, 350735)
    assert found.hardware.bios_version == "1.16.2"


FILES = [
    *("etc/os-release", "etc/redhat-release", "etc/SuSE-release", "etc/debian_version"),
    *("etc/lsb-release", "bin/sh", "lib64/libc.so.6", "proc/cmdline", "proc/self/maps"),
    *("etc/inittab", "etc/init/rc-sysinit.conf", "proc/cpuinfo", "proc/meminfo", "proc/loadavg"),
    *("proc/stat", "proc/uptime", "etc/localtime", "etc/adjtime", "etc/sysconfig/clock"),
    *("etc/ntp.conf", "etc/systemd/timesyncd.conf", "etc/hosts", "etc/hostname", "etc/timezone"),
    *("etc/default/locale", "etc/vconsole.conf", "run/cloud-init/instance-data.json"),
    *("var/lib/cloud/instance/datasource", "proc/1/environ", "sys/class/dmi/id/sys_vendor"),
]


@pytest.mark.parametrize("name", FILES)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None
)
@given(content=st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: b"\x7fELF" + tail))
def test_no_bytes_make_it_fail(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content)
    read(tmp_path, {})
