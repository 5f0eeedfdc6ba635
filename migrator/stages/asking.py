"""What the controller itself asks of a host: logins by key, and tasks of the user's own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from migrator import own_steps
from migrator.address import SSH_PORT, Address
from migrator.carrier import Result
from migrator.plan import Plan
from migrator.plan.comparison import Login, TaskFile
from migrator.stages.context import Context
from migrator.transport.local import Local
from migrator.verify.probes import Ended

Side = Literal["source", "container"]
REASON = re.compile(r"\s*msg: |fatal: .*=> \{.*\}")  # what Ansible says of a task that failed
SHOWN = 200  # characters of a complaint
SECONDS = 20  # for a login


def ask(
    context: Context, plan: Plan, side: Side, place: str, inside: Sequence[str] = ()
) -> dict[str, Any]:
    """The parts of Probes that the agent cannot see. ``place`` is the host of the inventory where
    ``side`` is, ``inside`` comes before a command that is run in the container there."""
    tasks = {
        name: _tasks(context, side, place, inside, name, file) for name, file in plan.tasks.items()
    }
    logins = {
        user: _login(context, plan, side, place, user, login) for user, login in plan.logins.items()
    }
    return {
        "tasks": {name: asdict(end) for name, end in tasks.items()},
        "logins": {user: asdict(end) for user, end in logins.items()},
    }


def _tasks(
    context: Context, side: Side, place: str, inside: Sequence[str], name: str, file: TaskFile
) -> Ended:
    known = {
        "MIGRATOR_SIDE": side,
        "MIGRATOR_NAME": context.host,
        "MIGRATOR_PLACE": place,
        "MIGRATOR_INSIDE": shlex.join(inside),
    }
    end = own_steps.run(name, file.script, (), known, file.timeout, context.inventory)
    return _ended(end, file.timeout)


def _login(context: Context, plan: Plan, side: Side, place: str, user: str, login: Login) -> Ended:
    """A container shows the keys of the host that it was, under whose name they are known."""
    source = context.address(context.host)
    there = source if side == "source" else context.address(place)
    known = ["-o", "StrictHostKeyChecking=yes"]
    if side == "container":
        known += ["-o", f"HostKeyAlias={_alias(source)}"]
        if plan.identity.host_keys == "reset":
            known = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    command = [
        *("ssh", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "ControlPath=none"),
        *("-o", "PreferredAuthentications=publickey", "-o", f"ConnectTimeout={there.timeout}"),
        *known,
        *there.ssh_arguments,
        *("-i", str(Path(login.key).expanduser()), "-l", user),
        *("-p", str(_port(plan, side, source)), _host(plan, side, there), "true"),
    ]
    with Local("this machine").open(["timeout", str(SECONDS), *command]) as running:
        running.stdin.close()
        end = running.finish()
    return _ended(Result(end.status, b"", end.stderr), SECONDS)


def _alias(source: Address) -> str:
    """The name under which its keys are in known_hosts."""
    host = source.host or source.name
    return host if source.port in (0, SSH_PORT) else f"[{host}]:{source.port}"


def _port(plan: Plan, side: Side, source: Address) -> int:
    """Where the server of ssh of the source, or of its container, is reached."""
    port = source.port or SSH_PORT
    published = plan.ports.get(f"{port}/tcp")
    shares = plan.container.network != "bridge"  # it has an address of its own, or the target's
    return port if side == "source" or shares or published is None else published.target


def _host(plan: Plan, side: Side, there: Address) -> str:
    own = plan.container.address.partition("/")[0] if side == "container" else ""
    return own or there.host or there.name


def _ended(end: Result, patience: int) -> Ended:
    if not end.status:
        return Ended(0, "")
    if end.status in own_steps.LATE:
        return Ended(end.status, f"no end after {patience} s")
    words = (end.stdout + b"\n" + end.stderr).decode("utf-8", "replace").strip().splitlines()
    said = [line for line in words if REASON.match(line)] or words or [""]
    return Ended(end.status, said[0 if REASON.match(said[0]) else -1].strip()[:SHOWN])
