"""Rules about how much lies where, how much of it changes, and what is in unusual places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from migrator.assess.finding import Level
from migrator.assess.mounts import LAYERED, NOT_DATA
from migrator.assess.rules import Evidence, rule
from migrator.facts import Facts
from migrator.facts.storage import Usage
from migrator.plan.paths import STATE

GB = 1 << 30
LARGE = 10 * GB
MANY = 100_000  # files in a directory, which take longer than their bytes say
MANY_INODES = 1_000_000
BUSY = GB  # bytes that change in a day
SLOW = 10 * GB  # the same, of the whole host
STANDARD = (
    *("bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "lost+found"),
    *("media", "mnt", "opt", "proc", "root", "run", "sbin", "selinux", "snap", "srv", "sys"),
    *("tmp", "usr", "var"),
)
LEFT_OUT = ("/boot", "/tmp", "/var/tmp", "/var/cache", "/lib/modules", "/usr/lib/modules")
RUNTIME = ("/run/", "/var/run/", "/dev/", "/tmp/", "/sys/", "@")


def on_volume(found: Facts, path: str) -> bool:
    """Whether the plan puts it on a volume without being told to."""
    return bool(volume(found, path))


def volume(found: Facts, path: str) -> str:
    """The path of that volume, "" for none."""
    tops = [*STATE, *(row.path for row in found.storage.state)]
    tops += [mount.path for mount in found.storage.mounts if mount.kind == "local"]
    above = [top for top in tops if top != "/" and f"{path}/".startswith(f"{top}/")]
    return max(above, key=len, default="")


def _rows(found: Facts) -> Iterator[Usage]:
    """Directories of the second level, without those that a snapshot leaves out."""
    for row in found.storage.usage:
        left_out = f"{row.path}/".startswith(tuple(f"{path}/" for path in LEFT_OUT))
        if row.path.count("/") == 2 and not left_out:
            yield row


@rule(
    "STO-17",
    Level.INFO,
    "Sockets that lie among data",
    "A snapshot leaves sockets out; who listens makes its own again when it starts.",
    "Nothing, unless a service expects to find one that another made once.",
)
def sockets(found: Facts) -> Iterator[Evidence]:
    places: dict[str, list[str]] = defaultdict(list)
    for item in found.network.unix_sockets:
        if not item.path.startswith(RUNTIME):
            places[item.unit or item.process or "unknown"].append(item.path)
    for owner, paths in sorted(places.items()):
        paths.sort(key=lambda path: not path.startswith("/"))
        yield owner, paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"


@rule(
    "STO-18",
    Level.WARNING,
    "A very large directory",
    "In the image, it makes a layer that is slow to build, to push and to pull.",
    "Make it a volume in the plan's paths, or exclude what can be made again.",
)
def large(found: Facts) -> Iterator[Evidence]:
    for row in _rows(found):
        if row.size >= LARGE:
            shown = f"{row.size / GB:.1f} GB in {row.files} files"
            if on_volume(found, row.path):
                yield row.path, f"{shown}, on a volume", Level.INFO
            else:
                yield row.path, shown


@rule(
    "STO-19",
    Level.WARNING,
    "A directory with very many files",
    "Each file costs time of its own: copying takes longer than the size suggests.",
    "Clean it up before the snapshot, exclude it, or copy it ahead of the cutover.",
)
def many(found: Facts) -> Iterator[Evidence]:
    for row in _rows(found):
        if row.files >= MANY:
            yield row.path, f"{row.files} files" if row.complete else f"{row.files} files or more"
    for mount in found.storage.mounts:
        own = mount.kind == "local" and not mount.bind and mount.fstype not in LAYERED
        if own and mount.inodes_used >= MANY_INODES and not NOT_DATA.match(mount.path):
            yield mount.path, f"{mount.inodes_used} inodes are used"


@rule(
    "STO-20",
    Level.WARNING,
    "A directory that changes while it is copied",
    "A snapshot of a host at work has its files from different moments.",
    "Stop what writes there for the last pass, or take a dump along in its place.",
)
def busy(found: Facts) -> Iterator[Evidence]:
    for row in _rows(found):
        if row.size_day >= BUSY:
            yield row.path, f"{row.size_day / GB:.1f} GB in {row.files_day} files in a day"


@rule(
    "STO-26",
    Level.WARNING,
    "A directory at the top that is not of the standard",
    "It moves like any other; data in it is part of the image unless the plan says otherwise.",
    "Decide in the plan's paths whether it is image, volume or excluded.",
)
def unusual(found: Facts) -> Iterator[Evidence]:
    for row in found.storage.usage:
        top = row.path.strip("/")
        if "/" not in top and top not in STANDARD and row.files:
            yield row.path, f"{row.size >> 20} MB in {row.files} files"


@rule(
    "DAT-04",
    Level.WARNING,
    "Much changes in a day",
    "What changed since the first copy is copied while the services stand still.",
    "Take a copy shortly before the cutover; see the predicted downtime for what remains.",
)
def churn(found: Facts) -> Iterator[Evidence]:
    tops = [row for row in found.storage.usage if row.path.count("/") == 1]
    rows = [row for row in tops if row.path not in LEFT_OUT]
    changed, size = sum(row.size_day for row in rows), sum(row.size for row in rows)
    if changed >= SLOW:
        yield "/", f"{changed / GB:.1f} GB of {size / GB:.1f} GB changed in the last day"
