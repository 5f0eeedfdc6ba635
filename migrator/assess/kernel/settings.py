"""How the kernel was tuned for this host; a container shares the target's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.tasks import set_sysctl
from migrator.assess.used import has_own_kernel, used
from migrator.facts import Facts
from migrator.facts.setting import Setting
from migrator.plan.grants import NAMESPACED

# Files as the distributions install them; one that was changed is among packages.changed.
STOCK = re.compile(
    r"/etc/sysctl\.d/(10-(apparmor|bufferbloat|console-messages|ipv6-privacy|kernel-hardening"
    r"|link-restrictions|magic-sysrq|map-count|network-security|ptrace|zeropage)"
    r"|99-cloudimg-ipv6|protect-links)\.conf:"
)
# What sysctl.conf has on EL 5 and 6 without anybody's doing.
INITSCRIPTS = {
    "net.ipv4.ip_forward": "0",
    "net.ipv4.conf.default.rp_filter": "1",
    "net.ipv4.conf.default.accept_source_route": "0",
    "net.ipv4.tcp_syncookies": "1",
    "net.bridge.bridge-nf-call-ip6tables": "0",
    "net.bridge.bridge-nf-call-iptables": "0",
    "net.bridge.bridge-nf-call-arptables": "0",
    "kernel.sysrq": "0",
    "kernel.core_uses_pid": "1",
    "kernel.msgmnb": "65536",
    "kernel.msgmax": "65536",
    "kernel.shmmax": "68719476736",
    "kernel.shmall": "4294967296",
}
# Rules of their own say these.
OTHERS = re.compile(
    r"(vm\.nr_\w*hugepages|fs\.inotify\.|kernel\.core_pattern$|fs\.(file-max|nr_open|aio-max-nr)$"
    r"|net\.(netfilter\.)?nf_conntrack_|net\.ipv4\.netfilter\.)"
)
# How the kernel behaves to its administrator; no service counts on it.
POLICY = re.compile(
    r"(kernel\.(core_|panic|sysrq|printk|dmesg_restrict|kptr_|randomize_va|yama\.|hung_task|nmi_"
    r"|softlockup|watchdog|unprivileged_|exec-shield|modules_disabled|kexec_|perf_event_paranoid)"
    r"|fs\.(protected_|suid_dumpable)|vm\.(mmap_min_addr|panic_on_oom)|dev\.)"
)
# Options of the kernel's command line that tune it for what runs -> what must have been wanted
TUNING = {
    "isolcpus": "CPUs kept free for one service",
    "nohz_full": "CPUs without a timer's interrupts",
    "rcu_nocbs": "CPUs without the kernel's own work",
    "irqaffinity": "CPUs that serve devices",
    "transparent_hugepage": "huge pages, or none, without asking",
    "numa": "memory of all nodes",
    "numa_balancing": "memory near to its CPU",
    "elevator": "order of the disk's requests",
    "intel_idle.max_cstate": "CPUs that never sleep",
    "processor.max_cstate": "CPUs that never sleep",
    "idle": "CPUs that never sleep",
    "skew_tick": "less jitter",
    "nosmt": "no two threads on a core",
    "ipv6.disable": "no IPv6",
}
HUGE = re.compile(r"(?:^|\s)(hugepages=[1-9]\d*)")


def settings(found: Facts) -> Iterator[Setting]:
    """Sysctls that somebody set for this host, of several of one key the one that holds."""
    changed = {file.path for file in found.packages.changed}
    holds = {
        setting.key: setting
        for setting in found.kernel.sysctls
        if setting.where.startswith("/etc/")
        and (not STOCK.match(setting.where) or setting.where.partition(":")[0] in changed)
    }
    for key, setting in holds.items():
        stock = setting.where.startswith("/etc/sysctl.conf:")
        if not (stock and INITSCRIPTS.get(key) == setting.value):
            yield setting


def setter(finding: Finding) -> dict[str, Any] | None:
    """Of evidence that is a sysctl and of the target alone."""
    key, equals, value = finding.evidence.partition(" = ")
    plain = equals and not NAMESPACED.match(key) and re.fullmatch(r"[\w./-]+", key)
    return set_sysctl(key, value) if plain and finding.level >= Level.WARNING else None


@rule(
    "KRN-06",
    Level.WARNING,
    "A kernel setting of the host's own",
    "The kernel has one value for all of its containers, except for what belongs to a container's"
    " network or shared memory: that, the engine sets for this container alone (info).",
    "Set on the target what the services need. Nothing where it is info.",
    side="target",
    task=setter,
)
def sysctls(found: Facts) -> Iterator[Evidence]:
    for setting in settings(found):
        if not OTHERS.match(setting.key):
            quiet = NAMESPACED.match(setting.key) or POLICY.match(setting.key)
            level = Level.INFO if quiet else Level.WARNING
            yield setting.where, f"{setting.key} = {setting.value}", level


@rule(
    "KRN-07",
    Level.WARNING,
    "The kernel was tuned when it was booted",
    "Such an option is the target's and holds for all of its containers.",
    "Boot the target with it when a service needs it, or pin the container with cpuset instead.",
    side="target",
)
def boot_options(found: Facts) -> Iterator[Evidence]:
    for where, line in _command_lines(found):
        for word in line.split():
            purpose = TUNING.get(word.partition("=")[0])
            if purpose:
                level = Level.INFO if word.startswith("elevator=") else Level.WARNING
                yield where, f"{word} ({purpose})", level
            elif word == "mitigations=off":
                yield where, f"{word} (speed before safety)"


def _command_lines(found: Facts) -> Iterator[tuple[str, str]]:
    """The one in force; of a disk those that its boot loader has."""
    if not has_own_kernel(found):
        return
    if found.system.cmdline:
        yield "/proc/cmdline", found.system.cmdline
    else:
        for option in found.kernel.boot_options:
            yield option.where, option.value


@rule(
    "KRN-08",
    Level.RISK,
    "Huge pages are reserved",
    "The target must have reserved as many, and the container must be allowed to use them; else a"
    " database falls back to small pages, or does not start.",
    "Reserve them on the target, soon after it boots.",
    side="target",
    task=setter,
)
def huge_pages(found: Facts) -> Iterator[Evidence]:
    yield from next(filter(None, (_wanted(found), _reserved(found), _booted(found))), ())
    for row in found.storage.fstab:
        if row.fstype == "hugetlbfs":
            yield row.where, row.raw


def _wanted(found: Facts) -> list[Evidence]:
    return [
        (setting.where, f"{setting.key} = {setting.value}")
        for setting in settings(found)
        if setting.key.startswith("vm.nr_hugepages") and setting.value.strip() != "0"
    ]


def _reserved(found: Facts) -> list[Evidence]:
    pools = found.kernel.huge_pages if has_own_kernel(found) else ()
    return [
        ("/proc/meminfo", f"{p.count} pages of {p.size // 1024} kB, {p.free} of them free")
        for p in pools
        if p.count
    ]


def _booted(found: Facts) -> list[Evidence]:
    return [(where, m[1]) for where, line in _command_lines(found) for m in HUGE.finditer(line)]


@rule(
    "KRN-15",
    Level.WARNING,
    "More watches on files than usual",
    "The limits of inotify are the target's; those of a container's users count together with all"
    " others of the same user. Programs that ask fanotify before each access need SYS_ADMIN, and"
    " see the container's mounts only (risk).",
    "Raise the limits on the target. Let a scanner run on the target instead.",
    side="target",
    task=setter,
)
def watches(found: Facts) -> Iterator[Evidence]:
    for setting in settings(found):
        if setting.key.startswith("fs.inotify."):
            yield setting.where, f"{setting.key} = {setting.value}"
    for unit in used(found):
        if re.match(r"(clamonacc|clamav-clamonacc|fapolicyd|mdatp)\.service$", unit.name):
            yield unit.name, "it asks fanotify", Level.RISK


@rule(
    "KRN-16",
    Level.INFO,
    "Core dumps go where this host wants them",
    "The kernel has one core_pattern for all containers; a pipe in it is run on the target.",
    "Look for core dumps of the container where the target puts them.",
    side="target",
)
def core_dumps(found: Facts) -> Iterator[Evidence]:
    if not has_own_kernel(found):
        return
    key = "kernel.core_pattern"
    running = found.kernel.running.get(key, "")
    lines = [setting for setting in found.kernel.sysctls if setting.key == key]
    where, pattern = "/proc/sys/kernel/core_pattern", running
    if lines and running in ("", lines[-1].value):
        where, pattern = lines[-1].where, lines[-1].value
    if pattern.startswith(("|", "/")):
        yield where, f"{key} = {pattern}"
