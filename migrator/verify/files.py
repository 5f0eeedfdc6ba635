"""Files: every path of the ledger against the container's own tree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from migrator.entries import Entry, Unreadable
from migrator.ledger import row
from migrator.verify.point import ABSENT, Case, Point

Row = dict[str, Any]
KEPT = ("layer", "volume", "secret")
CONTENT = {"size", "mtime_ns", "sparse"}  # what writing into a file or directory changes
COMPARED = ("kind", "mode", "uid", "gid", "target", "device", "xattrs", *sorted(CONTENT))
VANISHED = "No such file or directory"  # between the walk and the reading, as files do
MOST = 200  # points for single paths; more are counted in one
# Places where content changes and paths come by running; owners and modes must still be right.
LIVING = {
    "/var/log": "logs go on",
    "/var/spool": "queues go on",
    "/var/cache": "caches go on",
    "/var/lib/systemd": "systemd keeps its state there",
}
# Places where anything may come and go, and what the engine gives.
FOREIGN = {
    "/": "container storage makes the root directory itself",
    "/var/tmp": "temporary files",
    "/var/log/journal": "journald rotates and renames its files",
    "/var/log/supervisor": "supervisor makes logs with new names at each start",
    "/var/spool/cron/atjobs": "at jobs run once and are gone",
    "/tmp": "empty at each boot",
    "/run": "empty at each boot",
    "/dev": "the engine's",
    "/proc": "the kernel's",
    "/sys": "the kernel's",
    "/etc/hosts": "the engine's",
    "/etc/hostname": "the engine's",
    "/etc/resolv.conf": "the engine's",
    "/etc/mtab": "the engine's",
}
# Of databases: caches, logs of what was committed, and marks of a process. Others may not vanish.
PASSING = re.compile(
    r"/(pg_internal\.init|postmaster\.(pid|opts)|ibtmp\d+|aria_log\.\d+|[^/]+\.pid|ddl_[^/]*\.log)$"
    r"|/pg_(wal|xlog|stat|stat_tmp|subtrans|notify|logical|xact|clog|multixact)/"
)


def compare(case: Case, rows: Iterable[Row], tree: Iterable[Entry | Unreadable]) -> Iterator[Point]:
    """Equal paths are folded into one point for each top directory, explained ones by reason."""
    there = {item.text: item for item in tree if isinstance(item, Entry)}
    same: Counter[str] = Counter()
    explained: Counter[str] = Counter()
    wrong: list[Point] = []
    groups: dict[str, tuple[int, int]] = {}
    for wanted in rows:
        path = wanted["path"]
        found = there.pop(path, None)
        if wanted["fate"] == "unreadable" and wanted["rule"] != VANISHED:
            wrong.append(Point("file", path, "present", wanted["rule"], "different"))
            continue
        if wanted["fate"].partition(" ")[0] not in KEPT:
            explained[f"{wanted['fate']}: {wanted['rule'].rpartition(': ')[2]}"] += 1
            continue
        differences = _differences(wanted, found, groups)
        why = _why(case, wanted, found, set(differences))
        if not differences:
            same["/" + path.split("/")[1]] += 1
        elif why:
            explained[why] += 1
        else:
            wrong.append(_point(path, differences))
    for path, extra in there.items():
        why = _why_extra(case, path, extra)
        if why:
            explained[why] += 1
        else:
            wrong.append(Point("file", path, ABSENT, f"kind {extra.kind}", "different"))
    yield from _folded(same, explained, wrong)


def _folded(same: Counter[str], explained: Counter[str], wrong: list[Point]) -> Iterator[Point]:
    for top, count in sorted(same.items()):
        yield Point("file", top, "as it was", "as it was", "same", count=count)
    for why, count in explained.most_common():
        yield Point("file", why, "as it was", "otherwise", "explained", why, count)
    yield from wrong[:MOST]
    if len(wrong) > MOST:
        more = len(wrong) - MOST
        yield Point("file", f"{more} more paths", "", "", "different", count=more)


def _differences(
    wanted: Row, found: Entry | None, groups: dict[str, tuple[int, int]]
) -> dict[str, tuple[Any, Any]]:
    if found is None:
        return {"path": ("present", ABSENT)}
    now = row(found, "", "")
    keys = COMPARED if wanted["kind"] != "d" else tuple(k for k in COMPARED if k != "size")
    differences = {k: (wanted.get(k), now.get(k)) for k in keys if wanted.get(k) != now.get(k)}
    group = wanted.get("group")
    if group and found.kind == "f":
        inode = groups.setdefault(group, (found.dev, found.ino))
        if inode != (found.dev, found.ino):
            differences["hard link"] = ("one file", "two files")
    return differences


def _point(path: str, differences: Mapping[str, tuple[Any, Any]]) -> Point:
    before = ", ".join(f"{key} {_value(key, pair[0])}" for key, pair in differences.items())
    after = ", ".join(f"{key} {_value(key, pair[1])}" for key, pair in differences.items())
    return Point("file", path, before, after, "different")


def _value(key: str, value: Any) -> str:
    return f"{value:04o}" if key == "mode" and value is not None else str(value)


def _why(case: Case, wanted: Row, found: Entry | None, differences: set[str]) -> str:
    path = wanted["path"]
    if path in case.changed:
        return f"adapted: {case.changed[path]}"
    if wanted["fate"].startswith("secret") and differences == {"mtime_ns"}:
        return "a secret of the engine, with its own time"
    foreign = _below(FOREIGN, path)
    if foreign:
        return foreign
    if found is None:
        return _database(case, path) if PASSING.search(path) else ""
    if not differences <= CONTENT:
        return ""
    return _below(LIVING, path) or _database(case, path) or _written(case, found)


def _why_extra(case: Case, path: str, found: Entry) -> str:
    if path in case.changed or any(change.startswith(path + "/") for change in case.changed):
        return "an adaptation"
    if found.kind == "m":
        return "a mount of the engine"
    known = _below(FOREIGN, path) or _below(LIVING, path)
    return known or _database(case, path) or _written(case, found)


def _database(case: Case, path: str) -> str:
    """Files of a running database are its own business: what is in them, its clients can tell."""
    kept = {
        data.path: f"{service.name} works on its files"
        for service in case.source.services
        if service.kind == "database" and service.state == "running"
        for data in service.data
    }
    return _below(kept, path)


def _written(case: Case, found: Entry) -> str:
    return "written after the launch" if found.mtime_ns >= case.launched_at * 10**9 else ""


def _below(places: Mapping[str, str], path: str) -> str:
    """The explanation of the place that ``path`` is or lies below, "" for none."""
    if path in places:
        return places[path]
    return next((why for top, why in places.items() if path.startswith(f"{top}/")), "")
