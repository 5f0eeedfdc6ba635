"""The unit that runs the container on its target, as podman's generator reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.errors import PlanInvalid
from migrator.hooks.installed import budget
from migrator.hooks.templates import environment
from migrator.plan import Plan
from migrator.plan.grants import of_interface
from migrator.runtime.inits import INITS

STARTING, STOPPING = 300, 30  # seconds that the engine may take, beside hooks and the init
Row = dict[str, Any]


def unit(plan: Plan, name: str, image: str, volumes: list[Row], secrets: list[Row]) -> str:
    """The text of ``name``.container."""
    return _rendered(
        "container",
        plan,
        name=name,
        host=plan.host,
        image=image,
        ports=sorted(plan.ports.items()),
        volumes=volumes,
        secrets=[secret(row) for row in secrets],
        starting=STARTING + budget(plan.hooks.prestart),
        stopping=max(plan.stop_timeout, budget(plan.hooks.poststop)) + STOPPING,
    )


def secret(row: Row) -> str:
    """What the engine is told of a secret that lies at a path in the container."""
    return "{name},type=mount,target={path},uid={uid},gid={gid},mode={mode}".format(**row)


def profile(plan: Plan) -> str:
    """The lines of it that say what the container may do, whatever it holds."""
    return _rendered("profile", plan)


def _rendered(template: str, plan: Plan, **given: Any) -> str:
    made = environment()
    filters: dict[str, Callable[[str], str]] = {"plain": plain, "quoted": quoted}
    made.filters.update(filters)
    return made.get_template(f"quadlet/{template}.j2").render(
        plan=plan,
        hostname=plan.network.hostname,
        init=INITS[plan.init],
        limits=sorted(plan.limits.items()),
        capabilities=sorted(plan.capabilities.items()),
        sysctls=[item for item in sorted(plan.sysctls.items()) if not of_interface(item[0])],
        devices=sorted(plan.devices),
        hosts=sorted(plan.network.hosts.items()),
        **given,
    )


def plain(text: str) -> str:
    """A value that is one line; systemd's specifiers lose their meaning."""
    if not text.isprintable():
        raise PlanInvalid(f"{text!r} cannot be a value of a unit", "correct it in the plan")
    return text.replace("%", "%%")


def quoted(text: str) -> str:
    """A value that may hold blanks."""
    return '"' + plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
