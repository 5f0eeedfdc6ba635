"""Units of systemd: masks, the links that start them, drop-ins and whole units."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.adapt.change import Change, Tree, link, remove, write
from migrator.facts.units import Unit

PLACE = "/etc/systemd/system"
# A package's own links lie beside its units; of a merged /usr the second is the first.
PLACES = (PLACE, "/usr/lib/systemd/system", "/lib/systemd/system")
STARTERS = (".wants", ".requires", ".upholds")


def mask(subject: str, tree: Tree, name: str, reason: str) -> list[Change]:
    return link(subject, tree, f"{PLACE}/{name}", "/dev/null", reason)


def disable(subject: str, tree: Tree, name: str, reason: str) -> Iterator[Change]:
    """Remove each link by which another unit starts it, the package's own too."""
    places = [place for place in PLACES if not _same(tree, place)]
    for place in places:
        for path in _starting(tree, place, name):
            yield from remove(subject, tree, path, reason)
    for alias in tree.names(PLACE):  # those that "systemctl disable" removes as well
        target = tree.link(f"{PLACE}/{alias}")
        if alias != name and target.rpartition("/")[2] == name:
            yield from remove(subject, tree, f"{PLACE}/{alias}", reason)


def disable_of_user(subject: str, tree: Tree, unit: Unit, reason: str) -> Iterator[Change]:
    """Of a user's own systemd, by the links beside its file."""
    place, _, name = unit.fragment.rpartition("/")
    for path in _starting(tree, place, name) if place else ():
        yield from remove(subject, tree, path, reason)


def enable(
    subject: str, tree: Tree, name: str, reason: str, target: str = "multi-user.target"
) -> list[Change]:
    """Start the unit of ours in /etc/systemd/system with ``target``."""
    return link(subject, tree, f"{PLACE}/{target}.wants/{name}", f"../{name}", reason)


def drop_in(subject: str, tree: Tree, name: str, file: str, text: str, reason: str) -> list[Change]:
    return write(subject, tree, f"{PLACE}/{name}.d/{file}", text, reason)


def _starting(tree: Tree, place: str, name: str) -> Iterator[str]:
    for directory in tree.names(place):
        path = f"{place}/{directory}/{name}"
        if directory.endswith(STARTERS) and tree.exists(path):
            yield path


def _same(tree: Tree, place: str) -> bool:
    return place.startswith("/lib/") and bool(tree.link("/lib"))
