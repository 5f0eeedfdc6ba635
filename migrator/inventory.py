"""Hosts as Ansible's inventory describes them, for the command line as for the playbooks."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from migrator.address import Address
from migrator.errors import UsageError

PATTERN = re.compile(r"[*?!&~:,\[]")  # what makes an Ansible pattern of a name


class Inventory:
    """An inventory, read once. ``sources`` default to what ansible.cfg names."""

    def __init__(self, sources: tuple[str, ...] = (), vaults: tuple[str, ...] = ()) -> None:
        names = list(sources) or list(constants.DEFAULT_HOST_LIST)
        missing = [name for name in names if "," not in name and not Path(name).exists()]
        if missing:
            raise UsageError(f"inventory {missing[0]} does not exist", "name yours with -i")
        self.sources = ", ".join(names)
        self._loader = DataLoader()
        try:
            self.passwords = tuple(_vault_secrets(vaults))
            self._loader.set_vault_secrets(self.passwords)
            self._manager = InventoryManager(loader=self._loader, sources=names)
        except AnsibleError as error:
            raise UsageError(f"the inventory cannot be read: {error}", "correct it") from error
        self._variables = VariableManager(loader=self._loader, inventory=self._manager)

    def hosts(self, patterns: list[str]) -> list[str]:
        """Names of the hosts that match, in the order of the inventory."""
        return [str(host.name) for host in self._manager.get_hosts(patterns)] if patterns else []

    def has(self, host: str) -> bool:
        return self._manager.get_host(host) is not None

    def matches(self, word: str) -> bool:
        """Whether ``word`` names a host or a group of the inventory, or is a pattern."""
        known = self.has(word) or word in self._manager.groups
        return known or bool(PATTERN.search(word))

    def variables(self, host: str) -> dict[str, Any]:
        """All variables of ``host``, templated. Raises UsageError for a host it does not have."""
        found = self._manager.get_host(host)
        if found is None:
            raise UsageError(
                f"host {host!r} is not in the inventory ({self.sources})",
                "add it there, or name another inventory with -i",
            )
        raw = self._variables.get_vars(host=found, include_hostvars=False)
        templar = Templar(loader=self._loader, variables=raw)
        wanted = {key: raw[key] for key in raw if key.startswith(("ansible_", "migrator_"))}
        skipped = ("ansible_playbook_python", "ansible_facts", "ansible_version")
        return {key: plain(templar.template(wanted[key])) for key in wanted if key not in skipped}

    def address(self, host: str) -> Address:
        return from_variables(host, self.variables(host))


@cache
def _vault_secrets(files: tuple[str, ...]) -> Any:
    """The vault passwords in ``files`` and those that ansible.cfg and the environment name; Ansible
    takes them up once in the life of a process.

    Its command line refuses to be imported where a standard stream does not block, as under many
    job runners.
    """
    for stream in (0, 1, 2):
        with contextlib.suppress(OSError):
            os.set_blocking(stream, True)
    vaults = constants.DEFAULT_VAULT_IDENTITY_LIST
    if not (files or vaults or constants.DEFAULT_VAULT_PASSWORD_FILE):
        return ()
    from ansible.cli import CLI  # large

    return CLI.setup_vault_secrets(DataLoader(), vaults, list(files), auto_prompt=False)


def from_variables(name: str, variables: Mapping[str, Any]) -> Address:
    """The Address that Ansible's own connection variables describe."""

    def get(*keys: str, default: Any = "") -> Any:
        return next((variables[key] for key in keys if variables.get(key) is not None), default)

    arguments = " ".join(str(get(f"ansible_ssh_{kind}_args")) for kind in ("common", "extra"))
    user = get("ansible_user", "ansible_ssh_user", default=constants.DEFAULT_REMOTE_USER)
    return Address(
        name=name,
        connection=str(get("ansible_connection", default="ssh")),
        host=str(get("ansible_host", "ansible_ssh_host", default=name)),
        port=int(get("ansible_port", "ansible_ssh_port", default=0)),
        user=str(user or ""),
        password=str(get("ansible_password", "ansible_ssh_pass", "ansible_ssh_password")),
        key_file=str(
            get("ansible_ssh_private_key_file", "ansible_private_key_file")
            or constants.DEFAULT_PRIVATE_KEY_FILE
            or ""
        ),
        known_hosts=known_hosts(arguments),
        ssh_arguments=tuple(shlex.split(arguments)),
        become=as_bool(get("ansible_become", default=constants.DEFAULT_BECOME)),
        become_method=str(get("ansible_become_method", default=constants.DEFAULT_BECOME_METHOD)),
        become_user=str(
            get("ansible_become_user", default=constants.DEFAULT_BECOME_USER) or "root"
        ),
        become_exe=str(get("ansible_become_exe")),
        become_password=str(get("ansible_become_password", "ansible_become_pass")),
    )


def plain(value: Any) -> Any:
    """``value`` without the marks that Ansible hangs on strings and numbers of its variables."""
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, float) else value


def known_hosts(ssh_arguments: str) -> tuple[str, ...]:
    """The files that ``-o UserKnownHostsFile=…`` names in OpenSSH's arguments."""
    files: list[str] = []
    for word in shlex.split(ssh_arguments):
        key, _, value = word.removeprefix("-o").strip().partition("=")
        if key.lower() == "userknownhostsfile":
            files.extend(value.split())
    return tuple(files)


def as_bool(value: Any) -> bool:
    return str(value).lower() in ("true", "yes", "on", "1")
