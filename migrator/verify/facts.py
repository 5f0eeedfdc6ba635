"""Everything of the facts that must be equal: accounts, packages, logs, settings, names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrator.facts import Facts
from migrator.facts.accounts import User
from migrator.facts.network import Listener
from migrator.plan.grants import EPHEMERAL
from migrator.plan.routes import is_static
from migrator.verify.point import ABSENT, Case, Point, judge, pairs

HIDDEN = "it listens; only a privileged container may see whose socket it is"


def compare(case: Case) -> Iterator[Point]:
    left, right = case.source, case.container
    yield from _system(case)
    yield from pairs("user", left.accounts.users, right.accounts.users, lambda x: x.name, _user)
    yield from pairs(
        "group", left.accounts.groups, right.accounts.groups, lambda group: group.name, str
    )
    yield from pairs(
        "sudo", left.accounts.sudo, right.accounts.sudo, lambda line: line.where, lambda x: x.raw
    )
    yield from pairs(
        "package", left.packages.installed, right.packages.installed, _package, lambda x: x.status
    )
    yield from pairs(
        "repository",
        left.repositories.sources,
        right.repositories.sources,
        lambda source: source.where,
        lambda source: str((source.enabled, source.addresses, source.suites, source.components)),
        lambda where: case.changed.get(where.rpartition(":")[0], ""),
    )
    yield from pairs(
        "log rule",
        left.syslog.rules,
        right.syslog.rules,
        lambda line: line.where,
        lambda line: line.raw,
        lambda where: case.changed.get(where.rpartition(":")[0], ""),
    )
    yield from pairs(
        "journal setting",
        left.syslog.journal.settings,
        right.syslog.journal.settings,
        lambda setting: setting.where,
        lambda setting: setting.raw,
        lambda where: case.changed.get(where.rpartition(":")[0], ""),
    )
    yield from pairs(
        "rotation",
        left.logrotate.rotations,
        right.logrotate.rotations,
        lambda x: x.where,
        lambda x: str(x.patterns),
    )
    yield from pairs(
        "sysctl", left.kernel.sysctls, right.kernel.sysctls, lambda x: x.where, lambda x: x.raw
    )
    yield from pairs(
        "limit", left.kernel.limits, right.kernel.limits, lambda x: x.where, lambda x: x.raw
    )


def _user(user: User) -> str:
    """The home itself is compared as a file."""
    return str(replace(user, home_uid=None, home_mode=""))


def _package(package: object) -> str:
    return " ".join(str(getattr(package, key)) for key in ("name", "version", "architecture"))


def _system(case: Case) -> Iterator[Point]:
    left, right = case.source.system, case.container.system
    for name in ("os_name", "architecture", "init", "init_version", "timezone", "locale"):
        yield judge("system", name, str(getattr(left, name)), str(getattr(right, name)))
    renamed = "plan: network.hostname" if case.plan.network.hostname != left.hostname else ""
    yield judge("system", "hostname", left.hostname, right.hostname, renamed)
    reset = "plan: identity" if case.plan.identity.machine_id == "reset" else ""
    yield judge("system", "machine id", left.machine_id, right.machine_id, reset)


def listeners(case: Case) -> Iterator[Point]:
    masked = {
        listener.port
        for listener in case.source.network.listeners
        if case.plan.services.get(listener.unit)
    }

    def why(name: str) -> str:
        port = int(name.rpartition(":")[2] or 0)
        return "plan: its service is not kept" if port in masked else ""

    points = pairs(
        "listener", _open(case.source), _open(case.container), _place, lambda x: x.process, why
    )
    for point in points:
        if point.result == "different" and point.container == "":
            point = replace(point, result="explained", why=HIDDEN)
        yield point


def _open(found: Facts) -> list[Listener]:
    """A client's UDP port is another one each time."""
    every = found.network.listeners
    return [x for x in every if not (x.protocol.startswith("udp") and x.port >= EPHEMERAL)]


def _place(listener: Listener) -> str:
    return f"{listener.protocol} {listener.address}:{listener.port}"


def routes(case: Case) -> Iterator[Point]:
    """Each static route of the source, as the plan wants it in the container."""
    main = [route for route in case.container.network.routes if route.table == "main"]
    there = {route.destination: route.gateway for route in main}
    wanted = case.plan.network.routes
    for route in case.source.network.routes:
        if not is_static(route):
            continue
        planned = wanted.get(route.destination)
        now = there.get(route.destination, ABSENT)
        as_planned = now == (planned.via if planned else ABSENT)
        why = "plan: network.routes" if as_planned else ""
        yield judge("route", route.destination, f"via {route.gateway}", f"via {now}", why)


def mounts(case: Case) -> Iterator[Point]:
    """What was a file system of its own must be a volume, unless the plan says otherwise."""
    there = {mount.path for mount in case.container.storage.mounts}
    for mount in case.source.storage.mounts:
        if mount.kind in ("local", "network") and mount.path != "/":
            decision = case.plan.path_decision(mount.path)
            planned = decision is not None and decision[1].decision != "volume"
            now = "mounted" if mount.path in there else ABSENT
            yield judge("mount", mount.path, "mounted", now, "plan: paths" if planned else "")
