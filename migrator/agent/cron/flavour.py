"""The cron of the host, and which crontabs it passes over."""

from __future__ import absolute_import, division, print_function

import os
import re
import stat

from migrator.agent.cron.crontab import BLANKS, setting, split
from migrator.agent.daemons import daemons
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.agent.cron.crontab import Table

RUNNERS = ("anacron", "at")  # they run jobs beside a cron
PLACES = ("/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/")
GENERATOR = "systemd/system-generators/systemd-crontab-generator"
SERVICES = ("cron.service", "crond.service")
# Names that cronie passes over; Debian's cron takes no others than these.
LEFTOVER = re.compile(r"[.#]|.*~$|.+\.(?:rpmsave|rpmorig|rpmnew)$", re.S)
PLAIN = re.compile(r"[A-Za-z0-9_-]+\Z")
LSB = re.compile(r"(?:[a-z0-9]+|_?(?:[a-z0-9_.]+-)+[a-z0-9]+|[A-Za-z0-9_-]+)\Z")  # cron -l
MOST_LINES = 10000  # of Debian's cron


def runners(host, found):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    """Every program that runs jobs by time, systemd itself apart."""
    cron = "cron" if host.exists("/etc/debian_version") else "vixie"
    if host.exists("/etc/os-release") and cron == "vixie":
        cron = "cronie"  # SUSE's keeps the old name of the program
    crond = "busybox" if host.link("/usr/sbin/crond").endswith("busybox") else "cronie"
    known = (
        ("fcron", _paths("fcron"), ("fcron.service", "fcron-systab.service")),
        ("bcron", _paths("bcron-sched", "bcron-start"), ("bcron-sched.service", "bcron.service")),
        ("systemd-cron", ("/lib/" + GENERATOR, "/usr/lib/" + GENERATOR), ("cron.target",)),
        (cron, _paths("cron"), SERVICES),
        (crond, _paths("crond"), SERVICES),
        ("anacron", _paths("anacron"), ("anacron.timer", "anacron.service")),
        ("at", _paths("atd"), ("atd.service",)),
    )
    return daemons(host, found, known)


def _paths(*programs):
    # type: (str) -> tuple[str, ...]
    return tuple(place + program for program in programs for place in PLACES)


def flavour(installed):
    # type: (list[dict[str, Any]]) -> str
    """Of the cron that runs, else of the first; "" for a host without."""
    crons = [daemon for daemon in installed if daemon["flavour"] not in RUNNERS]
    running = [daemon for daemon in crons if daemon["pid"]]
    return str((running + crons)[0]["flavour"]) if crons else ""


def ignored(host, kind, cron, table):
    # type: (Host, str, str, Table) -> tuple[str, str] | None
    """Why ``cron`` passes a crontab over, and what of it is meant; None when it reads it."""
    path = table["where"]
    if kind == "cron.d" and _strange_name(host, cron, path.rpartition("/")[2]):
        return "name", path.rpartition("/")[2]
    if cron not in ("cron", "cronie"):
        return None
    about = os.stat(host.at(path))
    own = kind == "user" and table["owner"] == table["user"]
    if not (about.st_uid == 0 or own) or _foreign_link(host, path):
        return "owner", table["owner"]
    if _loose(kind, cron, about.st_mode):
        return "mode", table["mode"]
    if about.st_nlink != 1 and (kind == "user" or cron == "cron"):
        return "links", str(about.st_nlink)
    return _malformed(host, table) if cron == "cron" else None


def _strange_name(host, cron, name):
    # type: (Host, str, str) -> bool
    if cron in ("cronie", "vixie"):
        return bool(LEFTOVER.match(name))
    if cron not in ("cron", ""):
        return name.startswith(".")
    options = re.search(r"(?m)^[^#\n]*EXTRA_OPTS=.*?-\w*l", host.text("/etc/default/cron"))
    return not (LSB if options else PLAIN).match(name)


def _foreign_link(host, path):
    # type: (Host, str) -> bool
    return bool(host.link(path)) and os.lstat(host.at(path, follow=False)).st_uid != 0


def _loose(kind, cron, mode):
    # type: (str, str, int) -> bool
    if cron == "cronie":
        return mode & 0o7533 != 0o400
    if kind == "user":
        return mode & 0o7777 != 0o600
    return bool(mode & (stat.S_IWGRP | stat.S_IWOTH))


def _malformed(host, table):
    # type: (Host, Table) -> tuple[str, str] | None
    """Debian's cron refuses all of a crontab for a line that it does not understand; an empty
    value without quotes is one."""
    rows = split(host.text(table["where"]))
    for number, (text, line) in enumerate(zip(rows, table["lines"]), 1):
        empty = line["kind"] == "setting" and text.rstrip(BLANKS).endswith("=")
        if line["kind"] == "unparsed" or (empty and not setting(text)[1]):
            return "syntax", "%s:%d" % (table["where"], number)
    if rows and not table["newline"]:
        return "newline", "%s:%d" % (table["where"], len(rows))
    return ("lines", str(len(rows))) if len(rows) > MOST_LINES else None
