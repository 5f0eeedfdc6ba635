"""What Ansible's connection can do for us: carry a program, and tell where the host is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.plugins.action import ActionBase

from migrator.carrier import Caller, Result, shell
from migrator.inventory import known_hosts
from migrator.login import Address


def caller(action: ActionBase, name: str) -> Caller:
    """The task's host, reached over Ansible's own connection and with its become method."""

    def exchange(command: Sequence[str], data: bytes) -> Result:
        done = action._low_level_execute_command(shell(command), in_data=data)
        texts = (done["stdout"], done["stderr"])
        stdout, stderr = (text.encode("utf-8", "surrogateescape") for text in texts)
        return Result(done["rc"], stdout, stderr)

    return Caller(name, exchange)


def address(action: ActionBase, name: str) -> Address:
    """The task's host, for a connection of our own: Ansible's cannot stream or tunnel."""
    connection, become = action._connection, action._connection.become
    if connection.transport == "local":
        return Address(name=name, connection="local")

    def option(key: str) -> Any:
        return connection.get_option(key) or ""

    return Address(
        name=name,
        connection=connection.transport,
        host=str(option("host") or name),
        port=int(option("port") or 22),
        user=str(option("remote_user") or action._play_context.remote_user or "root"),
        password=str(option("password")),
        key_file=str(option("private_key_file")),
        known_hosts=known_hosts(f"{option('ssh_common_args')} {option('ssh_extra_args')}"),
        become=become is not None,
        become_method=become.name.rpartition(".")[2] if become else "sudo",
        become_password=str(become.get_option("become_pass") or "") if become else "",
    )
