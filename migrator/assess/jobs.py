"""Rules about what runs by time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from migrator.adapt.pam import REQUIRED
from migrator.assess.finding import Level
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.facts.cron import Job

CRON = ("crontab", "cron.d", "user", "fcron", "periodic", "anacron")
# The name of a program where the shell takes it as one: first in a command, perhaps by its path,
# also behind a word that runs another command.
OPTIONS = r"(?:\s+-\S+(?:\s+[\w.]+)??)*"
RUNNER = (
    rf"(?:(?:nice|ionice|sudo|exec|env|time|nohup|setsid|chronic|if|then|else|do|!){OPTIONS}"
    rf"|(?:flock|timeout){OPTIONS}\s+\S+|\w+=\S*)\s+"
)
COMMAND = rf"(?:^|[;&|({{`])\s*(?:{RUNNER})*(?:/[\w.+/-]*/)?(%s)(?![\w./-])"
HARDWARE = re.compile(
    COMMAND % r"fsck(?:\.\w+)?|smartctl|fstrim|e2scrub\w*|mdadm|mdcheck|checkarray|raid-check|dump"
    r"|xfsdump|update-grub\d?|grub2?-mkconfig|lvcreate|vgs|lvs|hwclock|ntpdate|ntpd|chronyc"
    r"|megacli\w*|MegaCli\w*|storcli\w*|hpssacli|ssacli|ipmitool|dmidecode|sensors|hdparm|multipath"
)
# systemd passes over what has one of these in a container.
SKIPPED = ("ConditionVirtualization=!container", "ConditionCapability=CAP_SYS_ADMIN")
REMOTE = re.compile(
    COMMAND
    % r"ssh|scp|sftp|rsync|lftp|ftp|ncftpput|curl|wget|smbclient|rclone|restic|borg|aws|s3cmd"
    r"|gsutil|azcopy|duplicity"
)
PLACE = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s'\"/]*(?<!localhost)\S*|[\w.-]+@[\w.-]+:?|\b[\w-]+(?:\.[\w-]+)+:\S+"
    r"|\b\d+\.\d+\.\d+\.\d+\b|[\w-]+::\S+|\bs3://\S+",
    re.IGNORECASE,
)
OWN = re.compile(
    r"://(?:[^@/]*@)?(localhost|127\.|169\.254\.|\[::1\])|@(localhost|127\.)|^(127|169\.254)\."
)
MAILERS = re.compile(COMMAND % r"mail|mailx|sendmail|mutt|nail|s-nail|swaks|msmtp")
RUNTIME = re.compile(r"(?<![\w.-])/(?:var/)?(?:run|lock)/(?!systemd/system\b)[\w./-]+")


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
    "CRN-02",
    Level.INFO,
    "PAM insists on a login uid",
    "A container may not set one: where pam_loginuid is required, cron runs nothing and ssh lets"
    " nobody in.",
    "Nothing: build makes it optional, unless the plan's adapt has pam switched off.",
    side="image",
    verify=True,
)
def login_uid(found: Facts) -> Iterator[Evidence]:
    for line in found.accounts.pam:
        written = f"{line.type} {line.control} {line.module}"
        if REQUIRED.match(written):
            yield line.where, written


@rule(
    "CRN-03",
    Level.WARNING,
    "Jobs would run twice",
    "While the source still runs, every job of the container would be a second run. build holds"
    " cron, anacron, at and all timers, also those of users, until they are released, which also"
    " holds logrotate. A program that schedules by itself it does not know.",
    "Leave the plan's jobs at held, stop the jobs of the source at the cutover, then set jobs to"
    " released and launch again: they are released without a restart.",
)
def twice(found: Facts) -> Iterator[Evidence]:
    if found.cron.jobs:
        yield "jobs", f"{len(found.cron.jobs)} jobs"


@rule(
    "CRN-04",
    Level.WARNING,
    "A job that serves hardware, disks or the clock",
    "There is nothing for it to do in a container, and it may complain. systemd passes over what"
    " has a condition for that, which is not named here.",
    "Disable it in the container once it moved; the target has such jobs of its own.",
    side="image",
)
def hardware(found: Facts) -> Iterator[Evidence]:
    for job in found.cron.jobs:
        name = HARDWARE.search(job.command.removesuffix(".service"))
        if name and not _is_skipped(found, job):
            yield job.where, job.command


def _is_skipped(found: Facts, job: Job) -> bool:
    """Debian's jobs of cron leave to the timer what a host with systemd has one for."""
    if "test -e /run/systemd/system ||" in job.command:
        return found.system.init == "systemd"
    units = [found.unit(job.where), found.unit(job.command)] if job.kind == "timer" else []
    return any(condition in SKIPPED for unit in units if unit for condition in unit.conditions)


@rule(
    "CRN-05",
    Level.WARNING,
    "A job that works with another host",
    "Its keys and known hosts move along, but the other host sees it come from the target's"
    " address, and the target must let it out.",
    "Allow the target's address there, and try the job by hand after the launch.",
    side="target",
)
def remote(found: Facts) -> Iterator[Evidence]:
    for job in found.cron.jobs:
        if job.kind != "timer" and REMOTE.search(job.command):
            places = [place for place in PLACE.findall(job.command) if not OWN.search(place)]
            if places:
                yield job.where, job.command


@rule(
    "CRN-06",
    Level.INFO,
    "What jobs say is sent by mail",
    "It goes through the mail server of the container, and comes from the target's address. Without"
    " any sendmail it is lost, on the host as in the container (warning).",
    "Let the relay accept mail from the target; send it to a log where nobody reads it.",
    side="target",
)
def mails(found: Facts) -> Iterator[Evidence]:
    server = next((s.name for s in found.services if s.kind == "mail"), "")
    level = Level.INFO if server else Level.WARNING
    by = f"by {server}" if server else "but no mail server is known here"
    seen = set()
    for job in found.cron.jobs:
        address = job.settings.get("MAILTO", "")
        if "@" in address and address not in seen:
            seen.add(address)
            yield job.where, f"MAILTO={address}, {by}", level
        elif MAILERS.search(job.command):
            yield job.where, f"{job.command}, {by}", level


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
    "They move with the host and wait until they are released. When a persistent one ran last is"
    " kept on the volume of /var/lib/systemd, so what it missed meanwhile it makes up for.",
    "Nothing.",
)
def timers(found: Facts) -> Iterator[Evidence]:
    for job in found.cron.jobs:
        unit = found.unit(job.where) if job.kind == "timer" else None
        if unit and unit.fragment and not unit.fragment.startswith(("/lib/", "/usr/lib/", "/run/")):
            persistent = ", persistent" if job.settings.get("Persistent") == "yes" else ""
            yield job.where, f"{job.schedule}{persistent}"


@rule(
    "CRN-10",
    Level.INFO,
    "A job that counts on a file in /run",
    "It is empty at each start of the container, as after a boot: a lock or a number of a process"
    " that was left there is gone, and so is a directory that nobody makes at boot.",
    "Let systemd-tmpfiles make the directory (/etc/tmpfiles.d) where the job does not.",
    side="image",
)
def runtime(found: Facts) -> Iterator[Evidence]:
    for job in found.cron.jobs:
        place = RUNTIME.search(job.command) if job.kind != "timer" else None
        if place:
            yield job.where, f"{place[0]} in: {job.command}"
