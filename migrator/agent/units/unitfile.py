"""What a unit file and its drop-ins say, in the words of ``systemctl show``."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.redact import redacted
from migrator.agent.units import words
from migrator.agent.units.properties import COMMANDS, DEPENDENCIES, LISTS, kept
from migrator.agent.units.record import INIT_SCRIPTS, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, Sequence

    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

INCLUDE = ".include "  # of old versions
MOST_INCLUDED = 8  # files, one within the other
NAMED_OTHERWISE = {
    "EnvironmentFile": "EnvironmentFiles",
    "CPUQuota": "CPUQuotaPerSecUSec",
    "StartLimitInterval": "StartLimitIntervalUSec",
}
LISTENS = ("Stream", "Datagram", "SequentialPacket", "FIFO", "Special", "Netlink", "MessageQueue")
MONOTONIC = ("OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec")
PATHS = ("PathExists", "PathExistsGlob", "PathChanged", "PathModified", "DirectoryNotEmpty")
DIRECTORIES = {"t": "/run", "S": "/var/lib", "C": "/var/cache", "L": "/var/log", "E": "/etc"}
RUNNING = ("Service", "Socket", "Mount", "Swap")  # sections of units that run commands
PREFIXES = "-@:+!|"  # of a command: how it is run


class Settings(object):
    """The assignments of a unit file and then of its drop-ins, by section and key."""

    def __init__(self, host, paths, name):
        # type: (Host, Sequence[str], str) -> None
        self.host = host
        self.name = name
        self.found = {}  # type: dict[tuple[str, str], list[str]]
        self.conditions = []  # type: list[str]
        for path in paths:
            self._read(path, 0)

    def all(self, section, key):
        # type: (str, str) -> list[str]
        return self.found.get((section, key), [])

    def words(self, section, key):
        # type: (str, str) -> list[str]
        return [word for value in self.all(section, key) for word in words.words(value)]

    def last(self, key):
        # type: (str) -> str
        """In any section: only one of a unit's has the key."""
        values = [v[-1] for (_, known), v in sorted(self.found.items()) if known == key and v]
        return values[-1] if values else ""

    def _read(self, path, depth):
        # type: (str, int) -> None
        section = ""
        for where, line in _lines(self.host, path):
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1]
            elif line.startswith(INCLUDE) and depth < MOST_INCLUDED:
                self._read(line[len(INCLUDE) :].strip(), depth + 1)
            elif "=" in line and section:
                key, _, value = line.partition("=")
                self._assign(section, key.strip(), value.strip())
            else:
                self.host.strange("units", where, redacted(line))

    def _assign(self, section, key, value):
        # type: (str, str, str) -> None
        """An empty value takes back what was there before."""
        value = expanded(value, self.name)
        values = self.found.setdefault((section, key), [])
        if value:
            values.append(value)
        else:
            del values[:]
        if key.startswith(("Condition", "Assert")):
            if value:
                self.conditions.append(key + "=" + value)
            else:
                kind = "Condition" if key.startswith("Condition") else "Assert"
                self.conditions = [c for c in self.conditions if not c.startswith(kind)]


def _lines(host, path):
    # type: (Host, str) -> Iterator[tuple[str, str]]
    """Without comments; a line that ends with a backslash goes on in the next."""
    begun, first = "", ""
    for where, line in host.numbered(path):
        text = line.strip()
        if text.startswith(("#", ";")) or not (text or begun):
            continue
        first = first or where
        begun += text[:-1].rstrip() + " " if text.endswith("\\") else text
        if not text.endswith("\\"):
            yield first, begun.strip()
            begun, first = "", ""
    if begun.strip():
        yield first, begun.strip()


def expanded(value, name):
    # type: (str, str) -> str
    """With the specifiers that need no running host; the others stay."""
    if "%" not in value:
        return value
    base = name.rpartition(".")[0]
    prefix, _, instance = base.partition("@")
    known = dict(DIRECTORIES, n=name, N=base, p=prefix, P=unescaped(prefix))
    if instance or "@" not in base:
        known.update(i=instance, I=unescaped(instance))
    known["%"] = "%"
    return re.sub("%(.)", lambda match: known.get(match.group(1), match.group(0)), value)


