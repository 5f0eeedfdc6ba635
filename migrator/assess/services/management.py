"""Tools that manage the host from elsewhere, or change it by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import described, is_used, services
from migrator.facts import Facts
from migrator.plan.services import MASKED

# They enforce what a server says; servers of the same packages are services like any other.
ENFORCERS = ("puppet", "chef", "salt", "ansible-pull", "cfengine", "rudder")
SERVERS = re.compile(
    r"(puppetserver|puppetmaster|chef-server\S*|salt-(master|api|syndic))\.service$"
)
RUNS = re.compile(
    r"(\bpuppet (agent|apply)|\bchef-client|\bansible-pull|\bcf-agent|\bsalt-call|\brudder agent)\b"
)
ORDERS = ("spacewalk", "landscape")  # they wait for orders of a server
UPDATERS = ("unattended-upgrades", "dnf-automatic")
UPDATES = re.compile(
    r"\b(apt(-get)?\s.*\b(dist-|full-)?upgrade|(yum|dnf)\s.*\b(update|upgrade)|zypper\s.*\b(up|dup"
    r"|update|patch)|do-release-upgrade|cron-apt)\b"
)


@rule(
    "SVC-09",
    Level.INFO,
    "An agent of the old hypervisor or cloud",
    "There is nobody for it to talk to; the plan masks what serves a hypervisor. Through some of a"
    " cloud people log in, and what they bring ends with the cloud (warning): accounts, keys and"
    " commands of its console.",
    "Disable in the plan's services what is not masked; make accounts that people still need.",
    side="image",
    verify=True,
)
def guests(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, "guest"):
        units = [unit for unit in found.units if unit.name in service.units and is_used(unit)]
        if units and all(unit.name in MASKED for unit in units):
            yield where, f"{service.name}, masked by the plan"
        else:
            ways_in = service.name in ("amazon-ssm", "google-guest")
            yield where, described(service), Level.WARNING if ways_in else Level.INFO


@rule(
    "SVC-13",
    Level.RISK,
    "Configuration management",
    "It makes the container again what it knows as a machine: it starts what the plan masks, mounts"
    " what build has commented out, and fails at the clock and the network. One that only waits for"
    " orders does no harm by itself (warning).",
    "Give the host a role without disks, clock, network and kernel before it moves, or disable the"
    " service in the plan until it has one.",
)
def enforcers(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, *ENFORCERS, *ORDERS):
        units = [unit for unit in found.units if unit.name in service.units and is_used(unit)]
        if units and all(SERVERS.match(unit.name) for unit in units):
            continue
        told = next(filter(None, map(service.detail.get, ("server", "master", "url"))), "")
        by = f", told by {told}" if told else ""
        level = Level.WARNING if service.name in ORDERS else Level.RISK
        yield where, described(service) + by, level
    for job in found.cron.jobs:
        if RUNS.search(job.command):
            yield job.where, job.command


@rule(
    "SVC-14",
    Level.WARNING,
    "Updates that install themselves",
    "The engine makes the container anew at each start, from its image: an update of programs holds"
    " until then, while data that the newer program has converted stays on its volume. A kernel"
    " that it installs is of no use.",
    "Disable it in the plan's services. Update the source and build again while it lives; later"
    " update the container by a new image.",
    side="image",
)
def updates(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, *UPDATERS):
        yield where, described(service)
    for job in found.cron.jobs:
        if job.kind != "timer" and UPDATES.search(job.command):
            yield job.where, job.command
