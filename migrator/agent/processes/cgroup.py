"""The unit and the container of a process, by its control groups: version 1, 2 or both."""

from __future__ import absolute_import, division, print_function

import collections
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

Place = collections.namedtuple("Place", "unit container")

UNIT = re.compile(r".+\.(?:service|scope|socket|mount|swap)\Z")
INIT = "init.scope"  # where systemd itself runs
USER = re.compile(r"user@[0-9]+\.service\Z")
ID = "([0-9a-f]{12,64})"
# What engines call the group of a container: a name of its own, or an id below a known name.
ENGINES = [
    (engine, re.compile(form.replace("ID", ID) + r"\Z"))
    for engine, form in (
        ("docker", r"[^/]*/docker-ID\.scope"),
        ("docker", r"docker/ID"),
        ("podman", r"[^/]*/libpod-ID(?:\.scope)?"),
        ("cri-o", r"[^/]*/crio-ID(?:\.scope)?"),
        ("containerd", r"[^/]*/(?:[^/]*:)?cri-containerd[-:]ID(?:\.scope)?"),
        ("kubernetes", r"(?:kubepods[^/]*-)?pod[0-9a-f_-]{32,36}(?:\.slice)?/ID"),
        ("lxc", r"lxc(?:\.payload)?/([^/]+)"),
        ("lxc", r"[^/]*/lxc\.payload\.([^/]+)"),
        ("nspawn", r"[^/]*/systemd-nspawn@([^/]+)\.service"),
        ("nspawn", r"[^/]*/machine-(?!qemu)([^/]+)\.scope"),
    )
]
SUPERVISOR = "supervisor"  # of nspawn, beside its container


def top(text):
    # type: (str) -> list[str]
    """The group of the first process: what lies above it is not this host's, when the host is a
    container itself."""
    paths = _paths(text)
    parts = paths[0] if paths else []
    return parts[:-1] if parts[-1:] == [INIT] else parts


def place(text, above):
    # type: (str, Sequence[str]) -> Place
    """By the lines of /proc/<pid>/cgroup; ``above`` is what ``top`` found."""
    unit, container = "", ""
    for parts in _paths(text):
        if parts[: len(above)] == list(above):
            parts = parts[len(above) :]
        end, name = _container(parts)
        container = container or name
        unit = unit or _unit(parts[:end])
    return Place(unit, container)


def _paths(text):
    # type: (str) -> list[list[str]]
    """That of systemd first, then version 2, then the other controllers: engines may use any."""
    found = []  # type: list[tuple[int, list[str]]]
    for line in text.split("\n"):
        fields = line.split(":", 2)
        if len(fields) == 3:
            order = {"name=systemd": 0, "": 1}.get(fields[1], 2)
            found.append((order, [part for part in fields[2].split("/") if part]))
    return [parts for _, parts in sorted(found, key=lambda item: item[0])]


def _container(parts):
    # type: (Sequence[str]) -> tuple[int, str]
    """(how many parts lead to it, "engine/id"); all parts and "" where there is none."""
    for index, part in enumerate(parts):
        pair = (parts[index - 1] if index else "") + "/" + part
        for engine, form in ENGINES:
            match = form.match(pair)
            if match and SUPERVISOR not in parts[index + 1 : index + 2]:
                return index + 1, "%s/%s" % (engine, match.group(1))
    return len(parts), ""


def _unit(parts):
    # type: (Sequence[str]) -> str
    units = [part for part in parts if UNIT.match(part) and part != INIT]
    manager = next((part for part in units if USER.match(part)), "")
    if manager and units[-1] != manager:
        return manager + "/" + units[-1]
    return units[-1] if units else INIT if INIT in parts else ""
