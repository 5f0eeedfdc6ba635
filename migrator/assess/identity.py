"""Rules about what makes a host known to others, and what ties it to its machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import services
from migrator.facts import Facts

# A registration that a container cannot use: the program steps back in one.
STEPS_BACK = ("rhsm",)
# Settings by which a server knows its agent -> where the agent's identity is kept.
KNOWN_AS = {
    "puppet": "certname",
    "salt": "id",
    "chef": "node_name",
    "zabbix-agent": "hostname",
    "landscape": "computer_title",
}
UNNAMED = ("", "localhost", "localhost.localdomain")
PERSISTENT = re.compile(r"ATTRS?\{address\}|\bNAME(:=|=)\"", re.IGNORECASE)


@rule(
    "IDN-01",
    Level.INFO,
    "The container keeps the machine id",
    "While source and container both live, two systems have the same identity.",
    "Set identity.machine_id to reset when the source stays in service: agents and licences bound"
    " to the id then register anew, and the journal from before is shown with --merge.",
)
def machine_id(found: Facts) -> Iterator[Evidence]:
    system = found.system
    if system.machine_id:
        yield "/etc/machine-id", system.machine_id
    if system.dbus_machine_id and system.dbus_machine_id != system.machine_id:
        other = ", which is another one" if system.machine_id else ""
        yield "/var/lib/dbus/machine-id", system.dbus_machine_id + other


@rule(
    "IDN-02",
    Level.INFO,
    "The container keeps the host's ssh keys",
    "Clients go on without a question; the keys travel as secrets.",
    "Set identity.host_keys to reset when the source stays in service: every client that knows the"
    " host is then warned until its known_hosts is changed.",
)
def host_keys(found: Facts) -> Iterator[Evidence]:
    for secret in found.secrets:
        if secret.kind == "ssh-host-key":
            yield secret.path, secret.detail or secret.kind


@rule(
    "IDN-03",
    Level.INFO,
    "A registration of the host",
    "It moves along and goes on; while source and container both live, two answer to it."
    " subscription-manager steps back in a container, which gets its repositories from a target"
    " that is registered itself (warning).",
    "Remove the registration where the source stays in service; register the target with Red Hat.",
    side="target",
)
def registrations(found: Facts) -> Iterator[Evidence]:
    for row in found.system.subscriptions:
        level = Level.WARNING if row.kind in STEPS_BACK else Level.INFO
        yield row.where, f"registered with {row.kind}", level
    for where, service in services(found, *KNOWN_AS):
        name = service.detail.get(KNOWN_AS[service.name], "")
        if name:
            yield (*service.configs, where)[0], f"{service.name} knows it as {name}"


@rule(
    "IDN-04",
    Level.INFO,
    "The host gets its name from elsewhere",
    "Neither cloud-init nor a DHCP client runs in the container: it has the name that it has now.",
    "Check network.hostname in the plan.",
)
def hostname(found: Facts) -> Iterator[Evidence]:
    system = found.system
    if system.cloud.cloud_init:
        yield "cloud-init", f"{system.hostname or system.static_hostname}, set at each boot"
    elif system.static_hostname in UNNAMED and system.hostname not in UNNAMED:
        yield "/etc/hostname", f"{system.hostname}, which no file of the host says"


@rule(
    "IDN-05",
    Level.INFO,
    "Leases of an address",
    "They belong to the old network card; no client reads them in the container.",
    "Nothing, or exclude them in the plan's paths. Free the address when the source is gone.",
    side="image",
)
def leases(found: Facts) -> Iterator[Evidence]:
    places = {lease.where.partition(":")[0]: lease.address for lease in found.network.leases}
    places |= {a.lease: a.address for a in found.network.addresses if a.lease}
    yield from sorted(places.items())


@rule(
    "IDN-06",
    Level.INFO,
    "Names of network cards that hang on their addresses",
    "The engine names the container's interface, and no udev runs there: such lines do nothing.",
    "Nothing: they are harmless in the container.",
    side="image",
)
def cards(found: Facts) -> Iterator[Evidence]:
    lines = {
        literal.where: " ".join(literal.raw.split())
        for literal in found.literals
        if literal.kind == "mac" and literal.place == "network"
    }
    for line in found.kernel.udev_rules:
        if "net" in line.raw and PERSISTENT.search(line.raw):
            lines.setdefault(line.where, line.raw)
    yield from sorted(lines.items())
