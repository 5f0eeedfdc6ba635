"""What old and foreign programs need of the target's kernel and CPU."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.tasks import require
from migrator.facts import Facts

VSYSCALL_FREE = (2, 14)  # the first glibc that calls through the vDSO alone
UNIFIED = 232  # the first systemd that boots where there is only cgroup v2
INTEL = ("x86_64", "i386", "i486", "i586", "i686")
INTEL_32 = INTEL[1:]
# (id, first and last major version) of distributions built for newer CPUs -> what they need
BASELINES = (
    (("rhel", "centos", "rocky", "ol"), (9, 9), "x86-64-v2"),
    (("rhel", "centos", "rocky", "ol"), (10, 99), "x86-64-v3"),
    (("almalinux",), (9, 9), "x86-64-v2"),
    (("almalinux",), (10, 99), "x86-64-v3"),
    (("sles", "opensuse-leap"), (16, 99), "x86-64-v2"),
)
MARKS = {"x86-64-v2": "sse4_2", "x86-64-v3": "avx2", "AVX": "avx"}  # a flag that tells


def _vsyscall(_: Finding) -> dict[str, Any]:
    return require("Require the vsyscall page", "grep", "-F", "[vsyscall]", "/proc/self/maps")


@rule(
    "KRN-01",
    Level.OVERRIDABLE,
    "Programs that call the kernel through the vsyscall page",
    "A C library before 2.14 asks for the time at a fixed address. Where the kernel was booted"
    " with vsyscall=none, which some distributions have as their default, every program of this"
    " host ends with a segmentation fault.",
    "Take a target where /proc/self/maps has a line [vsyscall], or boot it with vsyscall=emulate.",
    side="target",
    task=_vsyscall,
)
def vsyscall(found: Facts) -> Iterator[Evidence]:
    named = re.match(r"glibc (\d+)\.(\d+)", found.system.libc)
    old = named and (int(named[1]), int(named[2])) < VSYSCALL_FREE
    if old and found.system.architecture == "x86_64":
        yield "libc.so.6", found.system.libc


def _hybrid(_: Finding) -> dict[str, Any]:
    name = "Require the control groups of version 1"
    return require(name, "test", "-d", "/sys/fs/cgroup/systemd")


@rule(
    "KRN-02",
    Level.OVERRIDABLE,
    "systemd is too old for a target with cgroup v2",
    "Versions before 232 look for the control groups of version 1 and stop at once where only"
    " the unified ones exist, as on most hosts of today.",
    "Take a target that is booted with systemd.unified_cgroup_hierarchy=0, or upgrade systemd"
    " first.",
    side="target",
    task=_hybrid,
)
def old_systemd(found: Facts) -> Iterator[Evidence]:
    if found.system.init == "systemd" and 0 < found.system.init_version < UNIFIED:
        yield "/sbin/init", f"systemd {found.system.init_version}"


def _machine(finding: Finding) -> dict[str, Any]:
    same = 'test "$(uname -m)" = "$0"'
    return require("Require the architecture", "sh", "-c", same, finding.evidence)


@rule(
    "KRN-11",
    Level.OVERRIDABLE,
    "The programs are made for an uncommon architecture",
    "A container runs the programs of the host as they are, on the processor of the target.",
    "Take a target of the same architecture; emulation with binfmt_misc is for trials only.",
    side="target",
    task=_machine,
)
def architecture(found: Facts) -> Iterator[Evidence]:
    name = found.system.architecture
    if name and name not in INTEL:
        yield "/bin/sh", name


def _emulation(_: Finding) -> dict[str, Any]:
    asked = 'grep -q "^CONFIG_IA32_EMULATION=y" "/boot/config-$(uname -r)"'
    asked += " && ! grep -Eq 'ia32_emulation=(0|off|n)' /proc/cmdline"
    return require("Require a kernel that runs 32-bit programs", "sh", "-c", asked)


@rule(
    "KRN-12",
    Level.WARNING,
    "32-bit programs",
    "A 64-bit kernel runs them only when it was built and booted with IA32 emulation, which some"
    " distributions and hardened hosts leave out.",
    "Take a target whose kernel has CONFIG_IA32_EMULATION and no ia32_emulation=0.",
    side="target",
    task=_emulation,
)
def ia32(found: Facts) -> Iterator[Evidence]:
    if found.system.architecture in INTEL_32:
        yield "/bin/sh", f"the whole host: {found.system.architecture}"
    elif found.system.architecture == "x86_64":
        names = [p.name for p in found.packages.installed if p.architecture in INTEL_32]
        if names:
            some = ", ".join(names[:3]) + (" …" if len(names) > len(names[:3]) else "")
            yield "packages", f"32-bit packages: {some}", Level.INFO


def _flag(finding: Finding) -> dict[str, Any]:
    flag = next(MARKS[name] for name in MARKS if name in finding.evidence)
    return require(f"Require a CPU with {flag}", "grep", "-qw", flag, "/proc/cpuinfo")


@rule(
    "KRN-13",
    Level.INFO,
    "Programs that need a newer CPU",
    "They end with an illegal instruction on an older CPU, and on a virtual one whose model hides"
    " what the real one can do, such as qemu64 or kvm64.",
    "Take a target whose CPU has it; give a virtual target the CPU model of its host.",
    side="target",
    task=_flag,
)
def baseline(found: Facts) -> Iterator[Evidence]:
    system = found.system
    if system.architecture != "x86_64":
        return
    major = system.os_version.partition(".")[0]
    for ids, (first, last), needed in BASELINES:
        if system.os_id in ids and major.isdigit() and first <= int(major) <= last:
            yield system.os_where or "os-release", f"{system.os_name} is built for {needed}"
    for service in found.services:
        number = re.match(r"(?:\d+:)?(\d+)\.", service.version)
        if service.name == "mongodb" and number and int(number[1]) >= 5:
            yield service.name, f"MongoDB {service.version} needs AVX", Level.WARNING
