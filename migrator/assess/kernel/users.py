"""Who needs more of the kernel than a container is given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import has_own_kernel, used
from migrator.facts import Facts

REAL_TIME = re.compile(r"[-.+]rt\d*([-.]|$)|PREEMPT[_ ]RT")
POLICIES = {"1": "FIFO", "2": "RR", "fifo": "FIFO", "rr": "RR"}
DESKTOP = ("@audio", "@pipewire", "@realtime", "@jackuser")  # packages of sound bring these
HYPERVISORS = re.compile(
    r"(libvirtd|virtqemud|virtxend|qemu-kvm|vboxdrv|xencommons|xend|xen|vmware|pvedaemon|vz"
    r"|multipass)\.service$"
)
TRACERS = re.compile(
    r"(falco|sysdig|bpftrace|tetragon|tracee|pixie|parca-agent|inspektor-gadget|cilium|calico-bpf"
    r"|datadog-agent-sysprobe|system-probe|beyla|ebpf\.plugin|netdata-ebpf|kprobe|perf)"
    r"([-.@\w]*\.service)?$"
)


@rule(
    "KRN-09",
    Level.RISK,
    "Scheduling in real time",
    "The scheduler is the target's: a service may ask for FIFO or RR only with SYS_NICE and a limit"
    " for rtprio, and a kernel for real time must be the target's (overridable).",
    "Grant SYS_NICE to the container and set limits.rtprio in the plan; take a target with the same"
    " kind of kernel.",
    side="target",
)
def real_time(found: Facts) -> Iterator[Evidence]:
    system = found.system
    if has_own_kernel(found) and REAL_TIME.search(f"{system.kernel} {system.kernel_version}"):
        yield "kernel", system.kernel, Level.OVERRIDABLE
    for unit in used(found):
        policy = POLICIES.get(unit.properties.get("CPUSchedulingPolicy", ""))
        if policy:
            priority = unit.properties.get("CPUSchedulingPriority", "")
            yield unit.name, f"CPUSchedulingPolicy={policy} {priority}".rstrip()
    for limit in found.kernel.limits:
        domain = limit.key.partition(" ")[0]
        if limit.key.endswith(" rtprio") and limit.value != "0" and domain not in DESKTOP:
            yield limit.where, limit.raw, Level.WARNING


@rule(
    "KRN-10",
    Level.BLOCKER,
    "The host is made to run virtual machines",
    "A hypervisor needs the kernel for itself.",
    "Keep it as a VM, or move its guests away.",
)
def hypervisors(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        if HYPERVISORS.match(unit.name):
            yield unit.name, unit.description or "it starts at boot"
    for process in found.processes:
        if "/dev/kvm" in process.devices:
            yield f"{process.command[0]} (pid {process.pid})", "it has /dev/kvm open"


@rule(
    "KRN-14",
    Level.RISK,
    "A program that looks into the kernel",
    "Programs in the kernel (BPF), probes and performance counters need BPF, PERFMON or SYS_ADMIN,"
    " which a container is not given, and see all of the target.",
    "Run it on the target, once for all containers, and disable it in the plan.",
    side="target",
)
def tracers(found: Facts) -> Iterator[Evidence]:
    units = {unit.name: unit for unit in used(found) if TRACERS.match(unit.name)}
    for unit in units.values():
        yield unit.name, unit.description or "it starts at boot"
    for process in found.processes:
        program = (process.exe or (process.command or ("",))[0]).rpartition("/")[2]
        if TRACERS.match(program) and process.unit not in units:
            yield f"{program} (pid {process.pid})", " ".join(process.command)
