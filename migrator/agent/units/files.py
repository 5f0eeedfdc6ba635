"""Unit files in their directories, with their drop-ins, links, aliases and masks.

This is what is known of units where no systemd runs, and what a running one does not tell:
templates and conditions.
"""

from __future__ import absolute_import, division, print_function

import os

from migrator.agent.units import unitfile
from migrator.agent.units.record import NAME, is_template, record, template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from migrator.agent.host import Host
    from migrator.agent.units.record import Record

# As systemd looks for them, most important first.
PLACES = (
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/run/systemd/system",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/run/systemd/generator.late",
)
LINKS = {".wants": "WantedBy", ".requires": "RequiredBy", ".upholds": "UpheldBy"}
FORWARD = {"WantedBy": "Wants", "RequiredBy": "Requires", "UpheldBy": "Upholds"}
MOST_ALIASES = 8  # of aliases, before it must be a circle


class Files(object):
    """What the directories ``places`` hold; ``units`` makes records of it."""

    def __init__(self, host, places=PLACES):
        # type: (Host, Sequence[str]) -> None
        self.host = host
        self.paths = {}  # type: dict[str, str]  # name of a unit to its most important file
        self.drop_ins = {}  # type: dict[str, list[str]]  # x.service.d to where there is one
        self.links = []  # type: list[tuple[str, str, str, str]]  # unit, WantedBy, by whom, place
        self.link_paths = {}  # type: dict[str, str]  # unit to the first link that wants it
        for place in self._distinct(places):
            for name in host.names(place):
                self._add(place, name)

    def _distinct(self, places):
        # type: (Sequence[str]) -> list[str]
        """/lib is often a link to /usr/lib, which is then the name that counts."""
        places = [p for p in places if not (p.startswith("/lib/") and self.host.link("/lib"))]
        found = {}  # type: dict[str, str]
        for place in places:
            found.setdefault(os.path.realpath(self.host.at(place)), place)
        return [place for place in places if place in found.values()]

    def _add(self, place, name):
        # type: (str, str) -> None
        base, dot, kind = name.rpartition(".")
        if NAME.match(name):
            self.paths.setdefault(name, place + "/" + name)
        elif kind == "d":
            self.drop_ins.setdefault(name, []).append(place + "/" + name)
        elif dot + kind in LINKS:
            for wanted in self.host.names(place + "/" + name):
                if NAME.match(wanted):
                    self.links.append((wanted, LINKS[dot + kind], base, place))
                    self.link_paths.setdefault(wanted, "/".join((place, name, wanted)))

    def units(self):
        # type: () -> list[Record]
        """A unit for each file, and for each instance that something wants."""
        aliases = dict((name, self._target(name)) for name in self.paths)
        names = set(self.paths).union(unit for unit, _, _, _ in self.links)
        names = set(name for name in names if not name.endswith(".device"))
        found = {}  # type: dict[str, Record]
        for name in sorted(names):
            if aliases.get(name, name) == name:
                found[name] = self._unit(name)
        for name in sorted(aliases):
            if aliases[name] != name and aliases[name] in found:
                found[aliases[name]]["aliases"].append(name)
        for name, how, by, _ in self.links:
            name = aliases.get(name, name)
            by = aliases.get(by, by)
            if name in found:
                _depend(found[name], how, by)
            if by in found:
                _depend(found[by], FORWARD[how], name)
        return [found[name] for name in sorted(found)]

    def _target(self, name):
        # type: (str) -> str
        """The unit that ``name`` is an alias of, or ``name``."""
        first = name
        for _ in range(MOST_ALIASES):
            target = self.host.link(self.paths[name]).rpartition("/")[2]
            if target not in self.paths or target in (name, first):
                return name
            name = target
        return name

    def _path(self, name):
        # type: (str) -> str
        return self.paths.get(name) or self.paths.get(template(name), "")

    def _unit(self, name):
        # type: (str) -> Record
        path = self._path(name)
        if not path:
            return record(name, "systemd", self.link_paths[name], load="not-found")
        if self._masked(path):
            runtime = "-runtime" if path.startswith("/run/") else ""
            return record(name, "systemd", path, load="masked", enabled="masked" + runtime)
        drop_ins = self._drop_ins(name)
        settings = unitfile.Settings(self.host, [path] + drop_ins, name)
        unit = unitfile.unit(name, path, drop_ins, settings)
        unit["enabled"] = self._enabled(name, path, settings)
        return unit

    def _masked(self, path):
        # type: (str) -> bool
        """A link to /dev/null, or an empty file."""
        if self.host.link(path):
            return self.host.link(path) == "/dev/null"
        try:
            return os.path.getsize(self.host.at(path)) == 0
        except OSError:
            return False

    def _enabled(self, name, path, settings):
        # type: (str, str, unitfile.Settings) -> str
        if path.startswith("/run/systemd/generator"):
            return "generated"
        if path.startswith("/run/systemd/transient/"):
            return "transient"
        own = [place for unit, _, _, place in self.links if name in (unit, template(unit))]
        for alias in settings.words("Install", "Alias"):
            place = self.paths.get(alias, "")
            if self.host.link(place).rpartition("/")[2] == name:
                own.append(place)
        if any(not place.startswith(("/run/", "/usr/", "/lib/")) for place in own):
            return "enabled"
        if any(place.startswith("/run/") for place in own):
            return "enabled-runtime"
        if self.host.link(path):
            return "linked"
        if any(settings.all("Install", key) for key in ("WantedBy", "RequiredBy", "Alias")):
            return "disabled"
        return "indirect" if settings.all("Install", "Also") else "static"

    def _drop_ins(self, name):
        # type: (str) -> list[str]
        """Those of the name, its template, its prefixes and its type; of equal names the first
        counts, and they apply by the order of their names."""
        found = {}  # type: dict[str, str]
        for directory in _drop_in_directories(name):
            for place in self.drop_ins.get(directory, ()):
                for path in self.host.files(place):
                    if path.endswith(".conf"):
                        found.setdefault(path.rpartition("/")[2], path)
        return [found[key] for key in sorted(found) if not self._masked(found[key])]


def _drop_in_directories(name):
    # type: (str) -> list[str]
    """a-b@i.service.d, a-b@.service.d, a-.service.d, service.d"""
    base, _, kind = name.rpartition(".")
    base = base.partition("@")[0]
    prefixes = [base[: i + 1] for i in range(len(base) - 2, -1, -1) if base[i] == "-"]
    found = [name, template(name)] + [prefix + "." + kind for prefix in prefixes] + [kind]
    return [directory + ".d" for directory in found if directory]


def _depend(unit, how, other):
    # type: (Record, str, str) -> None
    others = unit["dependencies"].setdefault(how, [])
    if other not in others:
        others.append(other)
