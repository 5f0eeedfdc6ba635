"""How much goes into the image, how much onto volumes, and how much stays behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from migrator.exclusions import BUILT_IN
from migrator.facts import Facts
from migrator.plan import Plan

Decision = Literal["image", "volume", "exclude", "secret"]
BELOW = [rule for rule in BUILT_IN if rule.base != rule.pattern]
LEFT_OUT = tuple(f"{rule.base}/" for rule in BELOW)
MOST = 60  # directories that are named; the totals have all


@dataclass(frozen=True)
class Directory:
    """What lies in a directory, without the directories below it that are named themselves."""

    path: str
    size: int  # bytes
    files: int
    size_day: int  # bytes of files that were changed in the last 24 hours
    size_week: int  # the same for 7 days
    decision: Decision  # where the plan puts it
    reason: str  # of that decision


@dataclass(frozen=True)
class Sizes:
    """Bytes as they lie on the disks of the host: nothing is compressed yet."""

    image: int = 0
    volumes: int = 0
    excluded: int = 0  # what stays behind
    files: int = 0  # in the image and on volumes
    changed_day: int = 0  # of image and volumes, bytes of files changed in the last 24 hours
    changed_week: int = 0  # the same for 7 days
    # usage (files were counted), mounts (only what their file systems say, without files and
    # changes) or "" (nothing is known)
    source: Literal["usage", "mounts", ""] = ""
    complete: bool = False  # False: there is at least so much
    directories: tuple[Directory, ...] = ()  # the largest first, at most 60


def of(found: Facts, plan: Plan) -> Sizes:
    if found.storage.usage:
        rows = list(_directories(found, plan))
        whole = all(row.complete for row in found.storage.usage)
        return _added(rows, "usage", whole)
    rows = list(_mounts(found, plan))
    return _added(rows, "mounts" if rows else "", False)


def _added(rows: list[Directory], source: Literal["usage", "mounts", ""], whole: bool) -> Sizes:
    total = Counter[str]()
    for row in rows:
        total[row.decision] += row.size
    kept = [row for row in rows if row.decision != "exclude"]
    return Sizes(
        image=total["image"] + total["secret"],
        volumes=total["volume"],
        excluded=total["exclude"],
        files=sum(row.files for row in kept),
        changed_day=sum(row.size_day for row in kept),
        changed_week=sum(row.size_week for row in kept),
        source=source,
        complete=whole,
        directories=tuple(sorted(rows, key=lambda row: (-row.size, row.path))[:MOST]),
    )


def _directories(found: Facts, plan: Plan) -> Iterator[Directory]:
    """Each row of the usage less the rows right below it, so that nothing counts twice."""
    rows = {
        row.path: (row.files, row.size, row.size_day, row.size_week) for row in found.storage.usage
    }
    inner = {path: list(counts) for path, counts in rows.items()}
    for path, counts in rows.items():
        above = path.rpartition("/")[0]
        if above in inner:
            inner[above] = [old - new for old, new in zip(inner[above], counts, strict=True)]
    for path, (files, size, day, week) in inner.items():
        decision, reason = _decided(path, plan)
        yield Directory(path, size, files, day, week, decision, reason)


def _mounts(found: Facts, plan: Plan) -> Iterator[Directory]:
    """Local file systems by what is used on them, each once."""
    seen = set()
    for mount in found.storage.mounts:
        if mount.kind == "local" and not mount.bind and mount.source not in seen:
            seen.add(mount.source)
            decision, reason = _decided(mount.path, plan)
            yield Directory(mount.path, mount.used, 0, 0, 0, decision, reason)


def _decided(path: str, plan: Plan) -> tuple[Decision, str]:
    """By the plan, and by the built-in exclusions where it says nothing about what is there."""
    key, choice = plan.path_decision(path) or ("", None)
    if f"{path}/".startswith(LEFT_OUT):
        rule = next(rule for rule in BELOW if f"{path}/".startswith(f"{rule.base}/"))
        if not key.startswith(rule.base):
            return "exclude", rule.reason
    return (choice.decision, choice.reason) if choice else ("image", "")
