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
from migrator.facts.system import System, TimeSource
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


RELEASES = [
    (
        {
            "etc/os-release": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="14.04"\n'
            'PRETTY_NAME="Ubuntu 14.04.6 LTS"\nVERSION="14.04.6 LTS, Trusty Tahr"\n',
            "etc/debian_version": "jessie/sid\n",
            "etc/lsb-release": "DISTRIB_ID=Ubuntu\nDISTRIB_CODENAME=trusty\n",
        },
        ("ubuntu", "14.04", "Ubuntu 14.04.6 LTS", "trusty", ("debian",)),
    ),
    (
        {"usr/lib/os-release": 'ID="centos"\nVERSION_ID="7"\nVERSION="7 (Core)"\nNAME=CentOS\n'},
        ("centos", "7", "CentOS", "core", ()),
    ),
    (
        {"etc/redhat-release": "CentOS release 6.10 (Final)\n"},
        ("centos", "6.10", "CentOS release 6.10 (Final)", "final", ("rhel", "fedora")),
    ),
    (
        {"etc/redhat-release": "Red Hat Enterprise Linux Server release 5.11 (Tikanga)\n"},
        (
            *("rhel", "5.11", "Red Hat Enterprise Linux Server release 5.11 (Tikanga)", "tikanga"),
            ("fedora",),
        ),
    ),
    (
        {
            "etc/redhat-release": "Red Hat Enterprise Linux Server release 6.9 (Santiago)\n",
            "etc/oracle-release": "Oracle Linux Server release 6.9\n",
        },
        ("ol", "6.9", "Oracle Linux Server release 6.9", "", ("rhel", "fedora")),
    ),
    (
        {
            "etc/SuSE-release": "SUSE Linux Enterprise Server 11 (x86_64)\n"
            "VERSION = 11\nPATCHLEVEL = 4\n"
        },
        ("sles", "11.4", "SUSE Linux Enterprise Server 11 (x86_64)", "", ("suse",)),
    ),
    (
        {"etc/debian_version": "6.0.10\n"},
        ("debian", "6", "Debian GNU/Linux 6.0.10", "squeeze", ()),
    ),
    (
        {
            "etc/debian_version": "wheezy/sid\n",
            "etc/lsb-release": "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\n"
            'DISTRIB_CODENAME=precise\nDISTRIB_DESCRIPTION="Ubuntu 12.04.5 LTS"\n',
        },
        ("ubuntu", "12.04", "Ubuntu 12.04.5 LTS", "precise", ("debian",)),
    ),
    ({}, ("", "", "", "", ())),
]


@pytest.mark.parametrize(("files", "expected"), RELEASES)
def test_releases(tmp_path: Path, files: dict[str, str], expected: tuple[object, ...]) -> None:
    found = read(tmp_path, files)
    assert (
        *(found.os_id, found.os_version, found.os_name, found.os_codename),
        found.os_like,
    ) == expected
    others = {name for name in files if not name.endswith("os-release")}
    assert {path.lstrip("/") for path in found.releases} == others


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


ZONE = "TZif2" + "\0" * 40 + "\nCET-1CEST,M3.5.0,M10.5.0/3\n"


def test_the_clock_of_an_older_release(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "etc/localtime": ZONE,
            "etc/sysconfig/clock": 'ZONE="Europe/Berlin"\nUTC=true\n',
            "etc/ntp.conf": "driftfile /x\nserver 0.centos.pool.ntp.org iburst\n"
            "#server no\nserver -4 10.0.0.1\npeer ntp2\n",
            "proc/77/comm": "ntpd\n",
        },
    )
    assert (found.timezone, found.hardware_clock) == ("Europe/Berlin", "UTC")
    assert found.timezone_rule == "CET-1CEST,M3.5.0,M10.5.0/3"
    servers = ("0.centos.pool.ntp.org", "10.0.0.1", "ntp2")
    assert found.time_sources == (TimeSource("ntpd", "/etc/ntp.conf", servers, True),)


