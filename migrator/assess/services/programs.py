"""Programs with needs of their own: mail, Java, licences, and old runtimes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.offers import is_loopback
from migrator.assess.rules import Evidence, rule
from migrator.assess.usage import on_volume
from migrator.assess.used import described, services, used
from migrator.facts import Facts
from migrator.facts.processes import Process
from migrator.facts.services import Service

MB = 1 << 20
MTAS = ("postfix", "exim", "sendmail")
MAIL_PORTS = (25, 465, 587)
QUEUE = 100 * MB
OWN_MAIL = re.compile(r"\s*(loopback-only|localhost|127\.[\d.]+|::1|[;,\s])+$")
JAVA = ("java", "jsvc", "jsvc.exec")
HEAP = re.compile(r"-Xmx|-XX:Max(RAM|Heap)|@")
JAVA_OPTIONS = {"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"}
# "java-1.7.0-openjdk-1.7.0.261", "jdk1.8.0_151", "java-8-openjdk"; then its update
RELEASE = re.compile(r"(?:java|jdk|jre)-?(?:1\.)?([5-9]|1\d)\b")
UPDATE = re.compile(r"(?:1\.8\.0[._]|8u)(\d+)")
KNOWS_LIMITS = (8, 191)  # the first that counts the memory of its container
LICENCE_LINE = re.compile(r"licen[cs]e|hostid|\.lic\b", re.IGNORECASE)
IDENTIFIES = re.compile(r"\b(dmidecode|hostid|product_uuid|product_serial|board_serial)\b")
# Runtimes that their makers have left: pattern of the package, what its version begins with.
OLD = {
    "PHP 5": (r"php5\d?|php(5\d?)?-(cli|fpm|cgi|common)|libapache2-mod-php5", ("5.",)),
    "Python 2": (r"python(2([.]?[67])?)?(-minimal)?", ("2.",)),
    "Java before 8": (r"(java-1\.[67]\.0|openjdk-[67]|jdk-?1\.[67]|sun-java6)\S*", ("",)),
    "OpenSSL before 1.1": (
        r"openssl(098e|101e)?|compat-openssl10|libssl(0\.9\.8|1\.0\.[0-2]|1_0_0)",
        ("0.9.", "1.0."),
    ),
}


@rule(
    "SVC-05",
    Level.WARNING,
    "A mail server",
    "Queues below /var/spool and mail below /var/mail are on volumes. What it sends comes from the"
    " target's address, which SPF, the reverse name and lists of senders must know; mailboxes"
    " elsewhere are a part of the image and lost at the next start (risk).",
    "Let SPF and the reverse DNS know the target; flush the queue before the last pass (postqueue"
    " -f, exim -qff, sendmail -q); make a directory of mailboxes a volume in the plan's paths.",
)
def mail(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, *MTAS):
        if _takes_mail(found, service):
            yield where, f"{described(service)} and takes mail from other hosts"
        for data in service.data:
            if (data.size or 0) >= QUEUE:
                yield data.path, f"{(data.size or 0) // MB} MB wait in it"
    for where, service in services(found, "dovecot", "cyrus"):
        for place in _mailboxes(service):
            lost = not on_volume(found, place)
            shown = f"{service.name} keeps mailboxes in {place}"
            yield where, shown, Level.RISK if lost else Level.INFO


def _takes_mail(found: Facts, service: Service) -> bool:
    """Of a disk by postfix's configuration alone: others say it in too many ways."""
    if not found.live:
        interfaces = service.detail.get("inet_interfaces", "all").rpartition(" ; ")[2]
        return service.name == "postfix" and not OWN_MAIL.match(interfaces)
    return any(
        listener.port in MAIL_PORTS
        and not is_loopback(listener.address)
        and (listener.pid in service.pids or listener.unit in service.units)
        for listener in found.network.listeners
    )


def _mailboxes(service: Service) -> list[str]:
    """Directories, as far as they do not depend on who reads; homes are on a volume."""
    location = service.detail.get("mail_location", "").rpartition(" ; ")[2]
    path = re.match(r"\w+:(/[^%~:]*)", location)
    found = [path[1].rstrip("/")] if path else []
    return [*found, *(data.path for data in service.data)]


@rule(
    "SVC-17",
    Level.WARNING,
    "Java without a limit of its heap",
    "It takes up to a quarter of the memory that it sees: that of the target, as the container has"
    " no limit unless you give it one. Versions before 8u191 do not see such a limit and are killed"
    " at it (risk).",
    "Start it with -Xmx as large as it is here.",
)
def heaps(found: Facts) -> Iterator[Evidence]:
    seen = set()
    for process in found.processes:
        command = process.command or ("",)
        program = (process.exe or command[0]).removesuffix(" (deleted)").rpartition("/")[2]
        bounded = any(HEAP.match(word) for word in command)
        told = JAVA_OPTIONS & set(process.environment_names)
        where = process.unit or f"java (pid {process.pid})"
        if program in JAVA and not (bounded or told or process.container or where in seen):
            seen.add(where)
            level = Level.RISK if _is_old(process) else Level.WARNING
            yield where, f"{process.exe or command[0]} without -Xmx, {process.rss // MB} MB", level


def _is_old(process: Process) -> bool:
    """Of the version that its path names; one without its update counts as a new one."""
    path = process.exe or process.command[0]
    release, update = RELEASE.search(path), UPDATE.search(path)
    last = int(update[1]) if update else KNOWS_LIMITS[1]
    return release is not None and (int(release[1]), last) < KNOWS_LIMITS


@rule(
    "SVC-18",
    Level.OVERRIDABLE,
    "A licence that may be bound to the machine",
    "The container has another network card, no serial number and no UUID of the firmware: a"
    " licence for these is refused. A program that only asks for them gets no answer or another one"
    " (warning).",
    "Ask the vendor for a licence for the new machine before the move, or give the container the"
    " old card's address in a macvlan network (PodmanArgs=--mac-address).",
)
def licences(found: Facts) -> Iterator[Evidence]:
    for where, service in services(found, "licence"):
        configs = f", with {service.configs[0]}" if service.configs else ""
        yield where, described(service) + configs
    for literal in found.literals:
        if literal.kind == "mac" and literal.place == "application":
            bound = LICENCE_LINE.search(f"{literal.where} {literal.raw}")
            level = Level.OVERRIDABLE if bound else Level.WARNING
            yield literal.where, literal.raw or literal.literal, level
    for unit in used(found):
        for command in (*unit.commands, *(other.command for other in unit.other_commands)):
            if IDENTIFIES.search(command):
                yield unit.name, command, Level.WARNING
    for job in found.cron.jobs:
        if IDENTIFIES.search(job.command):
            yield job.where, job.command, Level.WARNING


@rule(
    "SVC-21",
    Level.INFO,
    "A runtime that its makers have left",
    "It runs in the container as it does here; only the distribution may still mend it.",
    "Nothing for the move. Plan a newer one for what listens to others.",
)
def runtimes(found: Facts) -> Iterator[Evidence]:
    for runtime, (pattern, versions) in OLD.items():
        for package in found.packages.installed:
            version = package.version.rpartition(":")[2]
            there = package.status == "installed" and version.startswith(versions)
            if there and re.fullmatch(pattern, package.name):
                yield package.name, f"{runtime}: {package.version}"
                break
