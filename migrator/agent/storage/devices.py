"""Block devices, from /sys and the links that udev made; no device is opened."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BLOCK = "/sys/block"
LINKS = "/dev/disk"
SECTOR = 512  # bytes, whatever the disk's own sectors are
# (beginning of the name, kind); what is none of these is a disk.
NAMES = (
    ("loop", "loop"),
    ("sr", "rom"),
    ("md", "raid"),
    ("zram", "zram"),
    ("drbd", "drbd"),
    ("nbd", "nbd"),
    ("rbd", "rbd"),
    ("fd", "floppy"),
    ("bcache", "bcache"),
)
# (beginning of the UUID that a device of the mapper has, kind)
MAPPED = (
    ("LVM-", "lvm"),
    ("mpath-", "multipath"),
    ("CRYPT-", "crypt"),
    ("DMRAID-", "raid"),
    ("part", "partition"),
)


def devices(host):
    # type: (Host) -> list[dict[str, Any]]
    """Disks with their partitions behind them; those without a medium are left out."""
    host.only_live()
    links = _links(host)
    found = []
    for name in host.names(BLOCK):
        place = BLOCK + "/" + name
        if name.startswith("ram"):
            continue
        disk = _device(host, place, name, links)
        disk.update(kind=_kind(host, place, name), parents=host.names(place + "/slaves"))
        found.append(disk)
        for part in host.names(place):
            if part.startswith(name) and host.exists(place + "/" + part + "/dev"):
                row = _device(host, place + "/" + part, part, links)
                row.update(kind="partition", parents=[name])
                row.update((key, disk[key]) for key in ("rotational", "removable"))
                found.append(row)
    return [device for device in found if device["size"]]


def _device(host, place, name, links):
    # type: (Host, str, str, dict[str, list[str]]) -> dict[str, Any]
    def said(attribute):
        # type: (str) -> str
        return host.text(place + "/" + attribute).strip()

    number = said("dev")
    sectors = said("size")
    return {
        "name": name.replace("!", "/"),  # cciss/c0d0
        "size": int(sectors) * SECTOR if sectors.isdigit() else 0,
        "device": number,
        "mapper": said("dm/name"),
        "vendor": said("device/vendor"),
        "model": said("device/model"),
        "rotational": said("queue/rotational") == "1",
        "removable": said("removable") == "1",
        "read_only": said("ro") == "1",
        "content": _content(host, number, name),
        "links": links.get(name.replace("!", "/"), []),
    }


def _kind(host, place, name):
    # type: (Host, str, str) -> str
    if name.startswith("dm-"):
        uuid = host.text(place + "/dm/uuid")
        return next((kind for start, kind in MAPPED if uuid.startswith(start)), "dm")
    return next((kind for start, kind in NAMES if re.match(start + r"\d", name)), "disk")


def _content(host, number, name):
    # type: (Host, str, str) -> str
    """What udev found when it looked at the device; the second place is that of older udevs."""
    known = host.text("/run/udev/data/b" + number) or host.text("/dev/.udev/db/block:" + name)
    said = re.search(r"(?m)^E:ID_FS_TYPE=(.*)$", known)
    return said.group(1) if said else ""


def _links(host):
    # type: (Host) -> dict[str, list[str]]
    """The links to each device, by its name."""
    found = {}  # type: dict[str, list[str]]
    for group in host.names(LINKS):
        for name in host.names(LINKS + "/" + group):
            target = host.link(LINKS + "/" + group + "/" + name)
            device = re.sub(r"^(\.\./)+|^/dev/", "", target)
            if device:
                found.setdefault(device, []).append(group + "/" + name)
    return found
