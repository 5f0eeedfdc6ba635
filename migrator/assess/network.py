"""Rules about routes, firewalls and kernel settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.plan.grants import ENGINE_NOFILE, NAMESPACED
from migrator.plan.propose import is_static


@rule(
    "NET-08",
    Level.WARNING,
    "Firewall rules of the host's own",
    "They are loaded inside the container, which needs NET_ADMIN for it, and see its addresses.",
    "Check rules that name addresses or interfaces; close the target's own ports there.",
)
def firewall(found: Facts) -> Iterator[Evidence]:
    counts = Counter(line.where.partition(":")[0] for line in found.network.firewall)
    for where, count in sorted(counts.items()):
        yield where, f"{count} lines"


@rule(
    "NET-12",
    Level.WARNING,
    "Static routes",
    "A prestart step sets them in the container; a gateway on the old network is out of reach.",
    "Check network.routes in the plan against the target's network.",
)
def routes(found: Facts) -> Iterator[Evidence]:
    for route in found.network.routes:
        if is_static(route):
            yield route.destination, f"via {route.gateway} on {route.interface}"


@rule(
    "KRN-06",
    Level.WARNING,
    "Kernel settings that belong to the target",
    "The kernel has one value for all of its containers.",
    "Set them on the target when the application needs them.",
)
def global_sysctls(found: Facts) -> Iterator[Evidence]:
    for setting in found.kernel.sysctls:
        if setting.where.startswith("/etc/") and not NAMESPACED.match(setting.key):
            yield setting.where, f"{setting.key} = {setting.value}"


@rule(
    "KRN-07",
    Level.INFO,
    "Kernel settings that the container can have for itself",
    "The engine sets them for this container alone.",
    "Nothing.",
)
def own_sysctls(found: Facts) -> Iterator[Evidence]:
    for setting in found.kernel.sysctls:
        if setting.where.startswith("/etc/") and NAMESPACED.match(setting.key):
            yield setting.where, f"{setting.key} = {setting.value}"


@rule(
    "APP-08",
    Level.WARNING,
    "Limits beyond the engine's own",
    "A service that asks for more files than the container may open does not start.",
    "Check limits in the plan, and that the target allows as many.",
)
def limits(found: Facts) -> Iterator[Evidence]:
    for setting in found.kernel.limits:
        number = setting.value if setting.value.isdigit() else "0"
        if setting.key.endswith(" nofile") and int(number) > ENGINE_NOFILE:
            yield setting.where, setting.raw
