"""The host that is read: its files, its commands, and what could not be understood of it."""

from __future__ import absolute_import, division, print_function

import errno
import os

from migrator.agent import netlink, run
from migrator.agent.files import Root
from migrator.agent.mounts import hanging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Sequence, TypeVar

    T = TypeVar("T")
    Recording = list[tuple[list[str], str]]


class Missing(Exception):
    """Something is absent, denied or limited; ``kind`` is a word of migrator.facts.Failure."""

    def __init__(self, kind, message):
        # type: (str, str) -> None
        Exception.__init__(self, message)
        self.kind = kind


class Host(Root):
    """A running host ("/"), a directory with a host's files, or such a directory together with a
    recording of what its kernel and its commands said (``recording``: command and output), which
    is how the tests keep hosts that nobody runs any more.
    """

    def __init__(self, path, recording=None):
        # type: (str, Recording | None) -> None
        Root.__init__(self, path)
        self.recording = recording
        self.real = self.path == "/"  # the machine that this program runs on
        self.live = self.real or recording is not None
        self.privileged = os.geteuid() == 0
        self.unparsed = []  # type: list[dict[str, str]]
        self.failures = []  # type: list[dict[str, str]]
        self.memory = {}  # type: dict[str, Any]  # what a subject has read and others need again
        self.denied = set()  # type: set[str]  # paths that only root may read
        table = Root(self.path if self.live else "/")
        self._hanging = hanging(table, "/" if self.live else self.path)
        self._untouched = set()  # type: set[str]
        self.closed = self._closed if self._hanging else None

    def _closed(self, place):
        # type: (str) -> bool
        """Whether looking there could hang for ever; what is lost by that is said once a mount."""
        mount = self._hanging and self._hanging(self.inside(place) if self.live else place)
        if not mount:
            return False
        if mount.path not in self._untouched:
            self._untouched.add(mount.path)
            message = "%s is a mount of type %s: nothing there was read" % (
                mount.path,
                mount.fstype,
            )
            self.failed("storage.untouched", "limited", message)
        return True

    def output(self, command):
        # type: (Sequence[str]) -> str
        """What a command that only reads prints; raises CommandError or Missing."""
        if self.real:
            return run.output(command)
        for recorded, text in self.recording or ():
            if list(command[: len(recorded)]) == list(recorded):
                return text
        if self.live:
            raise run.CommandError("%s: not found" % command[0])
        raise Missing("absent", "only a running host has it")

    def stream(self, command):
        # type: (Sequence[str]) -> Iterator[str]
        """The same line by line, for what is too large to keep."""
        if self.real:
            return run.lines(command)
        text = self.output(command)
        return iter(text.rstrip("\n").split("\n") if text else [])

    def netlink(self, table):
        # type: (str) -> bytes
        """What the kernel's netlink says of "link", "addr", "route" or "rule"; a recording has it
        as hexadecimal output of a command "netlink". Raises what ``output`` raises, or
        NetlinkError."""
        if self.real:
            return netlink.dump(table)
        return netlink.recorded(self.output(["netlink", table]))

    def has(self, command):
        # type: (str) -> bool
        """Whether ``output`` can be asked for a command of this name."""
        if self.recording is not None:
            return any(recorded[0] == command for recorded, _ in self.recording)
        return self.real and any(
            os.access(place + "/" + command, os.X_OK) for place in run.PATH.split(":")
        )

    def unread(self, path, error):
        # type: (str, EnvironmentError) -> None
        if error.errno in (errno.EACCES, errno.EPERM):
            self.denied.add(path)

    def part(self, name, read_it, empty):
        # type: (str, Callable[[], T], Any) -> T
        """What ``read_it`` returns, or ``empty``: a broken part is noted and hides no other."""
        try:
            return read_it()
        except Missing as error:
            self.failed(name, error.kind, str(error))
        except Exception as error:
            self.failed(name, "failed", "%s: %s" % (error.__class__.__name__, error))
        return empty  # type: ignore[no-any-return]

    def only_live(self):
        # type: () -> None
        """Raise when there is no running host to ask."""
        if not self.live:
            raise Missing("absent", "only a running host has it")

    def strange(self, subject, where, raw):
        # type: (str, str, str) -> None
        """Keep what could not be parsed."""
        self.unparsed.append({"subject": subject, "where": where, "raw": raw})

    def failed(self, subject, kind, message):
        # type: (str, str, str) -> None
        self.failures.append({"subject": subject, "kind": kind, "message": message})
