"""Agents of backup, security and monitoring."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.used import described, services, used
from migrator.facts import Facts

IN_KERNEL = ("crowdstrike", "mdatp", "sophos", "trendmicro")
# Others of the kind, that are known by their units alone.
GUARDS = re.compile(
    r"(cbdaemon|cbagentd|sentinelone|sentinelagent|mfetpd|mfeespd|nails|isectpd|sisidsdaemon"
    r"|sisamdagent|smcd|traps_pmd|xagt|kesl|kesl-supervisor|bdsec\S*|fsma|fsaua|efs|ds_filter"
    r"|elastic-endpoint|ElasticEndpoint|armor-\S+)\.service$"
)
BY_CHECKSUM = ("aide", "tripwire", "ossec", "rkhunter")
CHECKS = re.compile(r"(aide|tripwire|rkhunter|chkrootkit)", re.IGNORECASE)
# What looks at this host; servers of monitoring are services like any other.
AGENTS = (
    *("zabbix-agent", "nrpe", "check_mk", "node-exporter", "collectd", "telegraf", "munin-node"),
    *("datadog", "newrelic", "dynatrace", "splunk", "filebeat", "elastic-agent", "fluentd"),
    *("snmpd", "netdata", "qualys", "tanium", "nessus"),
)
TOLD_BY = ("serveractive", "server", "allowed_hosts", "urls", "hosts", "site")


@rule(
    "SVC-10",
    Level.WARNING,
    "A backup agent",
    "It goes on and sees the container's files, volumes included; its server knows it by a name and"
    " an address, which is the target's from now on. One that reads disks as blocks needs a module"
    " of the kernel and fails (risk).",
    "Tell its server the new address, let it reach the agent's port, and restore a file once. Back"
    " up volumes on the target where the agent reads blocks.",
    side="target",
)
def backups(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, "backup"):
        ports = ", ".join(map(str, service.ports))
        name = service.detail.get("name", "") or service.detail.get("client_name", "")
        shown = described(service) + (f", on port {ports}" if ports else "")
        level = Level.RISK if service.name == "veeam" else Level.WARNING
        yield where, shown + (f", known as {name}" if name else ""), level


@rule(
    "SVC-11",
    Level.RISK,
    "A guard against intruders or viruses",
    "With its part in the kernel it watches the whole target, and does not start in a container."
    " One that compares checksums finds every file changed once, since all have new inodes and"
    " times (warning).",
    "Install it on the target and disable it in the plan's services; make a new database of"
    " checksums in the container after the launch.",
    side="target",
)
def guards(found: Facts) -> Iterator[Evidence]:
    seen, known = set(), set()
    for where, service in services(found, *IN_KERNEL, *BY_CHECKSUM):
        seen.add(where)
        known.add(service.name)
        level = Level.WARNING if service.name in BY_CHECKSUM else Level.RISK
        yield where, described(service), level
    for unit in used(found):
        if GUARDS.match(unit.name) and unit.name not in seen:
            yield unit.name, unit.description or unit.fragment
    for job in found.cron.jobs:
        check = CHECKS.search(job.command)
        if check and check[1].lower() not in known:
            yield job.where, job.command, Level.WARNING


@rule(
    "SVC-12",
    Level.INFO,
    "An operations agent",
    "It moves along and goes on; what it says of memory, load and disks is then partly the"
    " target's.",
    "Tell its server the new address and which numbers are the target's; watch the target itself.",
    side="target",
)
def agents(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, *AGENTS):
        told = [(key, service.detail[key]) for key in TOLD_BY if service.detail.get(key)]
        yield where, described(service) + (f", {told[0][0]} = {told[0][1]}" if told else "")
