"""How a script becomes the user that its service runs as."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from migrator.adapt.change import Tree
from migrator.adapt.inits.service import Service
from migrator.facts import Facts

SETPRIV = ("/usr/bin/setpriv", "/bin/setpriv")
ROOT = ("", "root", "0")


@dataclass(frozen=True)
class Switch:
    """``words`` come before a command; ``home`` and ``shell`` are the user's, as far as known."""

    words: str = ""
    user: str = ""
    home: str = ""
    shell: str = ""


def switch(service: Service, found: Facts, tree: Tree) -> Switch:
    """By numbers: neither old programs nor names of a directory service stand in the way. Without
    setpriv by su, which stays as the parent."""
    if service.user in ROOT:
        return Switch()
    user = next((user for user in found.accounts.users if user.name == service.user), None)
    group = next((group for group in found.accounts.groups if group.name == service.group), None)
    who = user.name if user else service.user
    home, login = (user.home, user.shell) if user else ("", "")
    if not any(tree.exists(path) for path in SETPRIV):
        command = '\'exec "$0" "$@"\''
        words = f"su -s /bin/sh -c {command} -- {shlex.quote(who)} "
        return Switch(words, who, home, login)
    uid = str(user.uid) if user else service.user
    gid = str(group.gid) if group else service.group or (str(user.gid) if user else uid)
    words = f"setpriv --reuid={shlex.quote(uid)} --regid={shlex.quote(gid)} --init-groups -- "
    return Switch(words, who, home, login)
