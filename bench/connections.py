"""What a connection carries: OpenSSH's client and paramiko in turns, to the same host.

python -m bench.connections web01 -i inventory.yml
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace

from migrator.carrier import Connection
from migrator.inventory import Inventory
from migrator.transport import connect

KINDS = ("ssh", "paramiko")
PIECE = 1 << 18


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.connections")
    parser.add_argument("host")
    parser.add_argument("-i", "--inventory", action="append")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    address = Inventory(tuple(options.inventory or ())).address(options.host)
    size = options.megabytes << 20
    for _ in range(options.rounds):
        for kind in KINDS:
            begun, before = time.monotonic(), os.times()
            with connect(replace(address, connection=kind)) as connection:
                ready = time.monotonic() - begun
                wall = carry(connection, size)
                calls = exchanges(connection)
            after = os.times()
            mine = after.user + after.system - before.user - before.system
            print(
                f"{kind:9} {size / wall / 1e6:5.0f} MB/s, {mine:.1f} s of processor time in this"
                f" process; login {ready:.2f} s, a command {calls:.3f} s"
            )
    return 0


def carry(connection: Connection, size: int) -> float:
    begun = time.monotonic()
    with connection.start(["head", "-c", str(size), "/dev/zero"]) as channel:
        while channel.stdout.read(PIECE):
            pass
        channel.finish()
    return time.monotonic() - begun


def exchanges(connection: Connection, count: int = 10) -> float:
    begun = time.monotonic()
    for _ in range(count):
        connection.exchange(["true"], b"")
    return (time.monotonic() - begun) / count


if __name__ == "__main__":
    sys.exit(main())
