"""What Ansible's connection can do for us: carry a program, and tell where the host is."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from ansible.plugins.action import ActionBase

from migrator.address import Address
from migrator.carrier import Caller, Result, shell
from migrator.errors import UsageError
from migrator.inventory import from_variables, known_hosts, plain
from migrator.limits import Limits


def caller(action: ActionBase, name: str, limits: Limits) -> Caller:
    """The task's host, reached over Ansible's own connection and with its become method."""

    def exchange(command: Sequence[str], data: bytes) -> Result:
        done = action._low_level_execute_command(shell(command), in_data=data)
        texts = (done["stdout"], done["stderr"])
        stdout, stderr = (text.encode("utf-8", "surrogateescape") for text in texts)
        return Result(done["rc"], stdout, stderr)

    return Caller(name, exchange, limits=limits)


def address(action: ActionBase, name: str) -> Address:
    """The task's host, for a connection of our own: Ansible's cannot stream or tunnel."""
    connection, become = action._connection, action._connection.become

    def option(key: str) -> Any:
        return connection.get_option(key) if connection.has_option(key) else ""

    arguments = f"{option('ssh_common_args') or ''} {option('ssh_extra_args') or ''}"
    return Address(
        name=name,
        connection=connection.transport,
        host=str(option("host") or option("remote_addr") or name),
        port=int(option("port") or 0),
        user=str(option("remote_user") or action._play_context.remote_user or ""),
        password=str(option("password") or ""),
        key_file=str(option("private_key_file") or ""),
        known_hosts=known_hosts(arguments),
        ssh_arguments=tuple(shlex.split(arguments)),
        become=become is not None,
        become_method=become.name.rpartition(".")[2] if become else "sudo",
        become_user=str(become.get_option("become_user") or "root") if become else "root",
        become_exe=str(become.get_option("become_exe") or "") if become else "",
        become_password=str(become.get_option("become_pass") or "") if become else "",
    )


def other(task_vars: Any, name: str) -> Address:
    """Another host of the inventory, as its own variables say."""
    if name not in task_vars["hostvars"]:
        raise UsageError(f"target {name!r} is not in the inventory", "set migrator_target")
    found = task_vars["hostvars"][name]
    return from_variables(
        name, {key: plain(found[key]) for key in found if key.startswith("ansible_")}
    )
