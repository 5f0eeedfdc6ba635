"""Start an image as a rich container on a target: ask what it holds, decide, launch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from migrator import ship, units
from migrator.application import files, inits, of_image
from migrator.application.source import Source, opened
from migrator.carrier import Carrier
from migrator.hooks import installed
from migrator.hooks.templates import environment
from migrator.launch import claimed
from migrator.plan import SCHEMA, Container, Hook, Hooks, Identity, Network, Plan, Port
from migrator.wanted import wanted as wanted_of

Row = dict[str, Any]
Init = Literal["systemd", "sbin-init", "dumb-init"]
REPORT = "poststop.d/10-report"
MARGIN = 10  # seconds that an init may take beside the application to stop


@dataclass(frozen=True)
class Wish:
    """What is to run, and how; what is empty is as the image says."""

    image: str  # an OCI layout or archive here, or a name that the target's engine knows
    name: str
    init: Init
    command: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)  # "80/tcp" inside -> of the target
    volumes: Mapping[str, str] = field(default_factory=dict)  # path -> name, "" for one of ours
    stop_timeout: int = 90  # seconds that the application has to end
    container: Container = field(default_factory=Container)


def run(target: Carrier, wish: Wish, check: bool) -> Row:
    """As a launch answers. With ``check`` nothing is changed: an image that the target does not
    have is not examined then. Raises UsageError for one that lacks what the init needs."""
    with opened(wish.image, wish.name) as source, _served(target, source) as image:
        asked = {"name": wish.name, "engine": wish.container.engine, "image": image}
        seen = target.call("runtime", "describe", {**asked, "check": check})
        if seen["config"] is None:
            action = f"pull {source.row['tag']}"
            return {"changed": True, "actions": [action], "diff": [], "state": {}}
        spec = _spec(wish, seen, image)
        done: Row = target.call("runtime", "launch", {**spec, "check": check})
    return done


@contextlib.contextmanager
def _served(target: Carrier, source: Source) -> Iterator[Row]:
    """The image with the place that the target fetches it from, if that is this machine."""
    if source.store is None:
        yield {**source.row, "port": 0, "prefix": ""}
        return
    with ship.served(source.store) as (port, prefix), target.tunnel(port) as there:
        yield {**source.row, "port": there, "prefix": prefix}


def _spec(wish: Wish, seen: Row, image: Row) -> Row:
    """What a launch is told."""
    command = inits.command(wish.init, seen["held"])
    program = of_image(seen["config"], seen["held"], wish.command, wish.container.env)
    beside = files.files(wish.init, wish.image, program, seen["held"], wish.stop_timeout)
    plan = _plan(wish)
    volumes = _volumes(wish, seen["config"])
    wanted = wanted_of(plan, wish.name, image, volumes)._replace(command=command)
    if wish.init == "dumb-init":  # which hands it on
        wanted = wanted._replace(stop_signal=f"SIG{program.stop_signal}")
    budgets = (installed.budget(plan.hooks.prestart), installed.budget(plan.hooks.poststop))
    engine = seen["engine"]
    report = environment().get_template("hooks/report.sh.j2")
    steps = {REPORT: report.render(host=wish.image, name=wish.name, journal=None)}
    own = [
        {"path": f"{units.STATE}/{wish.name}/run/{name}", "content": text, "mode": 0o755}
        for name, text in beside.items()
    ]
    return {
        **wanted._asdict(),
        "init_version": inits.version(wish.init, seen["held"]),
        "catch_up": plan.jobs_catch_up,
        "tools": {},
        "files": {
            engine: [
                *units.files(wanted, engine, *budgets),
                *installed.files(wish.name, plan, steps, units.steps_inside(wanted, engine)),
                *own,
            ]
        },
    }


def _plan(wish: Wish) -> Plan:
    """That of a host of which nothing but its image is known."""
    report = Hook(on_failure="warn", reason="why the container ended goes to syslog and a file")
    return Plan(
        schema=SCHEMA,
        host=wish.name,
        init=wish.init,
        jobs="held",  # nothing in the image waits for a release
        stop_timeout=wish.stop_timeout + MARGIN,
        services={},
        paths={},
        adapt={},
        ports={inside: Port(outside) for inside, outside in wish.ports.items()},
        network=Network(hostname=wish.name, hosts={}, routes={}),
        identity=Identity(),
        capabilities={},
        sysctls={},
        limits={},
        probes={},
        hooks=Hooks(prestart={}, poststop={"10-report": report}),
        waivers={},
        container=replace(wish.container, env={}),  # the application has it
    )


def _volumes(wish: Wish, config: Mapping[str, Any]) -> list[Row]:
    """Those of the image and those that were asked for; the engine puts what the image has there
    into an empty one."""
    paths = {**dict.fromkeys(config.get("Volumes") or (), ""), **wish.volumes}
    return [
        {
            "name": name or claimed(wish.name, path),
            "path": path,
            "blobs": [],
            "size": 0,
            "from_image": True,
        }
        for path, name in sorted(paths.items())
    ]
