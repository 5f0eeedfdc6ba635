"""Ask source and target from outside, as clients do: the downtime is what they see.

Sockets are used plainly: other threads fork meanwhile, and must not take a lock of ours along.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.address import Address
from migrator.plan import Plan

EVERY = 0.05  # seconds between two questions
PATIENCE = 1.0  # seconds for one answer
PROBE = re.compile(r"(https?)://[^/]*?:(\d+)(/.*)\Z")
HERE = ("local", "ansible.builtin.local", "ssh", "smart", "ansible.builtin.ssh", "paramiko")


@dataclass(frozen=True)
class Point:
    """Something that is served: ``path`` and ``tls`` where it speaks HTTP."""

    name: str
    source: tuple[str, int]
    target: tuple[str, int]
    path: str = ""
    tls: bool = False


def points(plan: Plan, source: Address, target: Address) -> list[Point]:
    """Ports that the plan publishes; none of a host that is not reached by an address."""
    old, new = _address(source), _address(target)
    if not (old and new):
        return []
    spoken = {match[2]: match for url in plan.probes if (match := PROBE.match(url))}
    found = []
    for inside, port in sorted(plan.ports.items()):
        number, _, protocol = inside.partition("/")
        if protocol != "tcp":
            continue
        match = spoken.get(number)
        path, tls = (match[3], match[1] == "https") if match else ("", False)
        found.append(Point(inside, (old, int(number)), (new, port.target), path, tls))
    return found


def _address(address: Address) -> str:
    if address.connection not in HERE:
        return ""
    with contextlib.suppress(OSError):
        return socket.gethostbyname(address.host or address.name)
    return ""


class Prober:
    """Only points that the source answers from outside are counted, and of them those that its
    stop ended: a port that goes on to answer there is no service that moved."""

    def __init__(self, found: Sequence[Point]) -> None:
        self._all = list(found)
        self._last: dict[str, float] = {}  # when the source answered last
        self._first: dict[str, float] = {}  # when the target answered first
        self.points: list[Point] = []

    @contextlib.contextmanager
    def source(self) -> Iterator[None]:
        """Watch the source while its services stop."""
        self.points = [point for point in self._all if answers(point, point.source)]
        for point in self.points:
            self._last[point.name] = time.time()

        def ask(point: Point) -> bool:
            asked = time.time()
            if answers(point, point.source):
                self._last[point.name] = max(asked, self._last.get(point.name, 0.0))
            return False

        with _asking(self.points, ask):
            yield
        self.points = [point for point in self.points if not answers(point, point.source)]

    @property
    def last_answer(self) -> dict[str, float]:
        """By the name of the point, seconds since 1970."""
        return {point.name: round(self._last[point.name], 3) for point in self.points}

    @contextlib.contextmanager
    def target(self, stopped: Mapping[str, float]) -> Iterator[None]:
        """Watch the target from its start; ``stopped`` is what ``last_answer`` said."""
        self._last = dict(stopped)
        self._first = {}
        self.points = [point for point in self._all if point.name in stopped]

        def ask(point: Point) -> bool:
            if answers(point, point.target):
                self._first[point.name] = time.time()
                return True
            return False

        with _asking(self.points, ask):
            yield

    def wait(self, patience: float) -> list[str]:
        """Names of the points at which the target does not answer in time."""
        end = time.monotonic() + patience
        while time.monotonic() < end and len(self._first) < len(self.points):
            time.sleep(EVERY)
        return [point.name for point in self.points if point.name not in self._first]

    @property
    def answered(self) -> float | None:
        """When the last of the points answered from the target, in seconds since 1970."""
        return max(self._first.values(), default=None)

    @property
    def downtime(self) -> float | None:
        """Seconds of the service that was away longest; None where none was seen."""
        gaps = [
            self._first[point.name] - self._last[point.name]
            for point in self.points
            if point.name in self._first
        ]
        return round(max(gaps), 2) if gaps else None


@contextlib.contextmanager
def _asking(found: Sequence[Point], ask: Callable[[Point], bool]) -> Iterator[None]:
    """Each point is asked by a thread of its own until ``ask`` is content, or the block ends."""
    over = threading.Event()

    def again(point: Point) -> None:
        while not over.is_set() and not ask(point):
            over.wait(EVERY)

    threads = [threading.Thread(target=again, args=(point,), daemon=True) for point in found]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(2 * PATIENCE)


def answers(point: Point, where: tuple[str, int]) -> bool:
    """A connection that is accepted, and with HTTP an answer that is no error of the server."""
    try:
        with socket.create_connection(where, timeout=PATIENCE) as plain:
            if not point.path:
                return _stays_open(plain)
            with _wrapped(plain) if point.tls else plain as connection:
                host = f"Host: {where[0]}\r\nUser-Agent: migrator\r\nConnection: close\r\n\r\n"
                connection.sendall(f"GET {point.path} HTTP/1.1\r\n{host}".encode())
                status = connection.recv(64).split()
                return len(status) > 1 and status[1].isdigit() and int(status[1]) < 500
    except (OSError, ValueError):
        return False


def _stays_open(connection: socket.socket) -> bool:
    """An engine that publishes a port may accept for a service that is not there, and close."""
    connection.settimeout(0.2)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True


def _wrapped(connection: socket.socket) -> ssl.SSLSocket:
    """The certificate is for a name, and we ask an address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection)
