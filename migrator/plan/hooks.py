"""Which steps the hooks need, and what the target's kernel must have for the host's services."""

from __future__ import annotations

from migrator.facts import Facts
from migrator.plan import Hook, Hooks, ModuleChoice, Reason
from migrator.plan.grants import of_interface, sysctls
from migrator.plan.routes import routes, rules

# Devices that every kernel makes and that a container can share with the target.
SHARED = {
    "/dev/net/tun": "a tunnel",
    "/dev/fuse": "a file system of its own",
    "/dev/ppp": "a connection by PPP",
}
# Protocols and tunnels that a program asks the kernel for, and that it cannot load by itself.
MODULES = ("sctp", "ip_vs", "l2tp_ppp", "ip_gre", "wireguard", "nbd", "dccp", "tipc", "can")


def hooks(found: Facts) -> Hooks:
    prestart = {}
    if modules(found) or devices(found):
        reason = "services need modules or devices of the target's kernel"
        prestart["05-modules"] = Hook(on_failure="warn", reason=reason)
    if routes(found) or rules(found):
        reason = "the source has static routes; one that the target cannot reach is reported"
        prestart["10-routes"] = Hook(on_failure="warn", reason=reason)
    if any(of_interface(key) for key in sysctls(found)):
        reason = "settings of single interfaces, which have another name in the container"
        prestart["20-sysctls"] = Hook(on_failure="warn", reason=reason)
    reason = "owners, modes and programs of the volumes are as on the host"
    prestart["30-volumes"] = Hook(on_failure="warn", reason=reason)
    report = Hook(on_failure="warn", reason="why the container ended goes to syslog and a file")
    reason = "pid files, sockets and locks on volumes go with the processes that made them"
    clean = Hook(on_failure="warn", reason=reason)
    return Hooks(prestart=prestart, poststop={"10-report": report, "20-clean": clean})


def modules(found: Facts) -> dict[str, ModuleChoice]:
    """Loaded on the host: a container finds them only if the target has them loaded."""
    loaded = {module.name for module in found.kernel.modules}
    why = "loaded on the host; a container cannot load it"
    return {name: ModuleChoice(reason=why) for name in MODULES if name in loaded}


def devices(found: Facts) -> dict[str, Reason]:
    """Those that a process of the host has open."""
    users = {path: process.exe for process in found.processes for path in process.devices}
    return {
        path: Reason(f"{purpose}, for {users[path] or 'a process'}")
        for path, purpose in SHARED.items()
        if path in users
    }
