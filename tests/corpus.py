"""A small tree with everything that copies like to lose, and the local way to carry it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from migrator.address import Address
from migrator.carrier import Carrier
from migrator.transport import connect

NAMES = (b"plain", b"with blank", b"new\nline", b"\xff\xfe not text", "täg".encode(), b"q'\"$(id)")
MOMENT = 1_500_000_000_123_456_789  # ns


def make(root: Path) -> None:
    """Needs root: owners, devices and capabilities are a part of it."""
    base = os.fsencode(root)
    os.makedirs(base + b"/opt/app/" + b"d" * 120 + b"/" + b"e" * 120)
    os.makedirs(base + b"/etc")
    os.makedirs(base + b"/srv/data/inner")
    for number, name in enumerate(NAMES):
        path = base + b"/opt/app/" + name
        with open(path, "wb") as handle:
            handle.write(b"content %d\n" % number)
        os.chown(path, 1000 + number, 3_000_000)
        os.utime(path, ns=(MOMENT, MOMENT - number))
    (root / "etc/config").write_text("a = 1\n")
    (root / "etc/config").chmod(0o640)
    (root / "etc/key").write_text("-----BEGIN PRIVATE KEY-----\nnot one\n")
    (root / "etc/key").chmod(0o600)
    (root / "etc/link").symlink_to("config")
    (root / "opt/app/old").write_text("before 1970")
    os.utime(root / "opt/app/old", ns=(-1_500_000_000, -1_500_000_000))
    (root / "opt/app/no-access").touch(mode=0)
    (root / "opt/app/setuid").touch()
    (root / "opt/app/setuid").chmod(0o4755)
    os.link(root / "opt/app/plain", root / "etc/plain-too")
    os.mkfifo(root / "opt/app/fifo")
    os.mknod(root / "opt/app/null", 0o020666, os.makedev(1, 3))
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(root / "opt/app/socket"))
    listening.close()
    _sparse(root / "srv/data/sparse")
    (root / "srv/data/large").write_bytes(os.urandom(3 << 20))
    os.setxattr(root / "etc/config", "user.origin", b"1\x002")
    subprocess.run(["setcap", "cap_net_raw+ep", root / "opt/app/setuid"], check=True)
    subprocess.run(["setfacl", "-m", "u:1234:rw", root / "srv/data/large"], check=True)


def _sparse(path: Path) -> None:
    with path.open("wb") as handle:
        handle.write(b"head")
        handle.seek(8 << 20)
        handle.write(b"tail")
        handle.truncate(16 << 20)


@contextlib.contextmanager
def here() -> Iterator[Carrier]:
    with connect(Address(name="here", connection="local")) as connection:
        yield Carrier(connection)
