"""Units as a running systemd knows them, of any version since 208."""

from __future__ import absolute_import, division, print_function

import re
import threading

from migrator.agent.run import CommandError
from migrator.agent.units.properties import COMMANDS, DEPENDENCIES, KEPT, SHOWN, kept
from migrator.agent.units.record import INIT_SCRIPTS, NAME, record
from migrator.agent.units.words import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

LIST = "systemctl list-units --all --full --plain --no-legend --no-pager".split()
ASKED = SHOWN + COMMANDS + DEPENDENCIES + KEPT
SHOW = ["systemctl", "show", "--no-pager", "--property=" + ",".join(ASKED), "--"]
MOST = 400  # names in one call, of at most 255 bytes each: some kernels take 128 KiB
KNOWN = frozenset(ASKED)
PROPERTY = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
ARGUMENTS = re.compile(r"(?s)argv\[\]=(.*?) ; (?:ignore_errors|flags)=")


class Asking(threading.Thread):
    """Asks systemd what it has loaded, while others do something else: it takes its time.

    Not for what merely has a file: systemd would load each for the answer, in a time that grows
    with the square of their number, half a minute for two thousand.
    """

    def __init__(self, host):
        # type: (Host) -> None
        threading.Thread.__init__(self)
        self.daemon = True  # nobody waits for it when the others are interrupted
        self.host = host
        self.texts = []  # type: list[str]
        self.error = None  # type: CommandError | None

    def run(self):
        # type: () -> None
        try:
            known = set()  # type: set[str]
            for line in self.host.output(LIST).splitlines():  # "* name" is one that failed
                known.update([word for word in line.split()[:2] if NAME.match(word)][:1])
            wanted = sorted(name for name in known if not name.endswith(".device"))
            self.texts = [self.host.output(SHOW + some) for some in _portions(wanted)]
        except CommandError as error:
            self.error = error

    def answer(self):
        # type: () -> list[str]
        self.join()
        if self.error:
            raise self.error
        return self.texts


def begin(host):
    # type: (Host) -> None
    """Have a running systemd asked; ``units`` waits for the answer."""
    if host.live and host.exists("/run/systemd/system"):
        host.memory["systemd"] = asking = Asking(host)
        asking.start()


def units(host):
    # type: (Host) -> list[Record]
    """What is loaded, none where no systemd runs; devices are the kernel's."""
    if "systemd" not in host.memory:
        begin(host)
    found = {}  # type: dict[str, Record]
    for text in host.memory["systemd"].answer() if "systemd" in host.memory else ():
        for shown in _shown(text):
            unit = _unit(shown)
            if unit["name"]:
                found[unit["name"]] = unit
    return [found[name] for name in sorted(found)]


def _portions(wanted):
    # type: (list[str]) -> Iterator[list[str]]
    """Nearly always one; no call may take too long, nor its argument list be too large."""
    for start in range(0, len(wanted), MOST):
        yield wanted[start : start + MOST]


def _shown(text):
    # type: (str) -> Iterator[dict[str, list[str]]]
    """The properties of each unit. An empty line lies between two units, but a value, such as a
    script in the braces of ExecStart, may also have several lines and empty ones."""
    found = {}  # type: dict[str, list[str]]
    last = ""
    between = 0  # empty lines that belong to the last value, or end the unit
    for line in text.split("\n"):
        key, equals, value = line.partition("=")
        before = found[last][-1] if last in found else ""
        is_open = before.startswith("{") and not before.endswith("}")
        if equals and (key in KNOWN or (PROPERTY.match(key) and not is_open)):
            if between and found:
                yield found
                found = {}
            found.setdefault(key, []).append(value)
            last, between = key, 0
        elif not line:
            between += 1
        elif last in found:
            found[last][-1] += "\n" * (between + 1) + line
            between = 0
    if found:
        yield found


def _unit(shown):
    # type: (dict[str, list[str]]) -> Record
    def first(key):
        # type: (str) -> str
        return shown.get(key, [""])[0]

    name = first("Id")
    script = first("SourcePath").startswith(INIT_SCRIPTS)
    return record(
        name,
        "sysv" if script else "systemd",
        first("SourcePath") if script else first("FragmentPath"),
        load=first("LoadState"),
        active=first("ActiveState"),
        sub=first("SubState"),
        enabled=first("UnitFileState"),
        drop_ins=first("DropInPaths").split(),
        description=first("Description"),
        user=first("User"),
        group=first("Group"),
        supplementary_groups=first("SupplementaryGroups").split(),
        aliases=[alias for alias in first("Names").split() if alias != name],
        commands=list(_commands(shown, "ExecStart")),
        other_commands=[
            {"when": when, "command": command}
            for when in COMMANDS[1:]
            for command in _commands(shown, when)
        ],
        environment_names=names(first("Environment")),
        dependencies=dict((key, first(key).split()) for key in DEPENDENCIES if first(key)),
        properties=kept(shown),
    )


def _commands(shown, key):
    # type: (dict[str, list[str]], str) -> Iterator[str]
    for value in shown.get(key, ()):
        match = ARGUMENTS.search(value)
        if value:
            yield match.group(1) if match else value
