"""What lies beside an image, in the directory that its container sees as /run/migrator."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Mapping
from typing import Any

from migrator.adapt.inits.inittab import UP
from migrator.application import Application
from migrator.errors import UsageError
from migrator.hooks.templates import environment
from migrator.runtime.inits import PLACE, REBOOTED

SEEN = "/run/migrator"
UNIT = "migrator-application.service"
Row = dict[str, Any]
# Init -> files; each is rendered from a template of its name.
BESIDE = {
    "systemd": ("begin-systemd", UNIT, "ended"),
    "sbin-init": ("begin-sbin-init", "inittab", "application", "end", "state"),
    "dumb-init": ("begin-dumb-init", "state"),
}
OF_INITS = ("end", "state")  # templates that images of hosts have too


def files(
    init: str, image: str, application: Application, held: Mapping[str, str], timeout: int
) -> dict[str, str]:
    """Name -> content. Raises UsageError where the image cannot become its user."""
    by_unit = init == "systemd" and application.user
    switch = "" if by_unit else _switch(application, held)
    given: Row = {
        "image": image,
        "application": application,
        "number": number(application.stop_signal),
        "switch": switch,
        "command": shlex.join(application.command),
        "timeout": timeout,
        "unit": UNIT,
        "up": UP,
        "rebooted": REBOOTED,
        "own": PLACE,
    }
    made = {"run": _rendered("application/run.sh.j2", given)}
    for name in BESIDE[init]:
        if name in OF_INITS:
            scripts: Row = {"scripts": [], "held": [], "again": "exec /sbin/init.migrator u"}
            template = f"inits/{name}.j2"
            made[name] = _rendered(template, {**given, **scripts, "place": SEEN, "flag": ""})
        else:
            plain = name == "inittab" or name == UNIT
            template = f"application/{name}.j2" if plain else f"application/{name}.sh.j2"
            made["begin" if name.startswith("begin") else name] = _rendered(template, given)
    return made


def _rendered(template: str, given: Row) -> str:
    return environment().get_template(template).render(**given)


def _switch(application: Application, held: Mapping[str, str]) -> str:
    """Words before the command that make it the image's user."""
    if application.uid == 0:
        return ""
    if "setpriv" in held:
        groups = "--init-groups" if application.user else "--clear-groups"
        numbers = f"--reuid={application.uid} --regid={application.gid}"
        return f"setpriv {numbers} {groups} -- "
    if application.user:
        own = shlex.quote(application.user)
        return f'su -s /bin/sh -c \'exec "$0" "$@"\' -- {own} '
    message = f"the image has neither setpriv nor a name for its user {application.uid}"
    raise UsageError(message, "add util-linux to the image, or give the user a name there")


def number(name: str) -> int:
    base, _, more = name.partition("+")
    return int(getattr(signal, f"SIG{base}")) + int(more or 0)
