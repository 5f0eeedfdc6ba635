"""What the host is: release, kernel, init, hardware, names."""

from __future__ import absolute_import, division, print_function

import os
import platform
import re

from migrator.agent import run
from migrator.agent.files import Root

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


def read(root):
    # type: (Root) -> dict[str, Any]
    release = settings(root, "/etc/os-release") or settings(root, "/usr/lib/os-release")
    hostname = platform.node() if root.live else root.text("/etc/hostname").strip()
    init = _init(root)
    return {
        "hostname": hostname,
        "fqdn": _fqdn(root, hostname),
        "os_id": release.get("ID", ""),
        "os_version": release.get("VERSION_ID", ""),
        "os_name": release.get("PRETTY_NAME", ""),
        "kernel": platform.release() if root.live else "",
        "architecture": platform.machine(),
        "init": init,
        "init_version": _systemd_version() if root.live and init == "systemd" else 0,
        "virtualisation": _virtualisation(root) if root.live else "",
        "machine_id": root.text("/etc/machine-id").strip(),
        "boot_id": root.text("/proc/sys/kernel/random/boot_id").strip(),
        "timezone": _timezone(root),
        "locale": _locale(root),
        "cpus": os.sysconf("SC_NPROCESSORS_ONLN") if root.live else 0,
        "memory": _memory(root),
        "selinux": _selinux(root),
    }


def settings(root, path):
    # type: (Root, str) -> dict[str, str]
    """KEY=value lines of a shell-like file, without quotes."""
    found = {}  # type: dict[str, str]
    for line in root.lines(path):
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            found[key.strip()] = value.strip().strip("\"'")
    return found


def _fqdn(root, hostname):
    # type: (Root, str) -> str
    for line in root.lines("/etc/hosts"):
        names = line.partition("#")[0].split()[1:]
        if hostname in names:
            return next((name for name in names if name.startswith(hostname + ".")), hostname)
    return hostname


def _init(root):
    # type: (Root) -> str
    if root.live and os.path.isdir("/run/systemd/system"):
        return "systemd"
    if root.exists("/sbin/initctl") and root.names("/etc/init"):
        return "upstart"
    try:
        target = os.readlink(root.at("/sbin/init"))
    except OSError:
        target = ""
    if "systemd" in target:
        return "systemd"
    return "sysvinit" if root.exists("/etc/inittab") else "unknown"


def _systemd_version():
    # type: () -> int
    words = run.output(["systemctl", "--version"]).split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def _virtualisation(root):
    # type: (Root) -> str
    container = root.text("/run/systemd/container").strip()
    if container:
        return container
    vendor = root.text("/sys/class/dmi/id/sys_vendor").lower()
    known = next((name for word, name in VENDORS if word in vendor), "")
    if known:
        return known
    flags = re.search(r"(?m)^flags\s*:.*\bhypervisor\b", root.text("/proc/cpuinfo"))
    return "vm" if flags else "none"


def _timezone(root):
    # type: (Root) -> str
    named = root.text("/etc/timezone").strip()
    try:
        target = os.readlink(root.at("/etc/localtime"))
    except OSError:
        target = ""
    return named or target.partition("zoneinfo/")[2]


def _locale(root):
    # type: (Root) -> str
    places = ("/etc/default/locale", "/etc/locale.conf", "/etc/sysconfig/i18n")
    return next((s["LANG"] for s in (settings(root, p) for p in places) if "LANG" in s), "")


def _memory(root):
    # type: (Root) -> int
    found = re.search(r"(?m)^MemTotal:\s*(\d+) kB", root.text("/proc/meminfo"))
    return int(found.group(1)) * 1024 if found else 0


def _selinux(root):
    # type: (Root) -> str
    enforcing = root.text("/sys/fs/selinux/enforce").strip()
    if enforcing:
        return "enforcing" if enforcing == "1" else "permissive"
    return "disabled" if root.exists("/etc/selinux/config") else "absent"
