"""Connections against a real sshd on loopback: what works, and what each failure says."""

from __future__ import annotations

import http.server
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.address import Address
from migrator.carrier import Carrier
from migrator.errors import HostKeyUnknown, NoPython, Unreachable
from migrator.facts import SCHEMA
from migrator.transport import become, connect
from tests.sshd import free_port, known, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with served(tmp_path_factory.mktemp("sshd")) as server:
        yield server.address


@pytest.fixture(params=["ssh", "paramiko"])
def address(server: Address, request: pytest.FixtureRequest) -> Address:
    return replace(server, connection=request.param)


def test_command_gets_its_input_and_gives_its_output(address: Address) -> None:
    with connect(address) as connection:
        result = connection.exchange(["sh", "-c", "cat; echo words >&2; exit 3"], b"\0\xff\n")
    assert (result.status, result.stdout, result.stderr) == (3, b"\0\xff\n", b"words\n")


def test_arguments_arrive_unharmed(address: Address) -> None:
    hostile = ["$(id)", "a b", "'", "\n", "{{ x }}", "*"]
    with connect(address) as connection:
        result = connection.exchange(["printf", "%s|", *hostile], b"")
    assert result.stdout.decode() == "".join(f"{word}|" for word in hostile)


def test_much_output_on_both_streams_does_not_block(address: Address) -> None:
    script = "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"
    with connect(address) as connection, connection.start(["sh", "-c", script]) as channel:
        assert len(channel.stdout.read()) == 3_000_000
        assert channel.finish().status == 0


def test_tunnel_reaches_a_server_of_ours(address: Address) -> None:
    handler = http.server.SimpleHTTPRequestHandler
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with connect(address) as connection, connection.tunnel(server.server_port) as port:
            assert port != server.server_port
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
                assert answer.status == 200
        server.shutdown()


def test_agent_speaks_over_the_connection(address: Address) -> None:
    with connect(address) as connection:
        facts = Carrier(connection).call("agent", "facts", {"root": "/", "agent": "x"})
    assert facts["schema"] == SCHEMA


def test_unknown_host_key_is_an_error_that_says_how_to_accept_it(address: Address) -> None:
    stranger = replace(address, known_hosts=(), ssh_arguments=known(Path("/dev/null")))
    with pytest.raises(HostKeyUnknown, match="accept it once"), connect(stranger):
        pass


def test_changed_host_key_is_an_error(address: Address, tmp_path: Path) -> None:
    other = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    other_known = tmp_path / "known_hosts"
    other_known.write_text(f"[127.0.0.1]:{address.port} {other.with_suffix('.pub').read_text()}")
    changed = replace(address, known_hosts=(str(other_known),), ssh_arguments=known(other_known))
    with pytest.raises(HostKeyUnknown, match="differs"), connect(changed):
        pass


def test_refused_connection_is_unreachable(address: Address) -> None:
    elsewhere = replace(address, port=free_port())
    with pytest.raises(Unreachable, match="cannot connect to here"), connect(elsewhere):
        pass


def test_wrong_key_is_unreachable_and_names_the_user(address: Address, tmp_path: Path) -> None:
    other = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    stranger = replace(address, key_file=str(other))
    with pytest.raises(Unreachable, match="refuses to log in"), connect(stranger):
        pass


def test_host_without_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.bundle.INTERPRETERS", ("no-such-python",))
    bare = Address(name="bare", connection="local")
    with connect(bare) as connection, pytest.raises(NoPython, match="bare has no Python 2"):
        Carrier(connection).call("agent", "facts", {"root": "/"})


def test_a_person_is_asked_by_the_method_itself() -> None:
    words = ("env", "LC_ALL=C", "sudo", "-S", "-k", "-p", "", "--")
    asking = become.Become(words, line=False, password=b"word\n")
    assert asking.on_terminal(["id"]) == ["env", "LC_ALL=C", "sudo", "--", "id"]
    quiet = become.Become(("su", "-s", "/bin/sh", "root", "-c"), line=True)
    assert quiet.on_terminal(["id", "a b"]) == ["su", "-s", "/bin/sh", "root", "-c", "id 'a b'"]
