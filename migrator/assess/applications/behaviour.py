"""What applications do by themselves: schedules, sessions, jails, and orders to the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.assess.usage import on_volume
from migrator.assess.used import services, used
from migrator.facts import Facts

SCHEDULERS = re.compile(
    r"\bcelery\b.*(\bbeat\b|\s-B\b)|\bairflow scheduler|\bsidekiq\b|\bresque[-:]scheduler"
    r"|\brqscheduler|\bschedule:work|\bdelayed_job|\bgood_job|\bclockwork\b|\bdkron\b|\brundeck\b"
    r"|\bsupercronic\b|\bdjango\S*\bqcluster"
)
SCHEDULING = ("jenkins", "gitlab")  # services with a clock of their own
STANDARD = {"debian": "/var/lib/php/sessions", "rhel": "/var/lib/php/session"}
CLIENTS = ("redis", "memcache", "memcached", "user", "sqlite")  # session.save_handler
JAILED = {
    "vsftpd": ("chroot_local_user", r"(?i)yes"),
    "proftpd": ("defaultroot", r".+"),
    "pure-ftpd": ("chrooteveryone", r"(?i)yes"),
}
# "reboot", "/sbin/shutdown -r now", "init 6": a word of a command, not a part of a path or option
ENDS = re.compile(
    r"(?:^|[;&|(\s'\"])(?:/usr)?(?:/s?bin/)?"
    r"(reboot|poweroff|halt|shutdown|systemctl (?:reboot|poweroff|halt)|(?:tel)?init [06])"
    r"(?=$|[;&|)\s'\"])"
)
CLOCKS = re.compile(
    r"(?:^|[;&|(\s'\"])(?:/usr)?(?:/s?bin/)?"
    r"(hwclock|ntpdate|sntp|rdate|ntpd -[gqx]*q|date (?:-s|--set)|timedatectl set-time)"
)
OWN = ("/etc/", "/usr/local/", "/opt/")


@rule(
    "APP-04",
    Level.WARNING,
    "An application with a clock of its own",
    "Jobs of cron, at and timers of the container wait until they are released; those of the"
    " application do not: they run from its start on, beside those of the source.",
    "Stop its scheduler on the source before the container starts, or disable it in the plan's"
    " services until then.",
)
def schedulers(found: Facts) -> Iterator[Evidence]:
    seen = set()
    for process in found.processes:
        command = " ".join(process.command)
        where = process.unit or f"{process.exe} (pid {process.pid})"
        if SCHEDULERS.search(command) and not process.container and where not in seen:
            seen.add(where)
            yield where, command
    for unit in used(found):
        commands = [command for command in unit.commands if SCHEDULERS.search(command)]
        if commands and unit.name not in seen:
            seen.add(unit.name)
            yield unit.name, commands[0]
    for where, service in services(found, *SCHEDULING, "supervisor"):
        if service.name in SCHEDULING and where not in seen:
            yield where, f"{service.name} has jobs of its own"
        for part in service.parts:
            if SCHEDULERS.search(part.detail.get("command", "")):
                yield part.where, part.detail["command"]


@rule(
    "APP-05",
    Level.WARNING,
    "Sessions in files of the host",
    "The engine makes the container anew at each start: sessions that are on no volume end, and"
    " whoever is logged in must log in again.",
    "Make the directory a volume in the plan's paths, or accept it and choose the hour.",
)
def sessions(found: Facts) -> Iterator[Evidence]:
    family = {found.system.os_id, *found.system.os_like}
    standard = next((path for id, path in STANDARD.items() if id in family), "")
    for where, service in services(found, "php-fpm"):
        if service.detail.get("session.save_handler", "files") in CLIENTS:
            continue
        own = [
            (part.where, value.rpartition(";")[2])
            for part in service.parts
            for key, value in part.detail.items()
            if key.endswith("[session.save_path]")
        ]
        given = service.detail.get("session.save_path", "").rpartition(" ; ")[2]
        path = given.rpartition(";")[2] or standard
        for place, directory in dict(own or [(where, path)]).items():
            if directory.startswith("/") and not on_volume(found, directory):
                yield place, f"PHP's sessions are in {directory}"


@rule(
    "APP-06",
    Level.INFO,
    "A jail",
    "The engine gives SYS_CHROOT, so that jails work. One whose script binds directories into it"
    " needs the right to make mounts: it does not start (risk).",
    "Nothing; for named-chroot enable named.service in its place.",
)
def jails(found: Facts) -> Iterator[Evidence]:
    for unit in used(found):
        if unit.name == "named-chroot.service":
            yield unit.name, "its setup binds directories below /var/named/chroot", Level.RISK
    for line in found.security.sshd:
        if line.key.lower() == "chrootdirectory" and line.value.lower() != "none":
            yield line.where, f"{line.key} {line.value}"
    for where, service in services(found, *JAILED):
        key, pattern = JAILED[service.name]
        value = service.detail.get(key, "").rpartition(" ; ")[2]
        if re.fullmatch(pattern, value):
            yield (*service.configs, where)[0], f"{key} = {value}"
    for where, service in services(found, "php-fpm"):
        for part in service.parts:
            if part.detail.get("chroot"):
                yield part.where or where, f"chroot = {part.detail['chroot']}"


@rule(
    "APP-07",
    Level.WARNING,
    "A command that restarts the machine or sets its clock",
    "It cannot set the clock, which is the target's. When its init ends, the container ends in good"
    " order, and its unit on the target does not start it again (risk).",
    "Take the command out; restart the container on the target with systemctl restart in its place,"
    " from a timer there when it must be by time.",
)
def orders(found: Facts) -> Iterator[Evidence]:
    for job in found.cron.jobs:
        yield from _orders(job.where, job.command)
    for unit in used(found):
        others = [other.command for other in unit.other_commands]
        if unit.fragment.startswith(OWN) and unit.origin != "upstart":
            for command in (*unit.commands, *others):
                yield from _orders(unit.name, command)


def _orders(where: str, command: str) -> Iterator[Evidence]:
    if ENDS.search(command):
        yield where, command, Level.RISK
    elif CLOCKS.search(command):
        yield where, command
