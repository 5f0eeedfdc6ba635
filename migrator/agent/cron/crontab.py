"""Crontabs, line by line: each is a job, a setting, a comment, blank, or not understood."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.accounts import names
from migrator.agent.cron import schedule
from migrator.agent.cron.job import job
from migrator.agent.host import Host
from migrator.agent.redact import redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.agent.cron.job import Job

    Table = dict[str, Any]

# Cron tries this first; a quoted text must be all of the value.
SETTING = re.compile(
    r"""[ \t]*("[^"=]+"|'[^'=]+'|[^ \t="'#][^ \t=]*)[ \t]*="""
    r"""([ \t]*(?:"[^"]*"|'[^']*')[ \t\r\f\v]*|(?![ \t]*["']).*)$"""
)
BLANKS = " \t\r\f\v"
# The minus of cronie and of SUSE's cron; five fields or a word; the rest.
JOB = re.compile(r"[ \t]*(-?)(@[a-z]+|(?:[^ \t]+[ \t]+){4}[^ \t]+)[ \t]+([^ \t*].*)$")
OPTION = re.compile(r"(-[a-z])[ \t]+(?=.)")  # of cronie, before the command
UNESCAPED = re.compile(r"((?:[^%\\]|\\.|\\$)*)%?(.*)$", re.S)


def crontab(host, kind, path, user):
    # type: (Host, str, str, str) -> tuple[Table, list[Job]]
    """The table and its jobs. In a system's crontab, ``user`` is empty and each line has one."""
    rows = split(host.text(path))
    lines = []
    jobs = []
    settings = {}  # type: dict[str, str]
    for number, text in enumerate(rows, 1):
        where = "%s:%d" % (path, number)
        row = kind_of(text)
        if row == "setting":
            name, value = setting(text)
            settings[name] = redacted_value(name, value)
        elif row == "job":
            found = _job(kind, where, user, text, settings)
            jobs += [found] if found else []
            row = row if found else "unparsed"
        if row == "unparsed":
            host.strange("cron", where, redacted(text))
        lines.append({"kind": row, "text": redacted(text)})
    return table(host, kind, path, user, lines), jobs


def split(text):
    # type: (str) -> list[str]
    """Lines without their newlines."""
    rows = text.split("\n")
    return rows if rows[-1] else rows[:-1]


def kind_of(text):
    # type: (str) -> str
    """What a line is, as far as it shows without its meaning."""
    bare = text.strip(" \t")
    if not bare:
        return "blank"
    if bare.startswith("#"):
        return "comment"
    return "setting" if SETTING.match(text) else "job"


def table(host, kind, path, user, lines):
    # type: (Host, str, str, str, list[dict[str, str]]) -> Table
    about = os.stat(host.at(path))
    return {
        "kind": kind,
        "where": path,
        "user": user,
        "owner": names(host).get(about.st_uid, str(about.st_uid)),
        "mode": "%04o" % (about.st_mode & 0o7777),
        "newline": host.text(path).endswith("\n"),
        "lines": lines,
    }


def setting(text):
    # type: (str) -> tuple[str, str]
    """Name and value of a line that is one, without quotes."""
    match = SETTING.match(text)
    name, value = match.groups() if match else ("", "")
    value = value.strip(BLANKS)
    return name.strip("\"'"), value[1:-1] if value[:1] in ("'", '"') else value


def _job(kind, where, user, text, settings):
    # type: (str, str, str, str, dict[str, str]) -> Job | None
    match = JOB.match(text)
    if not match or not schedule.parsed(match.group(2)):
        return None
    minus, when, command = match.groups()
    if not user:
        user, command = (re.split("[ \t]+", command, maxsplit=1) + [""])[:2]
    options = [minus] if minus else []
    option = OPTION.match(command)
    while option:
        options.append(option.group(1))
        command = command[option.end() :]
        option = OPTION.match(command)
    if not command:
        return None
    command, stdin = percent(command)
    when = " ".join(when.split())
    more = {"stdin": stdin, "options": options, "settings": dict(settings)}
    return job(kind, where, user, when, command, text, **more)


def percent(text):
    # type: (str) -> tuple[str, str]
    r"""(command, what it reads): the first % ends the command, each further one is a newline;
    \% is a %."""
    match = UNESCAPED.match(text)
    command, stdin = match.groups() if match else (text, "")
    stdin = re.sub(r"\\%|%", lambda found: "%" if found.group(0) == "\\%" else "\n", stdin)
    return command.replace("\\%", "%"), stdin
