"""What runs by time."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator.facts.daemon import Daemon
from migrator.facts.ignored import Ignored


@dataclass(frozen=True)
class Run:
    """A moment at which a job runs."""

    at: int  # seconds since 1970
    local: str  # the same by the host's clock: "2026-03-01T06:25:00+01:00"


@dataclass(frozen=True)
class Job:
    """Something that runs by time. ``raw`` is the line or file as found, secrets redacted."""

    kind: str  # crontab | cron.d | user | fcron | periodic (cron.daily …) | anacron | at | timer
    where: str  # path:line of a line, path of a file, name of a timer
    user: str  # "" for a timer of the system: its service says who
    schedule: str  # "* * * * *", "daily", "1 5 cron.daily", OnCalendar=…, time of an at job
    command: str  # what the shell gets, without stdin and options; the service of a timer
    raw: str
    stdin: str = ""  # what the command reads: after the first %, each further % a newline
    # "-" before the time (not logged), "-n" (mail on failure only), "queue a" of an at job
    options: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)  # in force here; secrets redacted
    by: str = ""  # the job that runs this file of a periodic directory, its ``where``
    last: str = ""  # when it ran last, as far as a stamp or systemd knows: "2026-03-01", or as Run
    due: str = ""  # the first day on which anacron runs it again
    next: tuple[Run, ...] = ()  # at most three; empty for never and for what cannot be known


@dataclass(frozen=True)
class Line:
    """A line of a crontab. An anacrontab joins lines that end with a backslash."""

    kind: str  # job | setting | comment | blank | unparsed
    text: str  # without the newline at its end, secrets redacted


@dataclass(frozen=True)
class Table:
    """A crontab, line by line: joined by newlines, they are the file again."""

    kind: str  # crontab | cron.d | user | fcron | anacron
    where: str
    user: str  # whose jobs these are, "" when each line says it
    owner: str
    mode: str  # "0644"
    newline: bool  # whether the last line ends with one
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Access:
    """A list of users who may, or may not, use crontab or at."""

    where: str  # "/etc/cron.allow"
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cron:
    # Debian's cron, cronie, vixie (older ones of Red Hat and SUSE), fcron, bcron, systemd-cron,
    # busybox; beside them anacron and at
    daemons: tuple[Daemon, ...] = ()
    jobs: tuple[Job, ...] = ()  # what runs: those of ignored files are not among them
    tables: tuple[Table, ...] = ()  # also the ignored ones
    ignored: tuple[Ignored, ...] = ()
    access: tuple[Access, ...] = ()  # each list that exists; also an empty one has a meaning
