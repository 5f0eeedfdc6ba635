"""The proposal: a decision and its reason for all that cannot simply stay as it is."""

from __future__ import annotations

from typing import Literal

from migrator.adapt import SUBJECTS
from migrator.facts import Facts
from migrator.plan import SCHEMA, Identity, Network, Plan, literals, scripts
from migrator.plan.checks import checks
from migrator.plan.cutover import cutover
from migrator.plan.duration import seconds
from migrator.plan.grants import ENGINE, capabilities, limits, ports, probes, sysctls
from migrator.plan.hooks import devices, hooks, modules
from migrator.plan.orphans import started
from migrator.plan.paths import paths
from migrator.plan.routes import routes, rules
from migrator.plan.sandbox import sandboxes
from migrator.plan.services import services

STOP_AT_LEAST = 90  # seconds, systemd's own default
STOP_MARGIN = 10
LOOPBACK = "127.0.0.1"


def propose(found: Facts, host: str) -> Plan:
    granted = capabilities(found)
    plan = Plan(
        schema=SCHEMA,
        host=host,
        init=_init(found),
        jobs="held",
        stop_timeout=_stop_timeout(found),
        services=services(found, (*ENGINE, *granted)) | scripts.services(found),
        paths=paths(found),
        adapt=dict.fromkeys(SUBJECTS, True),
        ports=ports(found),
        network=_network(found),
        identity=Identity(),
        capabilities=granted,
        sysctls=sysctls(found),
        limits=limits(found),
        probes=probes(found),
        hooks=hooks(found),
        waivers={},
        modules=modules(found),
        devices=devices(found),
        sandbox=sandboxes(found),
        processes=started(found),
        checks=checks(found),
        cutover=cutover(found),
    )
    return literals.proposed(found, plan)


def _init(found: Facts) -> Literal["systemd", "sbin-init", "dumb-init"]:
    """The host's own, where that is one of the two; a supervisor for the services of any other."""
    if found.system.init in scripts.OLD:
        return "sbin-init"
    return "systemd" if found.system.init == "systemd" else "dumb-init"


def _stop_timeout(found: Facts) -> int:
    """Long enough for the slowest unit, so that nothing is killed while it saves its data."""
    running = [unit for unit in found.units if unit.sub == "running"]
    slowest = max((seconds(u.properties.get("TimeoutStopUSec", "")) for u in running), default=0)
    return max(STOP_AT_LEAST, slowest) + STOP_MARGIN


def _network(found: Facts) -> Network:
    """Other names of the host's own address mean the container, wherever that is."""
    system = found.system
    own = {"localhost", system.hostname, system.fqdn}
    addresses = {item.address.partition("/")[0] for item in found.network.addresses}
    names = {
        name: LOOPBACK if line.address in addresses else line.address
        for line in found.network.hosts
        for name in line.names
        if name not in own and not name.startswith(("ip6-", "localhost"))
    }
    return Network(system.hostname, names, routes(found), rules(found))