def test_the_clock_of_a_newer_release(tmp_path: Path) -> None:
    linked(tmp_path, {"etc/localtime": "../usr/share/zoneinfo/Asia/Tokyo"})
    found = read(
        tmp_path,
        {
            "etc/timezone": "Etc/UTC\n",
            "etc/adjtime": "0.0 0 0.0\n0\nLOCAL\n",
            "etc/systemd/timesyncd.conf": "[Time]\n#NTP=no\nNTP=a b\nFallbackNTP=c\n",
            "etc/chrony/chrony.conf": "pool 2.debian.pool.ntp.org iburst\n",
            "etc/chrony/sources.d/own.sources": "server 10.0.0.2\n",
        },
    )
    assert (found.timezone, found.hardware_clock) == ("Asia/Tokyo", "LOCAL")
    assert [(s.daemon, s.servers, s.running) for s in found.time_sources] == [
        ("chrony", ("2.debian.pool.ntp.org",), False),
        ("chrony", ("10.0.0.2",), False),
        ("timesyncd", ("a", "b", "c"), False),
    ]


def test_names_and_language(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "proc/sys/kernel/hostname": "old\n",
            "etc/hostname": "# set by hand\nolder\n",
            "etc/machine-info": 'PRETTY_HOSTNAME="The old one"\n',
            "etc/hosts": "127.0.0.1 localhost\n10.0.0.5 old.example.org old # here\n",
            "etc/default/locale": 'LANG="de_DE.UTF-8"\nLC_TIME=C\nexport LC_ALL=\n',
            "etc/default/keyboard": 'XKBLAYOUT="de"\n',
        },
    )
    names = (found.hostname, found.static_hostname, found.pretty_hostname, found.fqdn)
    assert names == ("old", "older", "The old one", "old.example.org")
    assert (found.locale, found.locales, found.keyboard) == ("de_DE.UTF-8", {"LC_TIME": "C"}, "de")


@pytest.mark.parametrize(
    "files",
    [
        {"etc/HOSTNAME": "old.site\n"},
        {"etc/sysconfig/network": "NETWORKING=yes\nHOSTNAME=old.site\n"},
    ],
)
def test_older_places_of_the_hostname(tmp_path: Path, files: dict[str, str]) -> None:
    assert read(tmp_path, files).hostname == "old.site"


def test_suse_calls_its_language_otherwise(tmp_path: Path) -> None:
    found = read(tmp_path, {"etc/sysconfig/language": 'RC_LANG="en_US.UTF-8"\nRC_LC_ALL=""\n'})
    assert (found.locale, found.locales) == ("en_US.UTF-8", {})


def test_identity(tmp_path: Path) -> None:
    linked(tmp_path, {"var/lib/cloud/instance": "instances/i-0abc"})
    found = read(
        tmp_path,
        {
            "etc/machine-id": "0123\n",
            "var/lib/dbus/machine-id": "4567\n",
            "etc/cloud/cloud.cfg": "",
            "var/lib/cloud/instances/i-0abc/datasource": "DataSourceEc2Local: DataSourceEc2Local\n",
            "run/cloud-init/instance-data.json": '{"v1": {"cloud_name": "aws"}}',
            "etc/pki/consumer/cert.pem": "secret",
            "run/reboot-required": "*** System restart required ***\n",
            "run/reboot-required.pkgs": "linux-base\nlibc6\nlibc6\n",
        },
    )
    assert (found.machine_id, found.dbus_machine_id) == ("0123", "4567")
    assert (found.cloud.id, found.cloud.instance) == ("aws", "i-0abc")
    assert found.cloud.datasource == "DataSourceEc2Local"
    assert [(row.kind, row.where) for row in found.subscriptions] == [
        ("rhsm", "/etc/pki/consumer/cert.pem")
    ]
    assert found.reboot_required and found.reboot_packages == ("libc6", "linux-base")


def test_a_linked_id_is_no_copy(tmp_path: Path) -> None:
    linked(tmp_path, {"var/lib/dbus/machine-id": "/etc/machine-id"})
    assert read(tmp_path, {"etc/machine-id": "0123\n"}).dbus_machine_id == ""


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
