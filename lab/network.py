"""One bridge for all lab hosts, and a link to it for each."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lab.rootfs import locked, run
from lab.state import GATEWAY, PREFIX, STATE, Host, hosts

BRIDGE = "mlab0"
NAMESPACES = Path("/run/netns")


def exists(link: str) -> bool:
    return subprocess.run(["ip", "link", "show", link], capture_output=True).returncode == 0


def bridge_up() -> None:
    with locked(STATE / "network.lock"):
        if not exists(BRIDGE):
            run("ip", "link", "add", BRIDGE, "type", "bridge")
            run("ip", "address", "add", f"{GATEWAY}/24", "dev", BRIDGE)
            run("ip", "link", "set", BRIDGE, "up")


def bridge_down() -> None:
    """Remove the bridge when the last host has gone, those of other checkouts included."""
    ports = Path("/sys/class/net") / BRIDGE / "brif"
    with locked(STATE / "network.lock"):
        if not hosts() and ports.exists() and not any(ports.iterdir()):
            run("ip", "link", "delete", BRIDGE)


def attach_tap(host: Host) -> None:
    detach(host)
    run("ip", "tuntap", "add", "dev", host.link, "mode", "tap")
    run("ip", "link", "set", host.link, "master", BRIDGE, "up")


def attach_namespace(host: Host, configure: bool) -> None:
    """A network namespace with an eth0 for a container; ``configure`` it unless the host does."""
    detach(host)
    run("ip", "netns", "add", host.machine)
    peer = f"{host.link}p"
    run("ip", "link", "add", host.link, "type", "veth", "peer", "name", peer)
    run("ip", "link", "set", host.link, "master", BRIDGE, "up")
    run("ip", "link", "set", peer, "netns", host.machine)
    inside = ["ip", "-n", host.machine]
    # A random address would be replaced by the host's udev, and neighbours would miss it for long.
    run(*inside, "link", "set", peer, "name", "eth0", "address", host.mac)
    run(*inside, "link", "set", "lo", "up")
    if configure:
        run(*inside, "address", "add", f"{host.address}/24", "dev", "eth0")
        run(*inside, "link", "set", "eth0", "up")
        run(*inside, "route", "add", "default", "via", f"{PREFIX}.1")


def detach(host: Host) -> None:
    if exists(host.link):
        run("ip", "link", "delete", host.link)
    if (NAMESPACES / host.machine).exists():
        run("ip", "netns", "delete", host.machine)
