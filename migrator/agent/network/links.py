"""Interfaces, from /sys; and from netlink the kind and the tag, which /sys lacks."""

from __future__ import absolute_import, division, print_function

import re
import struct

from migrator.agent.host import Host
from migrator.agent.netlink import NetlinkError, attributes, messages, number, word
from migrator.agent.run import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TOP = "/sys/class/net/"
HEAD = struct.Struct("=BxHiII")  # family, device type, index, flags, change
NAME, LINK, LINKINFO = 3, 5, 18  # IFLA_...
INFO_KIND, INFO_DATA = 1, 2
TAG = {"vlan": 1, "vxlan": 1}  # where the data of a kind has its id
MODE = {"macvlan": 1, "macvtap": 1, "ipvlan": 1}
MODES = {
    "macvlan": {1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"},
    "macvtap": {1: "private", 2: "vepa", 4: "bridge", 8: "passthru", 16: "source"},
    "ipvlan": {0: "l2", 1: "l3", 2: "l3s"},
}
UP = 0x1
TAP = 0x2
# Device types of the kernel's if_arp.h, where the type alone tells the kind.
TYPES = {"772": "loopback", "768": "ipip", "776": "sit", "778": "gre", "512": "ppp"}
WITH_MAC = ("1", "24", "32", "772")
COLLECTIONS = ("bond", "bridge", "team", "vrf")  # what is below these is a member, not a parent


def read(host):
    # type: (Host) -> list[dict[str, Any]]
    """In the order of their index."""
    host.only_live()
    told = dict(_vlans(host), **_told(host))
    names = _names(host)
    masters = _masters(host, names)
    found = [_interface(host, name, told.get(name, {}), masters) for name in names]
    by_index = dict((link["index"], link["name"]) for link in found)
    for link in found:
        link["parent"] = _parent(host, link, told.get(link["name"], {}), by_index)
        link["members"] = [name for name in names if masters.get(name) == link["name"]]
    return sorted(found, key=lambda link: int(link["index"]))


def names_by_index(host):
    # type: (Host) -> dict[int, str]
    return dict((_number(host, name, "ifindex"), name) for name in _names(host))


def _names(host):
    # type: (Host) -> list[str]
    """Beside the interfaces there may be a file for all bonds."""
    return [name for name in host.names(TOP) if host.exists(TOP + name + "/ifindex")]


def _told(host):
    # type: (Host) -> dict[str, dict[str, Any]]
    """What only netlink knows of an interface, by its name."""
    try:
        data = host.netlink("link")
    except (NetlinkError, CommandError) as error:
        message = "%s: some kinds of interfaces look alike without it" % error
        host.failed("network.interfaces", "limited", message)
        return {}
    found = {}
    for _, fields in messages(data, HEAD):
        information = attributes(fields.get(LINKINFO, b""))
        kind = word(information.get(INFO_KIND))
        details = attributes(information.get(INFO_DATA, b""))
        mode = MODES.get(kind, {}).get(number(details.get(MODE.get(kind, 0))), "")
        tag = number(details.get(TAG.get(kind, 0)))
        found[word(fields.get(NAME))] = {"kind": kind, "mode": mode, "tag": tag}
    return found


def _interface(host, name, told, masters):
    # type: (Host, str, dict[str, Any], dict[str, str]) -> dict[str, Any]
    master = masters.get(name, "")
    kind = _kind(host, name, told.get("kind", ""))
    return {
        "name": name,
        "index": _number(host, name, "ifindex"),
        "mac": mac(host, name),
        "permanent_mac": _permanent(host, name, master),
        "mtu": _number(host, name, "mtu"),
        "kind": kind,
        "driver": host.link(TOP + name + "/device/driver").rpartition("/")[2],
        "up": bool(_number(host, name, "flags") & UP),
        "state": _said(host, name, "operstate"),
        "master": master,
        "mode": told.get("mode", "") or _mode(host, name, kind),
        "tag": told.get("tag", 0),
    }


def _kind(host, name, told):
    # type: (Host, str, str) -> str
    place = TOP + name
    type_ = _said(host, name, "type")
    device = re.search(r"(?m)^DEVTYPE=(.+)$", host.text(place + "/uevent"))
    for kind, sign in (("bond", "/bonding"), ("bridge", "/bridge"), ("tun", "/tun_flags")):
        if host.exists(place + sign):
            return kind
    if told or type_ in TYPES or device:
        return told or TYPES.get(type_, "") or (device.group(1) if device else "")
    return "ether" if host.exists(place + "/device") else "virtual"


def _mode(host, name, kind):
    # type: (Host, str, str) -> str
    if kind == "bond":
        return _said(host, name, "bonding/mode").partition(" ")[0]
    if kind == "tun":
        return "tap" if _number(host, name, "tun_flags") & TAP else "tun"
    return ""


def _vlans(host):
    # type: (Host) -> dict[str, dict[str, Any]]
    """The same of VLANs alone; the kernel lets only root read it."""
    rows = [line.split("|") for line in host.lines("/proc/net/vlan/config")]
    named = [[cell.strip() for cell in row] for row in rows if len(row) == 3]
    return dict(
        (name, {"kind": "vlan", "tag": int(tag), "parent": parent})
        for name, tag, parent in named
        if tag.isdigit()
    )


def _masters(host, names):
    # type: (Host, list[str]) -> dict[str, str]
    """The bond, bridge or other collection of each interface that is in one; kernels before 3.9
    have no link from the member."""
    found = {}
    for name in names:
        for member in _said(host, name, "bonding/slaves").split() + host.names(
            TOP + name + "/brif"
        ):
            found[member] = name
        master = host.link(TOP + name + "/master").rpartition("/")[2]
        if master:
            found[name] = master
    return found


def _parent(host, link, told, by_index):
    # type: (Host, dict[str, Any], dict[str, Any], dict[int, str]) -> str
    """What it is stacked on. The other end of a veth pair may be in another namespace, where the
    same index is another interface."""
    name, kind = link["name"], link["kind"]
    if kind in COLLECTIONS or kind == "veth":
        return ""
    for entry in host.names(TOP + name):
        if entry.startswith("lower_"):
            return entry[len("lower_") :]
    below = by_index.get(_number(host, name, "iflink"), "")
    return str(told.get("parent", "")) or (below if kind == "vlan" and below != name else "")


def mac(host, name):
    # type: (Host, str) -> str
    """ "" for a tunnel, where the kernel shows the end of the tunnel in its place."""
    return _said(host, name, "address") if _said(host, name, "type") in WITH_MAC else ""


def _permanent(host, name, master):
    # type: (Host, str, str) -> str
    """A member of a bond goes by the address of the bond; its card has one of its own."""
    said = _said(host, name, "bonding_slave/perm_hwaddr")
    if said or not master:
        return said
    text = host.text("/proc/net/bonding/" + master)
    found = re.search(
        r"(?ms)^Slave Interface: %s$.*?^Permanent HW addr: (\S+)" % re.escape(name), text
    )
    return found.group(1) if found else ""


def _said(host, name, entry):
    # type: (Host, str, str) -> str
    return host.text(TOP + name + "/" + entry).strip()


def _number(host, name, entry):
    # type: (Host, str, str) -> int
    """Some are decimal, some hexadecimal with 0x."""
    try:
        return int(_said(host, name, entry), 0)
    except ValueError:
        return 0