def unescaped(text):
    # type: (str) -> str
    r"""srv-data is srv/data, \x2d is a dash."""
    text = text.replace("-", "/")
    return re.sub(r"\\x([0-7][0-9a-f])", lambda match: chr(int(match.group(1), 16)), text)


def unit(name, path, drop_ins, settings):
    # type: (str, str, Sequence[str], Settings) -> Record
    source = settings.last("SourcePath")
    script = source.startswith(INIT_SCRIPTS)
    required = [(key, settings.words("Unit", key)) for key in DEPENDENCIES]
    return record(
        name,
        "sysv" if script else "systemd",
        source if script else path,
        drop_ins=list(drop_ins),
        description=settings.last("Description"),
        user=settings.last("User"),
        group=settings.last("Group"),
        supplementary_groups=_words(settings, "SupplementaryGroups"),
        commands=list(_commands(settings, "ExecStart")),
        other_commands=[
            {"when": when, "command": command}
            for when in COMMANDS[1:]
            for command in _commands(settings, when)
        ],
        environment_names=[w.partition("=")[0] for w in _words(settings, "Environment")],
        dependencies=dict((key, names) for key, names in required if names),
        conditions=settings.conditions,
        properties=kept(dict(_properties(settings))),
    )


def _words(settings, key):
    # type: (Settings, str) -> list[str]
    return [word for section in RUNNING for word in settings.words(section, key)]


def _commands(settings, key):
    # type: (Settings, str) -> Iterator[str]
    for section in RUNNING:
        for value in settings.all(section, key):
            yield value.lstrip(PREFIXES).strip()


def _properties(settings):
    # type: (Settings) -> Iterator[tuple[str, list[str]]]
    """As ``systemctl show`` names and prints them, as far as that can be known."""
    for (section, key), values in settings.found.items():
        if section == "Install" or not (values or key == "CapabilityBoundingSet"):
            continue
        last = values[-1] if values else ""
        if key == "EnvironmentFile":
            yield "EnvironmentFiles", [_environment_file(value) for value in values]
        elif key == "TimeoutSec":
            service = ("TimeoutStartUSec", "TimeoutStopUSec")
            for name in service if section == "Service" else ("TimeoutUSec",):
                yield name, [_duration(last)]
        elif key.endswith("Sec") and key not in MONOTONIC:
            yield key[:-3] + "USec", [_duration(last)]
        else:
            joined = " ".join(values) if key in LISTS else _yes_or_no(last)
            yield NAMED_OTHERWISE.get(key, key), [joined]
    for name, section, keys, form in LISTED:
        lines = [form(key, value) for key in keys for value in settings.all(section, key)]
        if lines:
            yield name, lines


def _environment_file(value):
    # type: (str) -> str
    optional = "yes" if value.startswith("-") else "no"
    return "%s (ignore_errors=%s)" % (value.lstrip("-"), optional)


def _duration(value):
    # type: (str) -> str
    """A number alone are seconds."""
    return value + "s" if value.isdigit() else value


def _yes_or_no(value):
    # type: (str) -> str
    return {"true": "yes", "on": "yes", "false": "no", "off": "no"}.get(value.lower(), value)


def _listen(key, value):
    # type: (str, str) -> str
    return "%s (%s)" % (value, key[len("Listen") :])


def _timer(key, value):
    # type: (str, str) -> str
    return "{ %s=%s ; next_elapse=n/a }" % (re.sub("Sec$", "USec", key), value)


def _path(key, value):
    # type: (str, str) -> str
    return "%s (%s)" % (value, key)


# What show prints as a line for each of several settings: property, section, settings, form.
LISTED = (
    ("Listen", "Socket", ["Listen" + kind for kind in LISTENS], _listen),
    ("TimersCalendar", "Timer", ["OnCalendar"], _timer),
    ("TimersMonotonic", "Timer", MONOTONIC, _timer),
    ("Paths", "Path", PATHS, _path),
)
