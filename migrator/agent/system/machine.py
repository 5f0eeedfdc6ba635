"""The machine: virtualisation, firmware, processors, memory, load and uptime."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# (part of the vendor or product, hypervisor)
VENDORS = (
    ("qemu", "qemu"),
    ("kvm", "kvm"),
    ("openstack", "kvm"),
    ("ovirt", "kvm"),
    ("rhev", "kvm"),
    ("vmware", "vmware"),
    ("innotek", "virtualbox"),
    ("virtualbox", "virtualbox"),
    ("xen", "xen"),
    ("microsoft corporation virtual machine", "hyperv"),
    ("parallels", "parallels"),
    ("bhyve", "bhyve"),
    ("nutanix", "kvm"),
    ("digitalocean", "kvm"),
    ("hetzner", "kvm"),
)
CLOUDS = ("amazon", "google", "alibaba", "oraclecloud")  # which also rent real machines
MARKERS = (("/.dockerenv", "docker"), ("/run/.containerenv", "podman"))
DMI = "/sys/class/dmi/id/"
HARDWARE = {
    "vendor": "sys_vendor",
    "product": "product_name",
    "version": "product_version",
    "serial": "product_serial",
    "uuid": "product_uuid",
    "bios_vendor": "bios_vendor",
    "bios_version": "bios_version",
    "bios_date": "bios_date",
}
MODELS = r"(?m)^(?:model name|cpu model|cpu|Processor|machine)\s*:\s*(.+)$"


def machine(host):
    # type: (Host) -> dict[str, Any]
    cpuinfo, meminfo = host.text("/proc/cpuinfo"), host.text("/proc/meminfo")
    hardware = dict((key, host.text(DMI + name).strip()) for key, name in HARDWARE.items())
    model = re.search(MODELS, cpuinfo)
    flags = re.search(r"(?m)^(?:flags|Features)\s*:\s*(.*)$", cpuinfo)
    return {
        "virtualisation": _virtualisation(host, hardware, cpuinfo) if host.live else "",
        "hardware": hardware,
        "cpus": len(re.findall(r"(?m)^processor\s*\d*\s*:", cpuinfo)),
        "cpu_model": model.group(1).strip() if model else "",
        "cpu_flags": flags.group(1).split() if flags else [],
        "memory": _kilobytes(meminfo, "MemTotal"),
        "swap": _kilobytes(meminfo, "SwapTotal"),
        "load": [float(n) for n in re.findall(r"(\d+\.\d+) ", host.text("/proc/loadavg"))[:3]],
        "boot_id": host.text("/proc/sys/kernel/random/boot_id").strip(),
        "boot_time": _first(r"(?m)^btime (\d+)", host.text("/proc/stat")),
        "uptime": _first(r"(\d+)", host.text("/proc/uptime")),
    }


def _virtualisation(host, hardware, cpuinfo):
    # type: (Host, dict[str, str], str) -> str
    """A container first, since it sees the firmware of the machine below."""
    container = _container(host)
    if container:
        return container
    vendor = " ".join([hardware["vendor"], hardware["product"], hardware["bios_vendor"]]).lower()
    for part, name in VENDORS:
        if part in vendor:
            return name
    flagged = re.search(r"(?m)^flags\s*:.*\bhypervisor\b", cpuinfo)
    if flagged and any(cloud in vendor for cloud in CLOUDS):
        return "kvm"
    if host.text("/sys/hypervisor/type").strip() == "xen":
        below = "control_d" in host.text("/proc/xen/capabilities")
        return "none" if below else "xen"  # the first domain has the machine for itself
    if "z/VM" in host.text("/proc/sysinfo"):
        return "zvm"
    return "vm" if flagged else "none"


def _container(host):
    # type: (Host) -> str
    named = host.text("/run/systemd/container").strip()
    own = re.search(r"(?:^|\0)container=([\w-]+)", host.text("/proc/1/environ"))
    if named or own:
        return named or (own.group(1) if own else "")
    if host.exists("/proc/vz") and not host.exists("/proc/bc"):
        return "openvz"
    if "microsoft" in host.text("/proc/sys/kernel/osrelease").lower():
        return "wsl"
    return next((name for path, name in MARKERS if host.exists(path)), "")


def _kilobytes(text, name):
    # type: (str, str) -> int
    return _first(r"(?m)^%s:\s*(\d+) kB" % name, text) * 1024


def _first(pattern, text):
    # type: (str, str) -> int
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0
