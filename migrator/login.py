"""Log in over SSH: host keys are verified, the quickest ciphers come first."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import paramiko

from migrator.address import SSH_PORT, Address
from migrator.errors import HostKeyUnknown, Unreachable

KEEPALIVE = 10  # seconds between two signs of life
PATIENCE = 30  # seconds without an answer after which a connection counts as cut
WINDOW = 64 << 20  # bytes in flight; paramiko's default of 2 MB halves the rate
CIPHERS = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes128-ctr")  # quickest first


def login(address: Address) -> paramiko.SSHClient:
    """A logged-in client. Raises Unreachable or HostKeyUnknown, each with a hint."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    client.load_system_host_keys()
    for name in address.known_hosts:
        if Path(name).expanduser().exists():
            client.load_host_keys(str(Path(name).expanduser()))
    try:
        client.connect(
            address.host,
            port=address.port or SSH_PORT,
            username=address.user or None,
            password=address.password or None,
            key_filename=str(Path(address.key_file).expanduser()) if address.key_file else None,
            timeout=address.timeout,
            banner_timeout=address.timeout,
            auth_timeout=address.timeout,
            transport_factory=_fast_transport,
        )
    except BaseException as error:
        client.close()
        raise _connect_error(address, error) from error
    return client


def _fast_transport(sock: Any, /, **options: Any) -> paramiko.Transport:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PATIENCE * 1000)
    transport = paramiko.Transport(sock, default_window_size=WINDOW, **options)
    transport.set_keepalive(KEEPALIVE)
    security = transport.get_security_options()
    known = [cipher for cipher in CIPHERS if cipher in security.ciphers]
    security.ciphers = [*known, *(c for c in security.ciphers if c not in known)]
    return transport


def _connect_error(address: Address, error: BaseException) -> BaseException:
    where = f"{address.name} ({address.host}:{address.port or SSH_PORT})"
    files = ", ".join(address.known_hosts) or "~/.ssh/known_hosts"
    if isinstance(error, paramiko.BadHostKeyException):
        return HostKeyUnknown(
            f"the host key of {where} differs from the one in {files}",
            "find out why before you replace it there",
        )
    if isinstance(error, paramiko.AuthenticationException):
        return Unreachable(
            f"{where} refuses to log in {address.user or 'the user'}",
            "check ansible_user and the key or password",
        )
    if isinstance(error, paramiko.SSHException) and "known_hosts" in str(error):
        return HostKeyUnknown(
            f"the host key of {where} is not in {files}",
            f"check it and accept it once with 'ssh -p {address.port or SSH_PORT} {address.host}'",
        )
    if isinstance(error, (OSError, EOFError, paramiko.SSHException)):
        return Unreachable(
            f"cannot connect to {where}: {error}", "check the address, the network and its sshd"
        )
    return error
