"""Rules about what runs by time and where logs go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts

HARDWARE = re.compile(
    r"\b(fsck|smartctl|fstrim|e2scrub\w*|mdadm|update-grub|dump|lvcreate|hwclock|ntpdate)\b"
)
CRON = ("crontab", "cron.d", "user", "periodic", "anacron")


@rule(
    "CRN-01",
    Level.INFO,
    "Jobs of cron and anacron",
    "They move with the host; verify compares each line.",
    "Nothing.",
)
def cron(found: Facts) -> Iterator[Evidence]:
    counts = Counter(job.where.partition(":")[0] for job in found.cron.jobs if job.kind in CRON)
    for where, count in sorted(counts.items()):
        yield where, f"{count} jobs" if count > 1 else "1 job"


@rule(
    "CRN-03",
    Level.RISK,
    "Jobs would run twice",
    "While the source still runs, every job of the container would be a second run.",
    "Leave plan.jobs at held until the source's jobs are stopped.",
)
def twice(found: Facts) -> Iterator[Evidence]:
    if found.cron.jobs:
        yield "jobs", f"{len(found.cron.jobs)} jobs"


@rule(
    "CRN-04",
    Level.WARNING,
    "A job that serves hardware",
    "There is nothing for it to do in a container, and it may complain.",
    "Disable it in the container once it moved.",
)
def hardware(found: Facts) -> Iterator[Evidence]:
    for job in found.cron.jobs:
        if HARDWARE.search(job.command):
            yield job.where, job.command


@rule(
    "CRN-08",
    Level.WARNING,
    "at jobs are waiting",
    "They are carried over and run in the container when their time has come.",
    "Remove them on the source when the container takes over.",
)
def at(found: Facts) -> Iterator[Evidence]:
    for job in found.cron.jobs:
        if job.kind == "at":
            yield job.where, f"{job.schedule} as {job.user}: {job.command}"


@rule(
    "CRN-09",
    Level.INFO,
    "Timers of the host's own",
    "They move with the host and wait until they are released.",
    "Nothing.",
)
def timers(found: Facts) -> Iterator[Evidence]:
    for job in found.cron.jobs:
        unit = found.unit(job.where) if job.kind == "timer" else None
        if unit and unit.fragment.startswith("/etc/"):
            yield job.where, job.schedule


@rule(
    "LOG-01",
    Level.WARNING,
    "rsyslog reads the kernel's log",
    "A container may not read it; rsyslog would complain at each start.",
    "Nothing: build comments the input. The kernel's messages are in the target's log.",
)
def kernel_log(found: Facts) -> Iterator[Evidence]:
    for line in found.syslog.rules:
        if line.kind == "input" and line.selector == "imklog":
            yield line.where, line.raw


@rule(
    "LOG-03",
    Level.INFO,
    "Logs are sent to another host",
    "The receiver sees them come from the target's address.",
    "Allow the target there, and let it reach the receiver.",
)
def remote_log(found: Facts) -> Iterator[Evidence]:
    for line in found.syslog.rules:
        if line.kind == "remote":
            yield line.where, f"{line.selector} to {line.destination}"
