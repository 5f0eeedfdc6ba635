"""Init scripts, where no systemd runs: links of runlevels are moved aside, over a reboot."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.control.run import Explained, attempt, encoded, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    Row = dict[str, Any]

NAME = "sysv"
ROOT = "/"
ASIDE = "etc/migrator/moved.d"
MARKER = "etc/migrator/moved"
LINK = re.compile(r"S(\d+)(.+)\Z")
LEVELS = "2345"
PATIENCE = 15  # seconds for a script to say whether its service runs
DEFAULT = "2"


def units():
    # type: () -> list[Row]
    """What the runlevel starts and what says that it runs, named as systemd would name it; in the
    order of the start."""
    found = {}  # type: dict[str, tuple[int, str]]
    level = _level()
    for name in _names("etc/rc%s.d" % level):
        match = LINK.match(name)
        if match:
            found[match.group(2)] = (int(match.group(1)), match.group(2))
    rows = []  # type: list[Row]
    for _, script in sorted(found.values()):
        if attempt([_script(script), "status"], PATIENCE)[0] == 0:
            rows.append(_row(script))
    return rows


def held():
    # type: () -> list[str]
    found = set()  # type: set[str]
    for level in LEVELS:
        for name in _names("%s/rc%s.d" % (ASIDE, level)):
            match = LINK.match(name)
            if match:
                found.add(match.group(2) + ".service")
    return sorted(found)


def refuse(names, marker):
    # type: (Sequence[str], str | None) -> None
    """Scripts are started by the runlevel alone: until a reboot stopping is enough."""
    if marker is None:
        return
    write(_at(MARKER), marker)
    scripts = set(_bare(name) for name in names)
    for level in LEVELS:
        for name in _names("etc/rc%s.d" % level):
            match = LINK.match(name)
            if match and match.group(2) in scripts:
                _move("etc/rc%s.d/%s" % (level, name), "%s/rc%s.d" % (ASIDE, level))


def allow():
    # type: () -> None
    for level in LEVELS:
        for name in _names("%s/rc%s.d" % (ASIDE, level)):
            _move("%s/rc%s.d/%s" % (ASIDE, level, name), "etc/rc%s.d" % level)
        _remove(os.rmdir, "%s/rc%s.d" % (ASIDE, level))
    _remove(os.rmdir, ASIDE)
    _remove(os.unlink, MARKER)
    _remove(os.rmdir, os.path.dirname(MARKER))


def stop(names, patience):
    # type: (Sequence[str], float) -> list[Row]
    """The last started first, one after the other."""
    order = [row["name"] for row in units()]
    for name in sorted(names, key=lambda one: order.index(one) if one in order else -1)[::-1]:
        status, words = attempt([_script(_bare(name)), "stop"], patience)
        if attempt([_script(_bare(name)), "status"], PATIENCE)[0] == 0:
            said = (words.strip().splitlines() or ["status %d" % status])[-1]
            raise Explained("%s does not stop (%s)" % (name, said), "stop it by hand")
    return []


def start(names, patience):
    # type: (Sequence[str], float) -> list[Row]
    failed = []  # type: list[Row]
    for name in names:
        script = _script(_bare(name))
        if attempt([script, "status"], PATIENCE)[0] == 0:
            continue
        status, words = attempt([script, "start"], patience)
        if attempt([script, "status"], PATIENCE)[0]:
            said = (words.strip().splitlines() or ["status %d" % status])[-1]
            failed.append({"name": name, "why": said})
    return failed


def _row(script):
    # type: (str) -> Row
    """As those of systemd; what a script does not know is empty."""
    return {
        "name": script + ".service",
        "active": "active",
        "sub": "running",
        "type": "",
        "triggers": [],
        "triggered_by": [],
        "stop_timeout": "",
        "refuses": False,
        "lingers": False,
        "result": "",
    }


def _level():
    # type: () -> str
    said = attempt(["runlevel"], PATIENCE)[1].split()
    return said[-1] if said and said[-1] in LEVELS else DEFAULT


def _bare(name):
    # type: (str) -> str
    return name[: -len(".service")] if name.endswith(".service") else name


def _script(name):
    # type: (str) -> str
    return _at("etc/init.d/" + name)


def _at(path):
    # type: (str) -> str
    return os.path.join(ROOT, path)


def _names(path):
    # type: (str) -> list[str]
    return sorted(os.listdir(_at(path))) if os.path.isdir(_at(path)) else []


def _move(path, place):
    # type: (str, str) -> None
    if not os.path.isdir(_at(place)):
        os.makedirs(_at(place), 0o755)
    os.rename(encoded(_at(path)), encoded(os.path.join(_at(place), os.path.basename(path))))


def _remove(how, path):
    # type: (Any, str) -> None
    try:
        how(_at(path))
    except OSError:
        pass
