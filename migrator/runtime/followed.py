"""Whether lines that are logged in a container leave it for the hosts that the log rules name.

They are seen as packets in the container's network, from here: it may not look itself, and who
receives them is not ours to ask.
"""

import contextlib
import ctypes
import os
import select
import socket
import struct
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

from migrator.runtime.run import REMOTE_FAILED, Explained, attempt

PATIENCE = 10.0  # seconds for a line to leave
EVERY_PROTOCOL = 3  # ETH_P_ALL
LARGEST = 1 << 16  # bytes of a packet
NETWORKS = 0x40000000  # CLONE_NEWNET
TCP, UDP = 6, 17


def followed(params: Dict[str, Any]) -> Dict[str, Any]:
    """{"arrived": {name: did it leave}} of ``remotes``, each with "name", "port", "level" of
    logger, and "plain": the line can be read on its way. ``inside`` comes before a command that is
    to run in the container."""
    inside, line, remotes = params["inside"], params["line"].encode("ascii"), params["remotes"]
    with _watching(_network(inside)) as packets:
        for level in sorted({remote["level"] for remote in remotes}):
            done = attempt([*inside, "logger", "-p", level, params["line"]])
            if done.returncode:
                why = done.stderr.decode("utf-8", "replace").strip() or "no reason given"
                raise _lost(f"nothing can be logged in the container: {why}")
        return {"arrived": _seen(packets, line, remotes)}


def _seen(packets: socket.socket, line: bytes, remotes: List[Dict[str, Any]]) -> Dict[str, bool]:
    arrived = {remote["name"]: False for remote in remotes}
    end = time.monotonic() + PATIENCE
    while not all(arrived.values()):
        left = end - time.monotonic()
        if left <= 0 or not select.select([packets], [], [], left)[0]:
            break
        port, content = payload(packets.recv(LARGEST)) or (0, b"")
        for remote in remotes:
            if content and port == remote["port"] and (line in content or not remote["plain"]):
                arrived[remote["name"]] = True
    return arrived


def payload(packet: bytes) -> Optional[Tuple[int, bytes]]:
    """(port that it goes to, content) of a packet of TCP or UDP, None for any other."""
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) > 20:
        protocol, start = packet[9], (packet[0] & 15) * 4
    elif version == 6 and len(packet) > 40:
        protocol, start = packet[6], 40
    else:
        return None
    if protocol == UDP:
        length = 8
    elif protocol == TCP and len(packet) > start + 12:
        length = (packet[start + 12] >> 4) * 4
    else:
        return None
    if len(packet) < start + length:
        return None
    return struct.unpack_from(">H", packet, start + 2)[0], packet[start + length :]


def _network(inside: List[str]) -> Path:
    """The network namespace of the container, by a process of it that this host sees."""
    done = attempt([*inside, "readlink", "/proc/self/ns/net"])
    wanted = done.stdout.decode().strip()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted and os.readlink(str(process / "ns/net")) == wanted:
                return process / "ns/net"
    raise _lost("the container's network is not found on the target")


@contextlib.contextmanager
def _watching(network: Path) -> "Iterator[socket.socket]":
    """Packets of all interfaces there, from their IP header on."""
    with Path("/proc/self/ns/net").open() as own, network.open() as other:
        _enter(other.fileno())
        try:
            kind = socket.SOCK_DGRAM
            packets = socket.socket(socket.AF_PACKET, kind, socket.htons(EVERY_PROTOCOL))
        finally:
            _enter(own.fileno())
    with packets:
        yield packets


def _enter(network: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(network, NETWORKS):
        reason = os.strerror(ctypes.get_errno())
        raise _lost(f"the container's network cannot be watched ({reason})")


def _lost(message: str) -> Explained:
    return Explained(message, "see whether the container runs, then verify again", REMOTE_FAILED)
