"""Users, groups, keys, and who may become whom. A password hash never leaves the host."""

from __future__ import absolute_import, division, print_function

from migrator.agent.accounts import directories, groups, keys, pam, rights, users
from migrator.agent.accounts.users import names
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["names", "read"]


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    people = host.part("accounts.users", lambda: users.read(host, found.get("taken_at", 0)), [])
    return {
        "users": people,
        "groups": host.part("accounts.groups", lambda: groups.read(host), []),
        "sub_ids": host.part("accounts.sub_ids", lambda: groups.sub_ids(host), []),
        "keys": host.part("accounts.keys", lambda: keys.read(host, people), []),
        "sudo": host.part("accounts.sudo", lambda: rights.sudo(host), []),
        "doas": host.part("accounts.doas", lambda: rights.doas(host), []),
        "polkit": host.part("accounts.polkit", lambda: rights.polkit(host), []),
        "pam": host.part("accounts.pam", lambda: pam.read(host), []),
        "defaults": host.part("accounts.defaults", lambda: rights.defaults(host), []),
        "directories": host.part("accounts.directories", lambda: directories.read(host), []),
    }
