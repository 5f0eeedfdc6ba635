"""An SSH server of the tests' own on loopback, and what its sessions leave behind."""

from __future__ import annotations

import contextlib
import getpass
import shutil
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from migrator.address import Address

PIECE = 1 << 16
PATIENCE = 15.0  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def known(path: Path) -> tuple[str, ...]:
    """OpenSSH's arguments that make ``path`` the only place of known keys."""
    return "-F", "none", "-o", f"UserKnownHostsFile={path}", "-o", "GlobalKnownHostsFile=/dev/null"


@dataclass(frozen=True)
class Server:
    """``mark`` is in the environment of everything that a session starts."""

    address: Address
    mark: str

    def processes(self) -> list[str]:
        """Command lines of what sessions started and what still runs."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self.mark.encode() in (path / "environ").read_bytes():
                    found.append((path / "cmdline").read_text().replace("\0", " "))
        return found

    def quiet(self) -> list[str]:
        """What is still left when everything had time to end."""
        end = time.monotonic() + PATIENCE
        while self.processes() and time.monotonic() < end:
            time.sleep(0.1)
        return self.processes()


@contextlib.contextmanager
def served(place: Path, host: str = "127.0.0.1", prefix: Sequence[str] = ()) -> Iterator[Server]:
    """A server with its own host key, for the user who runs the tests; ``prefix`` starts it
    somewhere else, such as in another network."""
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin")
    assert sshd, "install openssh-server"
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / name]
        subprocess.run(command, check=True)
    port, mark = free_port(), f"MIGRATOR_TEST={uuid.uuid4()}"
    config = place / "config"
    config.write_text(
        f"Port {port}\nListenAddress {host}\nHostKey {place}/host\nPidFile {place}/pid\n"
        f"AuthorizedKeysFile {place}/user.pub\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
        f"SetEnv {mark}\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen([*prefix, sshd, "-D", "-f", config], stderr=subprocess.DEVNULL)
    public = (place / "host.pub").read_text()
    (place / "known_hosts").write_text(f"[{host}]:{port} {public}")
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                break
        time.sleep(0.05)
    address = Address(
        name="here",
        host=host,
        port=port,
        user=getpass.getuser(),
        key_file=str(place / "user"),
        known_hosts=(str(place / "known_hosts"),),
        ssh_arguments=known(place / "known_hosts"),
    )
    try:
        yield Server(address, mark)
    finally:
        server.terminate()
        server.wait()


@dataclass
class Proxy:
    """Between a client and a server: counts what comes back, and cuts it off at ``limit`` bytes."""

    port: int
    limit: float = float("inf")
    seen: int = 0
    sockets: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket, target: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = listener.accept()
                there = socket.create_connection(target)
                self.sockets += [here, there]
                for ends in ((here, there, False), (there, here, True)):
                    threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, back: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                self.seen += len(piece) if back else 0
                if self.seen > self.limit:
                    break
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxied(server: Server, place: Path) -> Iterator[tuple[Address, Proxy]]:
    """The server's address behind a proxy."""
    address = server.address
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(listener.getsockname()[1])
        target = (address.host, address.port)
        threading.Thread(target=proxy.serve, args=(listener, target), daemon=True).start()
        key = Path(address.known_hosts[0]).read_text().replace(str(address.port), str(proxy.port))
        path = place / f"known-{proxy.port}"
        path.write_text(key)
        yield (
            replace(
                address,
                port=proxy.port,
                known_hosts=(str(path),),
                ssh_arguments=known(path),
            ),
            proxy,
        )
        for end in proxy.sockets:
            end.close()
