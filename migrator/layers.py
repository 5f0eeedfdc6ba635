"""Which blob each path goes into: a layer of the image, a volume, the secrets, or none.

From the bottom: ``packages`` is what the package manager put there, ``system`` is the rest of the
operating system, ``application`` is what people put beside it. What changes most lies on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator.entries import Entry
from migrator.exclusions import Exclusions
from migrator.plan import Plan

LAYERS = ("packages", "system", "application")
SYSTEM_TOPS = frozenset(
    b" bin boot dev etc lib lib32 lib64 libx32 media mnt proc run sbin sys tmp usr var".split(b" ")
)


@dataclass(frozen=True)
class Fate:
    """``kind``: layer, volume, secret, excluded, socket or mount; ``name`` of layer or volume."""

    kind: str
    name: str = ""
    rule: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind} {self.name}".strip()


def fates(entries: Sequence[Entry], plan: Plan, exclusions: Exclusions) -> list[Fate]:
    """The fate of each entry, in order. Names of one inode share the layer of the first one."""
    decided = [_fate(entry, plan, exclusions) for entry in entries]
    first: dict[tuple[int, int], Fate] = {}
    for number, entry in enumerate(entries):
        if entry.nlink > 1 and entry.kind != "d" and decided[number].kind == "layer":
            decided[number] = first.setdefault((entry.dev, entry.ino), decided[number])
    return decided


def _fate(entry: Entry, plan: Plan, exclusions: Exclusions) -> Fate:
    if entry.kind == "m":
        return Fate("mount", rule="a mount of the old host; its directory is kept")
    if entry.kind == "s":
        return Fate("socket", rule="made anew by the program that listens")
    rule = exclusions.rule(entry)
    if rule:
        return Fate("excluded", rule=f"{rule.pattern}: {rule.reason}")
    decision = plan.path_decision(entry.text)
    if decision and decision[1].decision == "secret" and entry.kind == "f":
        return Fate("secret", decision[0], decision[1].reason)
    return _place(entry, plan, entry.text)


def mount_point(entry: Entry, fate: Fate, plan: Plan) -> Fate | None:
    """Where the bare mount point of ``entry`` lies, None for what is not mounted on.

    Engines make a missing one, and change the time of its directory by that.
    """
    volume = fate.kind == "volume" and fate.name == entry.text
    if not volume and fate.kind not in ("mount", "secret"):
        return None
    return _place(entry, plan, entry.text.rpartition("/")[0] or "/")


def _place(entry: Entry, plan: Plan, path: str) -> Fate:
    decision = plan.path_decision(path)
    if decision and decision[1].decision == "volume":
        return Fate("volume", decision[0], decision[1].reason)
    return Fate("layer", layer(entry))


def layer(entry: Entry) -> str:
    """Configuration is the system's even when a package owns it: every host has its own."""
    top, _, rest = entry.path.partition(b"/")
    if entry.package and not (top == b"etc" and entry.kind != "d"):
        return "packages"
    local = top == b"usr" and (rest + b"/").startswith(b"local/")
    return "application" if local or top not in SYSTEM_TOPS else "system"
