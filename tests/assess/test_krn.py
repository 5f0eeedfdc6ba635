"""Rules about the kernel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator.assess import RULES, Level
from migrator.facts.kernel import HugePages, Module
from migrator.facts.packages import ChangedFile, Package
from migrator.facts.services import Service
from migrator.facts.setting import Setting
from tests import builders as make
from tests.assess import Cases, check, seen

ETC = "/etc/sysctl.d/a.conf:1"


def sysctl(key: str, value: str, where: str = ETC) -> dict[str, Any]:
    return {"sysctls": (make.setting(where, key, value),)}


def module(name: str, *taints: str) -> dict[str, Any]:
    return {"modules": (Module(name, 4096, (), 1, taints),)}


def running(key: str, value: str) -> dict[str, Any]:
    return {"kernel": {"running": {key: value}}}


CASES: Cases = {
    "KRN-01": ({"system": {"libc": "glibc 2.12"}}, {"system": {"libc": "glibc 2.17"}}),
    "KRN-02": ({"system": {"init_version": 219}}, {"system": {"init_version": 0}}),
    "KRN-03": (module("nvidia", "proprietary"), module("vboxguest", "out-of-tree")),
    "KRN-04": (module("ip_vs"), module("ext4")),
    "KRN-05": (
        {"units": (make.unit("a.service", commands=("/sbin/modprobe -q ip_vs",)),)},
        {"units": (make.unit("a.service", commands=("/opt/modprobes --all",)),)},
    ),
    "KRN-06": (
        sysctl("vm.swappiness", "10"),
        sysctl("vm.swappiness", "10", "/usr/lib/sysctl.d/a.conf:1"),
    ),
    "KRN-07": (
        {"system": {"cmdline": "ro quiet isolcpus=2,3"}},
        {"system": {"cmdline": "ro quiet isolcpus=2,3", "virtualisation": "lxc"}},
    ),
    "KRN-08": (
        {"kernel": {"huge_pages": (HugePages(2 << 20, 512, 100),)}},
        {"kernel": {"huge_pages": (HugePages(2 << 20, 0, 0),)}},
    ),
    "KRN-09": (
        {"units": (make.unit("a.service", properties={"CPUSchedulingPolicy": "1"}),)},
        {"limits": (make.setting("/etc/security/limits.d/audio.conf:1", "@audio - rtprio", "95"),)},
    ),
    "KRN-10": (
        {"units": (make.unit("libvirtd.service"),)},
        {"units": (make.unit("libvirtd.service", active="inactive"),)},
    ),
    "KRN-11": ({"system": {"architecture": "ppc64le"}}, {"system": {"architecture": "i686"}}),
    "KRN-12": ({"system": {"architecture": "i686"}}, {"system": {"architecture": "x86_64"}}),
    "KRN-13": (
        {"system": {"os_id": "rocky", "os_version": "9.4", "os_name": "Rocky Linux 9.4"}},
        {"system": {"os_id": "rocky", "os_version": "8.9", "os_name": "Rocky Linux 8.9"}},
    ),
    "KRN-14": (
        {"processes": (make.process(7, "/usr/bin/bpftrace /root/x.bt"),)},
        {"processes": (make.process(7, "/usr/bin/perl /root/perf.pl"),)},
    ),
    "KRN-15": (
        sysctl("fs.inotify.max_user_watches", "524288"),
        running("fs.inotify.max_user_watches", "524288"),
    ),
    "KRN-16": (
        running("kernel.core_pattern", "|/usr/share/apport/apport %p"),
        running("kernel.core_pattern", "core"),
    ),
}


@pytest.mark.parametrize("id", CASES)
def test_fires_where_it_should_and_only_there(id: str) -> None:
    check(id, CASES)


@pytest.mark.parametrize(
    ("libc", "architecture"), [("glibc 2.14", "x86_64"), ("musl", "x86_64"), ("glibc 2.12", "i686")]
)
def test_only_64_bit_programs_of_an_old_library_need_vsyscall(libc: str, architecture: str) -> None:
    assert seen("KRN-01", system={"libc": libc, "architecture": architecture}) == []


def test_a_source_that_is_a_container_has_no_modules() -> None:
    assert seen("KRN-04", **module("ip_vs"), system={"virtualisation": "lxc"}) == []


def test_modules_that_files_ask_for_are_named_once() -> None:
    asked = tuple(
        Setting(f"/etc/modules:{number}", name, "", name)
        for number, name in enumerate(("ip_vs", "lp", "vmw-vsock", "br_netfilter"), 1)
    )
    kernel = {**module("ip_vs"), "modules_load": asked}
    found = [(f.where, Level(f.level).word) for f in seen("KRN-04", kernel=kernel)]
    assert found == [("/proc/modules", "risk"), ("/etc/modules:4", "warning")]


def test_a_module_that_the_target_does_not_have_is_not_to_be_loaded_there() -> None:
    assert seen("KRN-03", **module("vxfs", "proprietary"))
    assert seen("KRN-04", **module("vxfs", "proprietary")) == []


def test_the_module_that_a_command_loads_becomes_a_task() -> None:
    (finding,) = seen("KRN-05", **CASES["KRN-05"][0])
    task = RULES["KRN-05"].task
    assert task and "ip_vs" in str(task(finding))
    assert task(replace(finding, evidence="insmod /opt/x.ko")) is None


@pytest.mark.parametrize(
    ("key", "level"),
    [
        ("net.core.rmem_max", Level.WARNING),
        ("vm.max_map_count", Level.WARNING),
        ("net.core.somaxconn", Level.INFO),
        ("net.ipv4.tcp_keepalive_time", Level.INFO),
        ("kernel.panic", Level.INFO),
        ("fs.protected_hardlinks", Level.INFO),
    ],
)
def test_only_what_services_feel_and_the_target_has_is_a_warning(key: str, level: Level) -> None:
    (finding,) = seen("KRN-06", **sysctl(key, "1"))
    task = RULES["KRN-06"].task
    assert finding.level == level
    assert task and (task(finding) is None) == (level == Level.INFO)


def test_of_several_lines_of_one_setting_the_last_one_is_meant() -> None:
    lines = tuple(make.setting(f"/etc/sysctl.conf:{n}", "vm.swappiness", str(n)) for n in (1, 2))
    (finding,) = seen("KRN-06", sysctls=lines)
    assert (finding.where, finding.evidence) == ("/etc/sysctl.conf:2", "vm.swappiness = 2")


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        ("/etc/sysctl.d/10-map-count.conf:3", "vm.max_map_count", "1048576"),
        ("/etc/sysctl.conf:28", "kernel.sysrq", "0"),
        ("/etc/sysctl.conf:31", "kernel.shmmax", "68719476736"),
    ],
)
def test_what_the_distribution_sets_is_not_the_hosts_own(where: str, key: str, value: str) -> None:
    assert seen("KRN-06", **sysctl(key, value, where)) == []


def test_a_file_of_the_distribution_that_was_changed_is() -> None:
    path = "/etc/sysctl.d/10-map-count.conf"
    changed = ChangedFile(path, "procps", ("digest",), config=True)
    given = sysctl("vm.max_map_count", "262144", f"{path}:3")
    assert seen("KRN-06", **given, packages={"changed": (changed,)})


def test_a_setting_is_said_by_one_rule_alone() -> None:
    for key in ("vm.nr_hugepages", "fs.inotify.max_user_watches", "fs.file-max", "vm.swappiness"):
        ids = [
            id for id in ("KRN-06", "KRN-08", "KRN-15", "RES-04") if seen(id, **sysctl(key, "9"))
        ]
        assert len(ids) == 1, key


@pytest.mark.parametrize("kernel", ["3.10.0-1160.rt56.1131.el7.x86_64", "5.10.0-28-rt-amd64"])
def test_a_kernel_for_real_time_is_known_by_its_name(kernel: str) -> None:
    (finding,) = seen("KRN-09", system={"kernel": kernel})
    assert finding.level == Level.OVERRIDABLE


def test_who_has_kvm_open_runs_machines() -> None:
    guest = replace(make.process(7, "/usr/bin/qemu-system-x86_64"), devices=("/dev/kvm",))
    assert seen("KRN-10", processes=(guest,))


def test_32_bit_packages_on_a_64_bit_host_are_good_to_know() -> None:
    packages = {"installed": (Package("libc6", "2.36", "i386", "installed"),)}
    (finding,) = seen("KRN-12", packages=packages)
    assert finding.level == Level.INFO


@pytest.mark.parametrize(("version", "count"), [("7.0.14", 1), ("4.4.29", 0), ("", 0)])
def test_mongodb_needs_avx_since_5(version: str, count: int) -> None:
    found = seen("KRN-13", services=(Service("database", "mongodb", "running", version),))
    assert len(found) == count


def test_the_flag_of_a_cpu_follows_from_the_evidence() -> None:
    (finding,) = seen("KRN-13", **CASES["KRN-13"][0])
    task = RULES["KRN-13"].task
    assert task and "sse4_2" in str(task(finding))


def test_fanotify_is_worse_than_a_raised_limit() -> None:
    (finding,) = seen("KRN-15", units=(make.unit("clamav-clamonacc.service"),))
    assert finding.level == Level.RISK
