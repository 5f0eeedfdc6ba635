"""Rules about where the lines of logs come from, and to whom they are sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.offers import is_loopback
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts

RECEIVERS = (
    *("imudp", "imtcp", "imptcp", "imrelp", "imgssapi", "imdtls"),
    *("udp", "tcp", "udp6", "tcp6", "network", "syslog", "default-network-drivers"),
)
VERSION = re.compile(r"(?:\d+:)?(\d+)\.(\d+)")


@rule(
    "LOG-01",
    Level.WARNING,
    "A log daemon reads the kernel's log",
    "A container may not read it: rsyslog complains at each start, and syslog-ng does not start"
    " (risk; of system(), some versions find out themselves).",
    "Nothing for rsyslog and for file(/proc/kmsg) of syslog-ng: build comments them, the kernel's"
    " messages are in the target's log. In place of system() of an old syslog-ng write what it"
    " stands for.",
    side="image",
    verify=True,
)
def kernel_log(found: Facts) -> Iterator[Evidence]:
    for line in found.syslog.rules:
        if line.kind == "input" and line.selector == "imklog":
            yield line.where, line.raw
    for item in found.syslog.inputs:
        if item.path in ("/proc/kmsg", "/dev/kmsg"):
            yield item.where, f"{item.module} {item.path}", Level.RISK
        elif item.module == "system" and _insists(found):
            yield item.where, "system() of a syslog-ng before 3.19"


def _insists(found: Facts) -> bool:
    """Later versions look whether they may read the kernel's log before they do."""
    for package in found.packages.installed:
        version = VERSION.match(package.version)
        if package.name in ("syslog-ng", "syslog-ng-core") and version:
            return (int(version[1]), int(version[2])) < (3, 19)
    return True


@rule(
    "LOG-02",
    Level.WARNING,
    "rsyslog reads the journal from where it stopped",
    "It keeps the place in /var/lib/rsyslog, which the plan puts on a volume. A journal that was"
    " kept in memory is a new one in the container: an old rsyslog does not find the place there,"
    " and writes lines twice or none.",
    "Delete imjournal.state in that volume when nothing is logged after the launch.",
    side="image",
)
def journal_place(found: Facts) -> Iterator[Evidence]:
    for item in found.syslog.inputs:
        if item.module == "imjournal" and not found.syslog.journal.persistent:
            yield item.where, "imjournal, and the journal is kept in memory"


@rule(
    "LOG-03",
    Level.INFO,
    "Logs are sent to another host",
    "The receiver sees them come from the target's address.",
    "Allow the target there, and let it reach the receiver.",
    side="target",
)
def remote(found: Facts) -> Iterator[Evidence]:
    for line in found.syslog.rules:
        if line.kind == "remote":
            yield line.where, f"{line.selector} to {line.destination}".strip()


@rule(
    "LOG-04",
    Level.WARNING,
    "The host receives the logs of others",
    "Whoever sends them must find the container: its port is published on the target when somebody"
    " listens there, and what is sent by UDP while it moves is lost.",
    "Tell the senders the target's address, or give it the host's. Open its firewall, and see that"
    " the plan's ports have the port.",
    side="target",
)
def receivers(found: Facts) -> Iterator[Evidence]:
    for item in found.syslog.inputs:
        open_to_all = item.port or item.module in RECEIVERS[-1:]
        if item.module in RECEIVERS and open_to_all and not is_loopback(item.address):
            address = f" at {item.address}" if item.address else ""
            yield item.where, f"{item.module} port {item.port or 'of syslog'}{address}"
