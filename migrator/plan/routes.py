"""Routes and policy rules that somebody set on the host, and that mean something in a container."""

from __future__ import annotations

from migrator.facts import Facts
from migrator.facts.network import Route, Rule
from migrator.plan import RouteChoice, RuleChoice

# Iproute2's names of who set it; "" is for a host that could not say.
SET_BY_HAND = ("boot", "static", "")
KERNEL_TABLES = ("main", "default", "local")


def routes(found: Facts) -> dict[str, RouteChoice]:
    """Of the main table, and of those that a rule leads to."""
    tables = {rule.table for rule in rules(found).values()}
    chosen = {}
    for route in found.network.routes:
        if is_static(route):
            reason = f"static route on {route.interface}"
            chosen[route.destination] = RouteChoice(route.gateway, reason)
        elif route.gateway and route.table in tables and route.origin in SET_BY_HAND:
            reason = f"route of table {route.table} on {route.interface}"
            key = f"{route.destination} table {route.table}"
            chosen[key] = RouteChoice(route.gateway, reason)
    return chosen


def is_static(route: Route) -> bool:
    """Someone set it in the main table: it is not the default, not the kernel's or a daemon's."""
    by_hand = route.table == "main" and route.origin in SET_BY_HAND
    return bool(route.gateway) and route.destination != "default" and by_hand


def rules(found: Facts) -> dict[str, RuleChoice]:
    """Those for the host's own addresses and interfaces stay behind: the container has others."""
    own = {item.address.partition("/")[0] for item in found.network.addresses}
    return {
        str(rule.priority): RuleChoice(rule.selector, rule.table, "a policy rule of the host")
        for rule in found.network.rules
        if rule.action == "lookup"
        and rule.table not in KERNEL_TABLES
        and rule.origin != "kernel"
        and not _is_own(rule, own)
    }


def _is_own(rule: Rule, own: set[str]) -> bool:
    words = rule.selector.split()
    return bool({"iif", "oif"} & set(words)) or any(w.partition("/")[0] in own for w in words)
