"""What the host is: release, kernel, init, hardware, names."""

from __future__ import absolute_import, division, print_function

import platform
import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VENDORS = (
    ("qemu", "qemu"),
    ("vmware", "vmware"),
    ("innotek", "virtualbox"),
    ("xen", "xen"),
    ("microsoft", "hyperv"),
    ("amazon", "kvm"),
    ("google", "kvm"),
)


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    release = settings(host, "/etc/os-release") or settings(host, "/usr/lib/os-release")
    hostname = (host.text("/proc/sys/kernel/hostname") or host.text("/etc/hostname")).strip()
    init = _init(host)
    return {
        "hostname": hostname,
        "fqdn": _fqdn(host, hostname),
        "os_id": release.get("ID", ""),
        "os_version": release.get("VERSION_ID", ""),
        "os_name": release.get("PRETTY_NAME", ""),
        "kernel": host.text("/proc/sys/kernel/osrelease").strip(),
        "architecture": platform.machine(),
        "init": init,
        "init_version": _systemd_version(host) if host.live and init == "systemd" else 0,
        "virtualisation": _virtualisation(host) if host.live else "",
        "machine_id": host.text("/etc/machine-id").strip(),
        "boot_id": host.text("/proc/sys/kernel/random/boot_id").strip(),
        "timezone": _timezone(host),
        "locale": _locale(host),
        "cpus": len(re.findall(r"(?m)^processor\s*:", host.text("/proc/cpuinfo"))),
        "memory": _memory(host),
        "selinux": _selinux(host),
    }


def settings(host, path):
    # type: (Host, str) -> dict[str, str]
    """KEY=value lines of a shell-like file, without quotes."""
    found = {}  # type: dict[str, str]
    for line in host.lines(path):
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            found[key.strip()] = value.strip().strip("\"'")
    return found


def _fqdn(host, hostname):
    # type: (Host, str) -> str
    for line in host.lines("/etc/hosts"):
        names = line.partition("#")[0].split()[1:]
        if hostname in names:
            return next((name for name in names if name.startswith(hostname + ".")), hostname)
    return hostname


def _init(host):
    # type: (Host) -> str
    if host.live and host.exists("/run/systemd/system"):
        return "systemd"
    if host.exists("/sbin/initctl") and host.names("/etc/init"):
        return "upstart"
    if "systemd" in host.link("/sbin/init"):
        return "systemd"
    return "sysvinit" if host.exists("/etc/inittab") else "unknown"


def _systemd_version(host):
    # type: (Host) -> int
    words = host.output(["systemctl", "--version"]).split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def _virtualisation(host):
    # type: (Host) -> str
    container = host.text("/run/systemd/container").strip()
    if container:
        return container
    vendor = host.text("/sys/class/dmi/id/sys_vendor").lower()
    known = next((name for word, name in VENDORS if word in vendor), "")
    if known:
        return known
    flags = re.search(r"(?m)^flags\s*:.*\bhypervisor\b", host.text("/proc/cpuinfo"))
    return "vm" if flags else "none"


def _timezone(host):
    # type: (Host) -> str
    named = host.text("/etc/timezone").strip()
    return named or host.link("/etc/localtime").partition("zoneinfo/")[2]


def _locale(host):
    # type: (Host) -> str
    places = ("/etc/default/locale", "/etc/locale.conf", "/etc/sysconfig/i18n")
    return next((s["LANG"] for s in (settings(host, p) for p in places) if "LANG" in s), "")


def _memory(host):
    # type: (Host) -> int
    found = re.search(r"(?m)^MemTotal:\s*(\d+) kB", host.text("/proc/meminfo"))
    return int(found.group(1)) * 1024 if found else 0


def _selinux(host):
    # type: (Host) -> str
    enforcing = host.text("/sys/fs/selinux/enforce").strip()
    if enforcing:
        return "enforcing" if enforcing == "1" else "permissive"
    return "disabled" if host.exists("/etc/selinux/config") else "absent"
