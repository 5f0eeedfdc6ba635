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
