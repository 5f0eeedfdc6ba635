"""Units of systemd, of any version since 208: conditions keep them from starting, not a mask.

A mask needs a place that the unit's own file may have, and disabling forgets what had wanted a
unit; a condition holds whoever starts the unit (a socket, a timer, monit, a person), and goes as it
came.
"""

from __future__ import absolute_import, division, print_function

import os
import pwd

from migrator.control.run import LATE, Explained, attempt, encoded, output, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

    Row = dict[str, Any]

NAME = "systemd"
UNTIL_REBOOT, LASTING = "/run/systemd/system", "/etc/systemd/system"
MARKERS = {UNTIL_REBOOT: "/run/migrator/moved", LASTING: "/etc/migrator/moved"}
DROP_IN = "50-migrator-moved.conf"
TEXT = """\
# This host is moved: 'migrator rollback' removes this file; so does removing
# %s by hand, as far as starting goes.
[Unit]
ConditionPathExists=!%s
"""
LIST = "systemctl list-units --full --plain --no-legend --no-pager --type=service,socket,path,timer"
PROPERTIES = (
    "Id ActiveState SubState Type TriggeredBy Triggers TimeoutStopUSec RefuseManualStop Result"
).split()
MOST = 200  # names in one call
SETTLED = ("active", "inactive", "failed")
OVERDUE = ("timeout", "watchdog")  # it was killed since it did not end by itself


def units():
    # type: () -> list[Row]
    """Services, sockets, paths and timers that are not inactive."""
    wanted = []  # type: list[str]
    for line in output(LIST.split()).splitlines():
        wanted += [word for word in line.split()[:2] if "." in word][:1]
    return [row for row in _shown(wanted) if row["active"] not in ("inactive", "failed")]


def held():
    # type: () -> list[str]
    return sorted(set(os.path.basename(os.path.dirname(path))[:-2] for path in _drop_ins()))


def refuse(names, marker):
    # type: (Sequence[str], str | None) -> None
    """Without a ``marker`` only until the next boot."""
    place = UNTIL_REBOOT if marker is None else LASTING
    write(MARKERS[place], marker or "")
    for name in names:
        text = TEXT % (MARKERS[place], MARKERS[place])
        write("%s/%s.d/%s" % (place, name, DROP_IN), text)
    output(["systemctl", "daemon-reload"])


def allow():
    # type: () -> None
    found = list(_drop_ins())
    for path in found + list(MARKERS.values()):
        if os.path.exists(encoded(path)):
            os.unlink(encoded(path))
        _remove_if_empty(os.path.dirname(path))
    if found:
        output(["systemctl", "daemon-reload"])


def stop(names, patience):
    # type: (Sequence[str], float) -> list[Row]
    """In one transaction: systemd stops them in the reverse order of their start, each with its own
    timeout, and at once where no order is wanted. Those that did not end by themselves are given
    back; raises Explained when some still run."""
    if not names:
        return []
    status, words = attempt(["systemctl", "stop", "--"] + list(names), patience)
    rows = _shown(names)
    running = [row for row in rows if row["active"] not in ("inactive", "failed")]
    if running:
        listed = ", ".join("%s (%s)" % (row["name"], row["active"]) for row in running)
        last = (words.strip().splitlines() or ["no reason given"])[-1]
        why = "no end after %d seconds" % patience if status == LATE else last
        hint = "see 'systemctl status %s' on the host" % running[0]["name"]
        raise Explained("%s does not stop: %s" % (listed, why), hint)
    return [{"name": row["name"], "why": row["result"]} for row in rows if row["result"] in OVERDUE]


def start(names, patience):
    # type: (Sequence[str], float) -> list[Row]
    if not names:
        return []
    attempt(["systemctl", "reset-failed", "--"] + list(names), 60)
    _, words = attempt(["systemctl", "start", "--"] + list(names), patience)
    rows = _shown(names)
    bad = [row for row in rows if row["active"] not in ("active", "activating", "reloading")]
    said = {}  # type: dict[str, str]
    for row in bad:
        about = [line for line in words.splitlines() if row["name"] in line]
        said[row["name"]] = (about or [row["result"]])[-1]
    return [{"name": row["name"], "why": said[row["name"]]} for row in bad]


def _shown(names):
    # type: (Sequence[str]) -> list[Row]
    rows = []  # type: list[Row]
    for begin in range(0, len(names), MOST):
        some = list(names[begin : begin + MOST])
        text = output(["systemctl", "show", "--property=" + ",".join(PROPERTIES), "--"] + some)
        rows += [_row(block) for block in text.split("\n\n") if block.strip()]
    return rows


def _row(block):
    # type: (str) -> Row
    found = {}  # type: dict[str, str]
    for line in block.splitlines():
        key, _, value = line.partition("=")
        found[key] = value
    return {
        "name": found.get("Id", ""),
        "active": found.get("ActiveState", ""),
        "sub": found.get("SubState", ""),
        "type": found.get("Type", ""),
        "triggers": found.get("Triggers", "").split(),
        "triggered_by": found.get("TriggeredBy", "").split(),
        "stop_timeout": found.get("TimeoutStopUSec", ""),
        "refuses": found.get("RefuseManualStop", "") == "yes",
        "lingers": _lingers(found.get("Id", "")),
        "result": found.get("Result", ""),
    }


def _lingers(name):
    # type: (str) -> bool
    """Whether it is the own systemd of a user who need not be logged in for it."""
    number = name[len("user@") : -len(".service")]
    if not (name.startswith("user@") and number.isdigit()):
        return False
    try:
        user = pwd.getpwuid(int(number)).pw_name
    except KeyError:
        return False
    return os.path.exists("/var/lib/systemd/linger/" + user)


def _drop_ins():
    # type: () -> Iterator[str]
    for place in sorted(MARKERS):
        for name in sorted(os.listdir(place)) if os.path.isdir(place) else ():
            path = "%s/%s/%s" % (place, name, DROP_IN)
            if name.endswith(".d") and os.path.exists(encoded(path)):
                yield path


def _remove_if_empty(place):
    # type: (str) -> None
    try:
        os.rmdir(encoded(place))
    except OSError:
        pass
