"""A connection that ends early: one clear sentence, nothing left behind, and less to do again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from migrator import login, snapshot
from migrator.address import Address
from migrator.agent import limits
from migrator.carrier import Carrier
from migrator.errors import MigratorError, Unreachable
from migrator.progress import Silent
from migrator.transport import connect, openssh
from migrator.workdir import Workdir, make_private
from tests import builders as build
from tests.sshd import Proxy, Server, proxied, served

TOP = Path(__file__).resolve().parents[1]
FILES, SIZE = 48, 1 << 20
NETWORK = "mlab-cut"
SLOW_READER = """
import sys, time
from migrator.carrier import Carrier
from migrator.address import Address
from migrator.transport import connect
with connect(eval(sys.argv[1])) as connection:
    with Carrier(connection).stream("agent", "tree", {"root": "/usr"}) as channel:
        channel.stdout.read(1000)
        print("reading", flush=True)
        time.sleep(600)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(params=["ssh", "paramiko"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("root")
    (top / "srv").mkdir()
    for number in range(FILES):
        (top / f"srv/{number:02}").write_bytes(os.urandom(SIZE))
    return top


@pytest.fixture
def work(tmp_path: Path) -> Workdir:
    made = Workdir(tmp_path / "work", "old")
    make_private(made.path)
    return made


def take(address: Address, root: Path, work: Workdir) -> snapshot.Snapshot:
    with connect(address) as connection:
        found = build.facts(root=str(root))
        return snapshot.take(Carrier(connection), build.plan(), found, work, Silent())


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_cut_snapshot_goes_on_where_it_was(
    server: Server, kind: str, root: Path, work: Workdir, tmp_path: Path, part: float
) -> None:
    with proxied(server, tmp_path) as (address, proxy):
        address = replace(address, connection=kind)
        proxy.limit = part * FILES * SIZE
        begun = time.monotonic()
        with pytest.raises(Unreachable, match=r"connection to here was cut.*run the same") as cut:
            take(address, root, work)
        assert cut.value.exit_code == 3
        assert time.monotonic() - begun < 30
        assert not work.snapshot.exists()
        assert server.quiet() == []
        proxy.limit, proxy.seen = float("inf"), 0
        assert take(address, root, work).counts["layer"] == FILES + 2
        assert proxy.seen < (1.25 - part) * FILES * SIZE


def test_the_agent_ends_with_its_controller(server: Server, kind: str) -> None:
    address = replace(server.address, connection=kind)
    words = [sys.executable, "-c", SLOW_READER, repr(address)]
    with subprocess.Popen(words, cwd=TOP, stdout=subprocess.PIPE) as controller:
        assert controller.stdout
        assert controller.stdout.readline() == b"reading\n"
        assert [line for line in server.processes() if "migrator.agent.main tree" in line]
        controller.send_signal(signal.SIGKILL)
    assert server.quiet() == []


def test_the_agent_ends_with_the_connection(server: Server, kind: str, tmp_path: Path) -> None:
    with (
        proxied(server, tmp_path) as (address, proxy),
        connect(replace(address, connection=kind)) as connection,
        pytest.raises(MigratorError),
        Carrier(connection).stream("agent", "read", {"root": "/usr"}) as channel,
    ):
        assert channel.stdout.read(10)
        assert [line for line in server.processes() if "migrator.agent.main read" in line]
        _cut(proxy)
        assert server.quiet() == []
        channel.stdout.read()


def _cut(proxy: Proxy) -> None:
    for end in proxy.sockets:
        with contextlib.suppress(OSError):
            end.shutdown(2)


@pytest.mark.lab
def test_a_network_that_falls_silent_is_noticed(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No packet says that it is gone: the link to a network of our own is taken away."""
    for module in (login, openssh):
        monkeypatch.setattr(module, "KEEPALIVE", 1)
        monkeypatch.setattr(module, "PATIENCE", 3)
    inside = ["ip", "netns", "exec", NETWORK]
    link = ["type", "veth", "peer", "name", "mlab-cut1"]
    _ip("netns", "add", NETWORK)
    try:
        _ip("link", "add", "mlab-cut0", *link, "netns", NETWORK)
        _ip("address", "add", "198.18.77.1/30", "dev", "mlab-cut0")
        _ip("link", "set", "mlab-cut0", "up")
        _ip("-n", NETWORK, "address", "add", "198.18.77.2/30", "dev", "mlab-cut1")
        _ip("-n", NETWORK, "link", "set", "mlab-cut1", "up")
        with (
            served(tmp_path, "198.18.77.2", inside) as server,
            connect(replace(server.address, connection=kind)) as connection,
        ):
            begun = time.monotonic()
            with (
                pytest.raises(Unreachable, match="was cut"),
                Carrier(connection).stream("agent", "read", {"root": "/"}) as channel,
            ):
                channel.stdout.read(10)
                _ip("-n", NETWORK, "link", "set", "mlab-cut1", "down")
                begun = time.monotonic()
                channel.stdout.read()
            assert time.monotonic() - begun < 20
    finally:
        # The host of the test was told of no end: its sessions are still there.
        for pid in _ip("netns", "pids", NETWORK).split():
            os.kill(int(pid), signal.SIGKILL)
        _ip("link", "delete", "mlab-cut0")
        _ip("netns", "delete", NETWORK)


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def test_an_agent_whose_controller_does_not_read_ends_one_day() -> None:
    """A full pipe that nobody empties, as after a cut that nobody told the host of."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        limits.PATIENCE = 1
        stream = limits.Stream(os.fdopen(writing, "wb"))
        while True:
            stream.write(bytes(1 << 16))
    os.close(writing)
    _, status = os.waitpid(child, 0)
    os.close(reading)
    assert os.WTERMSIG(status) == signal.SIGALRM


def test_a_host_without_python_is_named_also_by_a_stream(
    server: Server, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrator.bundle.INTERPRETERS", ("no-such-python",))
    with (
        connect(replace(server.address, connection=kind)) as connection,
        pytest.raises(MigratorError, match="has no Python"),
    ):
        take_nothing(Carrier(connection))


def take_nothing(carrier: Carrier) -> None:
    from migrator.entries import read_tree

    with carrier.stream("agent", "tree", {"root": "/"}) as channel:
        list(read_tree(channel.stdout))
