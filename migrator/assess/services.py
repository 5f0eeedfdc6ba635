"""Rules about units, init scripts, processes and what is known by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts

SANDBOX = ("PrivateTmp", "ProtectSystem", "ProtectHome", "PrivateDevices", "PrivateNetwork")
AGENTS = re.compile(
    r"(zabbix-agent|nagios-nrpe|nrpe|telegraf|prometheus-node-exporter|node_exporter|collectd"
    r"|datadog-agent|splunk|filebeat|fluent|monit|snmpd|munin-node)"
)
DATABASES = re.compile(r"(mysqld?|mariadb|postgres(ql)?|mongod|redis|cassandra|oracle|db2|slapd)")
ENGINES = re.compile(r"(docker|containerd|crio|kubelet|lxd|lxc-net)\.service")
HYPERVISORS = re.compile(r"(libvirtd|qemu-kvm|vboxdrv|xencommons)\.service")
# A login, or what a desktop or a shell started within the systemd of a user
LOGINS = re.compile(r"session-|user@[^/]*$|user@.*\.scope$")


@rule(
    "INI-05",
    Level.INFO,
    "A service that only has an init script",
    "systemd runs it through its generator, in the container as on the host.",
    "Nothing; write a unit for it when you touch it next.",
)
def scripts(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if unit.origin == "sysv" and unit.active == "active":
            yield unit.fragment, unit.description


@rule(
    "INI-07",
    Level.WARNING,
    "A unit with sandboxing of its own",
    "Without the rights to make mounts systemd leaves these settings out; the service runs,"
    " guarded by the container alone.",
    "Nothing, unless the service counts on being separate from others in the same container.",
)
def sandboxed(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        options = [f"{key}={unit.properties[key]}" for key in SANDBOX if key in unit.properties]
        if options and unit.active == "active" and unit.fragment.startswith("/etc/"):
            yield unit.name, " ".join(options)


@rule(
    "INI-09",
    Level.WARNING,
    "A unit has failed on the source",
    "It will fail in the container too; verify takes this as the baseline.",
    "Mend it before the move, so that a failed unit means something afterwards.",
)
def failed(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if unit.active == "failed":
            yield unit.name, unit.properties.get("Result", "failed")


@rule(
    "INI-11",
    Level.RISK,
    "A listening process that no unit started",
    "Nothing starts it in the container: it was started by hand or from a session.",
    "Write a unit for it before the move.",
)
def by_hand(found: Facts) -> Iterator[Evidence]:
    for listener in found.network.listeners:
        if listener.pid > 1 and (not listener.unit or LOGINS.match(listener.unit)):
            yield f"{listener.process} (pid {listener.pid})", f"port {listener.port}"


@rule(
    "SVC-01",
    Level.RISK,
    "A database",
    "A copy of its files while it writes may not be one that it can start from.",
    "Stop it for the snapshot, or dump and load it.",
)
def databases(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if DATABASES.match(unit.name) and unit.sub == "running":
            yield unit.name, unit.description


@rule(
    "SVC-03",
    Level.OVERRIDABLE,
    "A container engine runs on the host",
    "Containers in a container need rights that we do not grant.",
    "Move its containers first, by their own means, and disable the engine in the plan.",
)
def engines(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if ENGINES.match(unit.name) and unit.active == "active":
            yield unit.name, unit.description


@rule(
    "KRN-10",
    Level.BLOCKER,
    "The host runs virtual machines",
    "A hypervisor needs the kernel for itself.",
    "Keep it as a VM, or move its guests away.",
)
def hypervisors(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if HYPERVISORS.match(unit.name) and unit.active == "active":
            yield unit.name, unit.description


@rule(
    "SVC-12",
    Level.INFO,
    "An operations agent",
    "It moves along and goes on; what it says of memory and CPU is then partly the target's.",
    "Tell its server which numbers are the target's.",
)
def agents(found: Facts) -> Iterator[Evidence]:
    for unit in found.units:
        if AGENTS.match(unit.name) and unit.active == "active":
            yield unit.name, unit.description
