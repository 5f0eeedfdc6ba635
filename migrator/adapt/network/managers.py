"""netplan, NetworkManager and systemd-networkd."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, comment, edit, write

NETPLAN = "/etc/netplan"
GENERATED = "netplan's generator reads it at every boot and would start who sets up the old card"
UNMANAGED = "the engine sets up the container's interface, nobody else may"
NM = "/etc/NetworkManager"
NM_TEXT = """\
# The engine sets up the container's interface.
[keyfile]
unmanaged-devices=*
"""
NETWORKD = "/etc/systemd/network"
NETWORKD_TEXT = """\
# The engine sets up the container's interface. The first file that matches is the one that counts.
[Match]
Name=*

[Link]
Unmanaged=yes
"""


def changes(tree: Tree) -> Iterator[Change]:
    netplan = [name for name in tree.names(NETPLAN) if name.endswith((".yaml", ".yml"))]
    for name in netplan:
        text = comment(r"\s*[^#\s]")
        yield from edit("network", tree, f"{NETPLAN}/{name}", text, GENERATED)
    if tree.exists(f"{NM}/NetworkManager.conf"):
        place = f"{NM}/conf.d/00-migrator.conf"
        yield from write("network", tree, place, NM_TEXT, UNMANAGED)
    if netplan or any(name.endswith(".network") for name in tree.names(NETWORKD)):
        place = f"{NETWORKD}/00-migrator.network"
        yield from write("network", tree, place, NETWORKD_TEXT, UNMANAGED)
