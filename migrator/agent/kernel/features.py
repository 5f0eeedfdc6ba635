"""Which of the kernel's own features are there: control groups, namespaces, security, kdump."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.mounts import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROOT = "/sys/fs/cgroup"
SECURITY = "/sys/kernel/security"
KDUMP = ("/etc/kdump.conf", "/etc/sysconfig/kdump", "/etc/default/kdump-tools")


def control_groups(host):
    # type: (Host) -> dict[str, Any]
    host.only_live()
    mounts = list(table(host))
    unified = [mount.path for mount in mounts if mount.fstype == "cgroup2"]
    old = [mount for mount in mounts if mount.fstype == "cgroup"]
    controllers = set()  # type: set[str]
    for mount in old:
        controllers.update(set(mount.options.split(",")) & _known(host))
    for path in unified:
        controllers.update(host.text(path + "/cgroup.controllers").split())
    mode = "hybrid" if old and unified else "v1" if old else "v2" if unified else ""
    return {"mode": mode, "controllers": sorted(controllers)}


def _known(host):
    # type: (Host) -> set[str]
    """Names of controllers: an option that is none says something else."""
    lines = host.lines("/proc/cgroups")
    return set(line.split()[0] for line in lines if line.split() and not line.startswith("#"))


def namespaces(host):
    # type: (Host) -> list[str]
    host.only_live()
    return [name for name in host.names("/proc/self/ns") if not name.endswith("_for_children")]


def security_modules(host):
    # type: (Host) -> list[str]
    """Before Linux 4.14 there is no list, but each has a file system or a directory."""
    host.only_live()
    listed = host.text(SECURITY + "/lsm").strip()
    if listed:
        return listed.split(",")
    signs = (
        ("apparmor", SECURITY + "/apparmor"),
        ("selinux", "/sys/fs/selinux/enforce"),
        ("selinux", "/selinux/enforce"),
        ("smack", "/sys/fs/smackfs/load2"),
        ("tomoyo", SECURITY + "/tomoyo"),
    )
    return [name for name, path in signs if host.exists(path)]


def crash_dump(host):
    # type: (Host) -> dict[str, Any]
    found = []
    for path in KDUMP:
        for where, line in host.numbered(path):
            text = line.strip()
            if text and not text.startswith("#"):
                key, _, value = text.partition("=" if "=" in text.split()[0] else " ")
                row = {"where": where, "key": key, "value": value.strip(" \"'"), "raw": line}
                found.append(row)
    size = host.text("/sys/kernel/kexec_crash_size").strip()
    return {
        "reserved": int(size) if size.isdigit() else 0,
        "loaded": host.text("/sys/kernel/kexec_crash_loaded").strip() == "1",
        "settings": found,
    }
