"""Which hosts a command is about, what the inventory says of them, and how they are reached."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator import limits, stages
from migrator.address import Address
from migrator.carrier import Carrier
from migrator.cutover.ends import Ends
from migrator.errors import UsageError
from migrator.inventory import Inventory
from migrator.limits import Limits
from migrator.transport import connect
from migrator.workdir import Workdir


@dataclass(frozen=True)
class Host:
    """``facts``: the file that was named in place of a host."""

    name: str
    facts: Path | None = None


def chosen(options: argparse.Namespace, inventory: Inventory) -> list[Host]:
    """In the order of the inventory, after those that were read before and left it."""
    words: Sequence[str] = options.hosts
    gone = [word for word in words if not inventory.matches(word)]
    for word in gone:
        if not (options.root or Workdir(options.work, word).facts.exists()):
            inventory.variables(word)  # raises: it is not there
    names = gone + inventory.hosts([word for word in words if word not in gone])
    _need(names, words)
    if options.root and len(names) > 1:
        raise UsageError("a disk is that of one host", "name that host alone with --root")
    return [Host(name) for name in names]


def matching(inventory: Inventory, words: Sequence[str]) -> list[str]:
    """Names in the order of the inventory; raises UsageError when there are none."""
    return _need(inventory.hosts(list(words)), words)


def containers(options: argparse.Namespace, inventory: Inventory) -> list[str]:
    """As ``matching``; with a target also names of containers that no host of the inventory was."""
    words: Sequence[str] = options.hosts
    others = [word for word in words if options.target and not inventory.matches(word)]
    names = inventory.hosts([word for word in words if word not in others])
    return _need([*others, *names], words)


def _need(names: list[str], words: Sequence[str]) -> list[str]:
    if not names:
        raise UsageError(f"no host matches {' '.join(words)}", "name one, a group or a pattern")
    return names


def of_files(paths: Sequence[Path]) -> list[Host]:
    """Named by their directory, or by themselves."""
    found: dict[str, Path] = {}
    for path in paths:
        name = path.absolute().parent.name if path.name == "facts.json" else path.stem
        if name in found:
            both = f"{found[name]} and {path} would both be {name}"
            raise UsageError(both, "rename one of the files")
        if not path.is_file():
            raise UsageError(f"{path} is no file", "name saved facts: work/web01/facts.json")
        found[name] = path
    return [Host(name, path) for name, path in found.items()]


def variables(inventory: Inventory, host: Host) -> dict[str, Any]:
    """Of the inventory; none for a disk, for saved facts, and for a host that left it."""
    return inventory.variables(host.name) if inventory.has(host.name) else {}


@contextlib.contextmanager
def reached(
    options: argparse.Namespace,
    inventory: Inventory,
    host: Host,
    given: Mapping[str, Any],
    stage: stages.Stage,
) -> Iterator[Carrier | Ends | None]:
    """The machine that the stage works on, or both ends of a move; None where it needs none.
    ``given`` are the host's variables."""
    asked = stage.name == "assess" and options.target is not None
    if stage.where == "controller" and not asked:
        yield None
        return
    if stage.where == "both":
        source, target = map(inventory.address, (host.name, target_of(options, host.name, given)))
        files = tuple(options.inventory or ())
        with Ends(source, target, _limits(options, given), files) as both:
            yield both
        return
    here = bool(options.root) and stage.where == "source"
    bounds = _limits(options, given) if stage.where == "source" else Limits()
    place = host.name if stage.where == "source" else target_of(options, host.name, given)
    with connect(Address(place, "local") if here else inventory.address(place)) as connection:
        yield Carrier(connection, limits=bounds)


def target_of(options: argparse.Namespace, host: str, given: Mapping[str, Any]) -> str:
    place = options.target or given.get("migrator_target", "")
    if not place:
        raise UsageError(
            f"no target is known for {host}",
            "name one with --target, or set migrator_target in the inventory",
        )
    return str(place)


def _limits(options: argparse.Namespace, given: Mapping[str, Any]) -> Limits:
    """Of the inventory's migrator_limits, and what the command line says instead."""
    wanted = dict(given.get("migrator_limits", {}))
    if getattr(options, "bandwidth", ""):
        wanted["bandwidth"] = options.bandwidth
    if getattr(options, "gentle", False):
        wanted |= {"nice": limits.GENTLEST, "idle_io": True}
    return limits.read(wanted)
