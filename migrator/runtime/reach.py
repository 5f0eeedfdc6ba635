"""Whether the peers of a host can be reached from here, and its names looked up."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List

WORKERS = 32
PATIENCE = 2.0  # seconds for one connection


def connections(peers: List[List[Any]]) -> List[Dict[str, Any]]:
    """For each [address, port] of TCP {"address", "port", "result", "seconds"}; the connection is
    closed at once, and nothing is sent."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(_connect, peers))


def _connect(peer: List[Any]) -> Dict[str, Any]:
    address, port = peer
    begun = time.time()
    try:
        with socket.create_connection((address, port), timeout=PATIENCE):
            result = "open"
    except socket.timeout:
        result = "timeout"
    except ConnectionRefusedError:
        result = "refused"
    except (OSError, OverflowError) as error:
        result = getattr(error, "strerror", None) or str(error)
    seconds = round(time.time() - begun, 3)
    return {"address": address, "port": port, "result": result, "seconds": seconds}


def names(wanted: List[str]) -> Dict[str, str]:
    """Name -> its first address, "" where the target knows none."""
    with ThreadPoolExecutor(WORKERS) as pool:
        found = pool.map(lambda name: (name, _address(name)), wanted)
        return dict(found)


def _address(name: str) -> str:
    try:
        return str(socket.getaddrinfo(name, None)[0][4][0])
    except (OSError, ValueError):
        return ""
