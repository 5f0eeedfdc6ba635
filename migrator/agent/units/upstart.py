"""Jobs of upstart, and their state where it runs."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.redact import redacted
from migrator.agent.units.record import record
from migrator.agent.units.words import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Iterator

    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

    Stanza = tuple[str, str]  # "pre-start exec" and what follows it

PLACE = "/etc/init"
MOST_DEEP = 4  # slashes of a directory below
# Stanzas that take words; of those that take a program, see PROGRAMS.
ATTRIBUTES = (
    "description author version usage emits instance respawn task manual expect console umask nice"
    " oom chroot chdir limit setuid setgid env export normal kill reload apparmor cgroup debug"
    " session start stop"
).split()
TWO_WORDS = (
    "start on,stop on,respawn limit,normal exit,kill timeout,kill signal,reload signal"
    ",apparmor load,apparmor switch,oom score"
).split(",")
PROGRAMS = ("pre-start", "post-start", "pre-stop", "post-stop", "")
BLOCK = re.compile(r"(?:(pre-start|post-start|pre-stop|post-stop)[ \t]+)?script\Z")
END = re.compile(r"end[ \t]+script\Z")
PROGRAM = re.compile(r"(?:(pre-start|post-start|pre-stop|post-stop)[ \t]+)?exec[ \t]+(.*)\Z")
# "cron start/running, process 123"; "tty (1) stop/waiting"
STATE = re.compile(r"(\S+)(?: \((.*)\))? (start|stop|respawn)/([a-z-]+)(?:, process (\d+))?")
ACTIVE = {"running": "active", "waiting": "inactive", "killed": "deactivating"}


def units(host):
    # type: (Host) -> list[Record]
    """A unit for each job, and for each running instance of one that may run several times."""
    found = {}  # type: dict[str, Record]
    for path in _files(host, PLACE):
        name = path[len(PLACE) + 1 : -len(".conf")]
        unit = _unit(host, name, path)
        found[unit["name"]] = unit
    if host.live:
        host.part("units.upstart", lambda: _states(host, found), None)
    return [found[name] for name in sorted(found)]


def _files(host, place):
    # type: (Host, str) -> Iterator[str]
    for name in host.names(place):
        path = place + "/" + name
        if name.endswith(".conf"):
            yield path
        elif place.count("/") < MOST_DEEP:
            for below in _files(host, path):
                yield below


def _name(job, instance=""):
    # type: (str, str) -> str
    return "%s@%s.service" % (job, instance) if instance else job + ".service"


def _unit(host, name, path):
    # type: (Host, str, str) -> Record
    override = path[: -len("conf")] + "override"
    there = [override] if host.exists(override) else []
    stanzas = _stanzas(host, path) + [s for place in there for s in _stanzas(host, place)]
    said = _combined(stanzas)
    starts = "start on" in said
    return record(
        _name(name),
        "upstart",
        path,
        drop_ins=there,
        enabled="enabled" if starts else "disabled" if "manual" in said else "static",
        description=said.pop("description", "").strip("\"'"),
        user=said.pop("setuid", ""),
        group=said.pop("setgid", ""),
        commands=_programs(stanzas, ""),
        other_commands=[
            {"when": when, "command": command}
            for when in PROGRAMS[:-1]
            for command in _programs(stanzas, when)
        ],
        environment_names=[n for key, value in stanzas if key == "env" for n in names(value)],
        properties=said,
    )


def _combined(stanzas):
    # type: (Iterable[Stanza]) -> dict[str, str]
    """The last stanza of a kind counts, but several limits and events add up; ``manual`` takes back
    an earlier ``start on``."""
    found = {}  # type: dict[str, str]
    for key, value in stanzas:
        if key.partition(" ")[2] in ("exec", "script") or key in ("exec", "script", "env"):
            continue
        if key == "manual":
            found.pop("start on", None)
        if key in ("limit", "emits", "export") and key in found:
            value = found[key] + "\n" + value
        found[key] = value or "yes"
    if "start on" in found:
        found.pop("manual", None)
    return found


def _programs(stanzas, when):
    # type: (Iterable[Stanza], str) -> list[str]
    """The last exec or script of a kind; a script's lines are one each."""
    prefix = when + " " if when else ""
    last = [(k, v) for k, v in stanzas if k in (prefix + "exec", prefix + "script")][-1:]
    lines = [line.strip() for _, value in last for line in value.split("\n")]
    return [line for line in lines if line and not line.startswith("#")]


def _stanzas(host, path):
    # type: (Host, str) -> list[Stanza]
    found = []
    lines = list(host.numbered(path))
    while lines:
        where, line = _joined(lines)
        block, program = BLOCK.match(line), PROGRAM.match(line)
        key = _key(line)
        if block:
            found.append(((block.group(1) or "") + " script", _script(lines)))
        elif program:
            found.append(((program.group(1) or "") + " exec", program.group(2)))
        elif key:
            found.append((key, line[len(key) :].strip()))
        elif line:
            host.strange("units", where, redacted(line))
    return [(key.strip(), value) for key, value in found]


def _joined(lines):
    # type: (list[tuple[str, str]]) -> tuple[str, str]
    """Take a stanza off ``lines``: it goes on after a backslash and within parentheses."""
    where, line = lines.pop(0)
    text = _bare(line)
    while lines and (text.endswith("\\") or _open(text)):
        text = text.rstrip("\\").rstrip() + " " + _bare(lines.pop(0)[1])
    return where, re.sub(r"[ \t]+", " ", text.strip()) if _key(text.strip()) else text.strip()


def _bare(line):
    # type: (str) -> str
    """Without a comment, which may follow a stanza."""
    if BLOCK.match(line.strip()) or PROGRAM.match(line.strip()):
        return line.strip()
    return re.sub(r"(?:^|(?<=\s))#.*", "", line).strip()


def _open(text):
    # type: (str) -> bool
    return text.startswith(("start on", "stop on")) and text.count("(") > text.count(")")


def _key(line):
    # type: (str) -> str
    two = " ".join(line.split(None, 2)[:2])
    one = line.split(None, 1)[0] if line else ""
    return two if two in TWO_WORDS else one if one in ATTRIBUTES else ""


def _script(lines):
    # type: (list[tuple[str, str]]) -> str
    found = []
    while lines:
        line = lines.pop(0)[1]
        if END.match(line.strip()):
            break
        found.append(line)
    return "\n".join(found)


def _states(host, found):
    # type: (Host, dict[str, Record]) -> None
    for line in host.output(["initctl", "list"]).splitlines():
        match = STATE.match(line)
        if not match:
            continue  # a further process of the job before
        job, instance, goal, state, pid = match.groups()
        unit = found.setdefault(_name(job), record(_name(job), "upstart", ""))
        if instance:
            name = _name(job, instance)
            unit = found[name] = dict(unit, name=name, properties=dict(unit["properties"]))
        starting = "activating" if goal == "start" else "deactivating"
        unit.update(active=ACTIVE.get(state, starting), sub=state)
        if pid:
            unit["properties"]["MainPID"] = pid
