"""What the engine must give the container: ports, capabilities, sysctls, limits; and probes."""

from __future__ import annotations

import re

from migrator.facts import Facts
from migrator.facts.network import Listener
from migrator.facts.setting import Setting
from migrator.plan import Port, Reason, Value
from migrator.plan.comparison import Probe

EPHEMERAL = 32768  # a UDP port from here on is a client's
MOVED = {22: 2222}  # the target has an sshd of its own
CLIENTS = {68, 546}  # DHCP
# Podman's own set.
ENGINE = (
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
NEEDED = {
    "nftables.service": ("NET_ADMIN", "it loads firewall rules"),
    "netfilter-persistent.service": ("NET_ADMIN", "it loads firewall rules"),
    "iptables.service": ("NET_ADMIN", "it loads firewall rules"),
    "ufw.service": ("NET_ADMIN", "it loads firewall rules"),
    "firewalld.service": ("NET_ADMIN", "it loads firewall rules"),
    "fail2ban.service": ("NET_ADMIN", "it bans by firewall rules"),
    "keepalived.service": ("NET_ADMIN", "it moves addresses"),
    "ssh.service": ("AUDIT_WRITE", "sshd ends a session when its audit record is refused"),
    "sshd.service": ("AUDIT_WRITE", "sshd ends a session when its audit record is refused"),
}
# Settings that the kernel keeps for each container apart; the others are the target's.
NAMESPACED = re.compile(
    r"(net\.ipv[46]\.(?!tcp_mem|udp_mem|ip_local_reserved)|net\.core\.somaxconn$|kernel\.shm"
    r"|kernel\.msg(?!_next_id)|kernel\.sem$|fs\.mqueue\.)"
)
INTERFACE = re.compile(r"net\.(ipv[46])\.(conf|neigh)\.(.+)\.(\w+)")
ENGINE_NOFILE = 1048576
WEB_SERVERS = re.compile(
    r"(nginx|apache2|httpd|lighttpd|caddy|haproxy|varnishd|tomcat|\S*exporter)"
)
INTERPRETERS = re.compile(r"(python|node|java|ruby|php|perl|gunicorn|uwsgi|puma)")
WEB_PORTS = frozenset({80, 443, 3000, 5000, *range(8000, 9000), *range(9000, 10000)})


def served(found: Facts) -> list[Listener]:
    """Listeners that other hosts can reach and that belong to a unit."""
    return [
        listener
        for listener in found.network.listeners
        if listener.unit
        and not listener.address.startswith("127.")
        and listener.address != "::1"
        and listener.port not in CLIENTS
        and (listener.protocol.startswith("tcp") or listener.port < EPHEMERAL)
    ]


def ports(found: Facts) -> dict[str, Port]:
    chosen: dict[str, Port] = {}
    for listener in sorted(served(found), key=lambda item: (item.port, item.protocol)):
        key = f"{listener.port}/{listener.protocol.removesuffix('6')}"
        target = MOVED.get(listener.port, listener.port)
        moved = "; moved, the target has its own" if target != listener.port else ""
        chosen.setdefault(key, Port(target, f"{listener.process} of {listener.unit}{moved}"))
    return chosen


def capabilities(found: Facts) -> dict[str, Reason]:
    """Beyond the engine's own small set, each named with the unit that needs it."""
    chosen: dict[str, Reason] = {}
    for unit in found.units:
        if unit.name in NEEDED and unit.active == "active":
            name, why = NEEDED[unit.name]
            chosen.setdefault(name, Reason(f"{unit.name}: {why}"))
        granted = unit.properties.get("AmbientCapabilities", "").upper().split()
        if unit.active == "active":
            for name in (capability.removeprefix("CAP_") for capability in granted):
                if name not in ENGINE:
                    chosen.setdefault(name, Reason(f"{unit.name} asks for it"))
    return dict(sorted(chosen.items()))


def sysctls(found: Facts) -> dict[str, Value]:
    """Those that the host's own files set and that a container can have; the last one wins."""
    return {
        setting.key: Value(setting.value, setting.where)
        for setting in found.kernel.sysctls
        if setting.where.startswith("/etc/") and NAMESPACED.match(setting.key) and _is_one(setting)
    }


def of_interface(key: str) -> tuple[str, str, str] | None:
    """("ipv4/conf", interface, name) of a setting of one interface, which has another name in the
    container: the engine cannot set it."""
    found = INTERFACE.fullmatch(key)
    if not found or found[3] in ("all", "default", "lo"):
        return None
    return f"{found[1]}/{found[2]}", found[3].replace("/", "."), found[4]


def _is_one(setting: Setting) -> bool:
    """Whether it sets one key to a value that is known: neither a pattern nor a secret."""
    return bool(setting.value) and not re.search(r"[*?\[]|_(key|secret)$", setting.key)


def limits(found: Facts) -> dict[str, Value]:
    """Only what goes beyond the engine's own limits."""
    wanted = [
        (int(setting.value), setting.where)
        for setting in found.kernel.limits
        if setting.key.endswith(" nofile") and setting.value.isdigit()
    ]
    most, where = max(wanted, default=(0, ""))
    return {"nofile": Value(f"{most}:{most}", where)} if most > ENGINE_NOFILE else {}


def probes(found: Facts) -> dict[str, Probe]:
    """Ports that speak HTTP by the look of who listens; asked as the host would ask itself."""
    commands = {process.pid: " ".join(process.command[:2]) for process in found.processes}
    chosen = {}
    for listener in served(found):
        command = commands.get(listener.pid, "").rpartition("/")[2]
        if listener.protocol.startswith("tcp") and _speaks_http(listener, commands):
            scheme = "https" if listener.port in (443, 8443) else "http"
            body = "exporter" not in command and "exporter" not in listener.unit
            reason = f"{listener.process} of {listener.unit}"
            chosen[f"{scheme}://127.0.0.1:{listener.port}/"] = Probe(body, reason)
    return dict(sorted(chosen.items()))


def _speaks_http(listener: Listener, commands: dict[int, str]) -> bool:
    if WEB_SERVERS.match(listener.process) or "exporter" in listener.unit:
        return True
    interpreted = INTERPRETERS.search(commands.get(listener.pid, ""))
    return bool(interpreted) and listener.port in WEB_PORTS
