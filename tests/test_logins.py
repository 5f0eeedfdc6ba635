"""Every way in and every way to root, against a real host; and what each failure says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from lab import recipe, rootfs
from migrator.address import Address
from migrator.carrier import Carrier
from migrator.errors import BecomeFailed, MigratorError, Unreachable, UsageError
from migrator.inventory import from_variables
from migrator.transport import connect

pytestmark = pytest.mark.lab
TOP = Path(__file__).resolve().parents[1]
HOST = "logins-test"
BLOB = bytes(range(256)) * 400


def lab(*arguments: str) -> str:
    command = [sys.executable, "-m", "lab", *arguments]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def host() -> Iterator[Address]:
    lab("up", "logins-debian12", "--kind", "container", "--as", HOST)
    try:
        variables = yaml.safe_load(lab("inventory"))["all"]["hosts"][HOST]
        yield from_variables(HOST, variables)
    finally:
        lab("down", HOST)


@pytest.fixture(params=["ssh", "paramiko"])
def address(host: Address, request: pytest.FixtureRequest) -> Address:
    return replace(host, connection=request.param, user="guest")


def becoming(address: Address, user: str, method: str, password: str = "") -> Address:
    return replace(address, user=user, become=True, become_method=method, become_password=password)


@pytest.mark.parametrize(
    ("user", "method", "password"),
    [
        ("root", "sudo", "not asked"),
        ("ops", "sudo", ""),
        ("ops", "sudo", "not asked"),
        ("auditor", "sudo", "correct horse"),
        ("doer", "doas", ""),
        ("guest", "su", "battery staple"),
    ],
)
def test_root_is_reached_and_bytes_stay_as_they_are(
    address: Address, user: str, method: str, password: str
) -> None:
    with connect(becoming(address, user, method, password)) as connection:
        assert connection.exchange(["id", "-u"], b"").stdout.split()[-1] == b"0"
        assert connection.exchange(["cat"], BLOB).stdout.endswith(BLOB)
        hostile = ["$(id)", "a b", "'", "\n", "{{ x }}", "*"]
        found = connection.exchange(["printf", "%s|", *hostile], b"").stdout.decode()
        assert found.endswith("".join(f"{word}|" for word in hostile))
        facts = Carrier(connection).call("agent", "facts", {"root": "/", "agent": "x"})
        assert facts["privileged"] is True


@pytest.mark.parametrize(
    ("user", "method", "password", "words"),
    [
        ("auditor", "sudo", "", "a password is required.*set ansible_become_password"),
        ("auditor", "sudo", "wrong", "check ansible_become_password"),
        ("guest", "sudo", "correct horse", "not in the sudoers file"),
        ("terminal", "sudo", "", "must have a tty.*!requiretty"),
        ("guest", "su", "", "cannot become root by su"),
        ("guest", "su", "wrong", "Authentication failure.*check ansible_become_password"),
        ("guest", "doas", "", "permit nopass guest"),
        ("typist", "doas", "correct horse", "from a terminal only"),
    ],
)
def test_a_refusal_says_why(
    address: Address, user: str, method: str, password: str, words: str
) -> None:
    with (
        pytest.raises(BecomeFailed, match=words),
        connect(becoming(address, user, method, password)),
    ):
        pass


def test_only_root_can_be_become(address: Address) -> None:
    other = replace(becoming(address, "ops", "sudo"), become_user="postgres")
    with pytest.raises(UsageError, match="becoming postgres by sudo"), connect(other):
        pass


def test_a_password_logs_in_and_shows_nowhere(address: Address) -> None:
    given = replace(address, key_file="", password="correct horse")
    given = replace(given, ssh_arguments=(*given.ssh_arguments, "-o", "IdentitiesOnly=yes"))
    with connect(given) as connection:
        assert connection.exchange(["id", "-un"], b"").stdout.split()[-1] == b"guest"
        lines = Path("/proc").glob("[0-9]*/cmdline")
        assert not [path for path in lines if b"correct horse" in _seen(path)]


def test_a_wrong_password_is_refused(address: Address) -> None:
    given = replace(address, key_file="", password="wrong")
    given = replace(given, ssh_arguments=(*given.ssh_arguments, "-o", "IdentitiesOnly=yes"))
    with pytest.raises(Unreachable, match="refuses to log in guest"), connect(given):
        pass


def test_a_jump_host_of_the_inventory_is_used(host: Address) -> None:
    """Through the host to itself: its own loopback address is not ours."""
    keys = " ".join(host.ssh_arguments)
    proxy = f"ssh -i {host.key_file} {keys} -W 127.0.0.1:22 root@{host.host}"
    arguments = (
        *host.ssh_arguments,
        "-o",
        f"ProxyCommand={proxy}",
        "-o",
        f"HostKeyAlias={host.host}",
    )
    with connect(replace(host, host="127.0.0.1", ssh_arguments=arguments)) as connection:
        assert connection.exchange(["hostname"], b"").stdout == f"{HOST}\n".encode()


def test_a_master_of_the_users_own_is_used_and_left_open(host: Address, tmp_path: Path) -> None:
    path = tmp_path / "m"
    arguments = (*host.ssh_arguments, "-o", f"ControlPath={path}")
    words = ["ssh", "-M", "-N", "-f", *arguments, "-i", host.key_file, f"root@{host.host}"]
    subprocess.run(words, check=True)
    check = ["ssh", "-o", f"ControlPath={path}", "-O", "check", host.host]
    try:
        # Without a key only the open master can let us in.
        ours = replace(host, key_file="/dev/null", ssh_arguments=arguments)
        with connect(ours) as connection:
            assert connection.exchange(["hostname"], b"").stdout == f"{HOST}\n".encode()
        assert subprocess.run(check, capture_output=True).returncode == 0
    finally:
        subprocess.run([*check[:3], "-O", "exit", host.host], capture_output=True)


def _seen(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_an_unknown_method_is_named(address: Address) -> None:
    with (
        pytest.raises(MigratorError, match="one of sudo, doas, su"),
        connect(becoming(address, "ops", "pbrun")),
    ):
        pass


def test_a_container_of_this_machine_is_entered() -> None:
    root = rootfs.rootfs(recipe.load("logins-debian12"), print)
    bounds = ["--pids-limit=0", "--ulimit=nofile=20000:20000", "--ulimit=nproc=1000:1000"]
    start = ["podman", "--runtime=runc", "run", "--detach", "--network=none", *bounds]
    named = ["--name", HOST, "--rootfs", f"{root}:O", "sleep", "infinity"]
    subprocess.run([*start, *named], check=True, capture_output=True)
    try:
        with connect(Address(HOST, "podman", host=HOST)) as connection:
            assert not connection.here
            assert connection.exchange(["cat"], BLOB).stdout == BLOB
            facts = Carrier(connection).call("agent", "facts", {"root": "/"})
            assert facts["system"]["os_name"].startswith("Debian GNU/Linux 12")
    finally:
        subprocess.run(["podman", "rm", "-f", "--time=0", HOST], check=True, capture_output=True)
