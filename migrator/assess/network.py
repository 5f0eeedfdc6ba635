"""Rules about interfaces, routes, firewalls and kernel settings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.plan.routes import is_static

# Interfaces that an engine or a hypervisor on the host makes for its own guests.
OF_GUESTS = re.compile(r"(docker|br-[0-9a-f]{12}|virbr|cni|podman|lxcbr|lxdbr|veth|flannel|cali)")
STACKED = ("bridge", "bond", "vlan", "team", "macvlan", "ipvlan", "vxlan")
TRANSLATES = re.compile(r"(?i)\b(masquerade|snat|dnat|redirect)\b|<(masquerade|forward-port)\b")
FORWARD = re.compile(r"net\.ipv4\.(ip_forward|conf\.all\.forwarding)|net\.ipv6\.conf\.all\.forw\w+")
USUAL_MTU = 1500
# Lines that decide about packets; the others only say where such lines would stand. The files of
# other kinds are an administrator's altogether.
DECIDES = {
    "nft": re.compile(r".*\b(accept|drop|reject|masquerade|snat|dnat|jump|goto|redirect|queue)\b"),
    "iptables": re.compile(r"-[AI] |:\S+ DROP"),
    "ip6tables": re.compile(r"-[AI] |:\S+ DROP"),
    "ufw": re.compile(r"-[AI] |:\S+ DROP"),
    "firewalld": re.compile(r"\s*<(service|port|rule|source|forward-port|masquerade|protocol)\b"),
    "ipset": re.compile(r"add "),
}


def _decides(kind: str, raw: str) -> bool:
    return kind not in DECIDES or bool(DECIDES[kind].match(raw))


@rule(
    "NET-08",
    Level.WARNING,
    "Firewall rules of the host's own",
    "They are loaded inside the container, which needs NET_ADMIN for it, and see its addresses.",
    "Check rules that name addresses or interfaces; close the target's own ports there.",
    side="target",
)
def firewall(found: Facts) -> Iterator[Evidence]:
    lines = [line for line in found.network.firewall if _decides(line.kind, line.raw)]
    counts = Counter(line.where.partition(":")[0] for line in lines)
    for where, count in sorted(counts.items()):
        yield where, f"{count} rules" if count > 1 else "1 rule"
    held = [line.raw for line in found.network.ruleset if _decides(line.kind, line.raw)]
    if held and not counts:
        yield "kernel", f"{len(held)} rules that no file loads, such as {held[0].strip()}"


@rule(
    "NET-09",
    Level.OVERRIDABLE,
    "The host passes on packets of others",
    "A router or gateway works with the kernel's forwarding and the addresses of its networks; in"
    " the engine's network nobody sends it anything.",
    "Keep routing on the target or a VM; a container needs its networks, NET_ADMIN and the sysctl.",
    side="target",
)
def router(found: Facts) -> Iterator[Evidence]:
    for line in found.network.firewall:
        if TRANSLATES.search(line.raw):
            yield line.where, line.raw.strip()
    for setting in found.kernel.sysctls:
        own = setting.where.startswith("/etc/") and FORWARD.fullmatch(setting.key)
        if own and setting.value.strip() == "1":
            yield setting.where, f"{setting.key} = 1", Level.WARNING


@rule(
    "NET-11",
    Level.WARNING,
    "Interfaces that are made of others",
    "They belong to the machine: the engine gives the container one interface of its own.",
    "Make them on the target where the container needs their networks, as macvlan or a bridge.",
    side="target",
)
def stacked(found: Facts) -> Iterator[Evidence]:
    for item in found.network.interfaces:
        if item.kind in STACKED and not OF_GUESTS.match(item.name):
            tag = f" {item.tag}" if item.tag else ""
            over = ", ".join(item.members) or item.parent
            yield item.name, f"{item.kind}{tag}" + (f" over {over}" if over else "")


@rule(
    "NET-12",
    Level.WARNING,
    "Static routes and policy rules",
    "A prestart step sets the routes in the container; a gateway on the old network is out of"
    " reach. Policy rules are not set.",
    "Check network.routes in the plan against the target's network; set rules on the target.",
    side="target",
)
def routes(found: Facts) -> Iterator[Evidence]:
    for route in found.network.routes:
        if is_static(route):
            yield route.destination, f"via {route.gateway} on {route.interface}"
    for policy in found.network.rules:
        if policy.origin != "kernel" and policy.table not in ("local", "main", "default"):
            does = f"{policy.action} {policy.table}".strip()
            yield f"rule {policy.priority}", f"{policy.selector} {does}", Level.RISK
    if not found.live:
        for item in found.network.config:
            for line in item.settings if item.kind == "route" else ():
                yield line.where, line.raw


@rule(
    "NET-22",
    Level.INFO,
    "Packets of another size than usual",
    "The engine's network has a size of its own; larger packets are split or dropped on the way.",
    "Give the engine's network the same MTU where the target's interface has it too.",
    side="target",
)
def sizes(found: Facts) -> Iterator[Evidence]:
    for item in found.network.interfaces:
        real = item.kind in ("ether", "bond", "team", "vlan", "bridge") and item.up
        if real and item.mtu != USUAL_MTU and not OF_GUESTS.match(item.name):
            yield item.name, f"MTU {item.mtu}"
