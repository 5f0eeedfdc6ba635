"""Take the file system of a source into the store: one walk, one stream of contents, a ledger."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass

from migrator import ledger
from migrator.blobs import KEPT, Taking
from migrator.carrier import Carrier
from migrator.decode import DecodeError, decode
from migrator.entries import Entry, Unreadable, read_tree
from migrator.errors import ProtocolError, StoreDamaged
from migrator.exclusions import Exclusions
from migrator.facts import Facts
from migrator.layers import fates
from migrator.plan import Plan
from migrator.progress import Progress
from migrator.store import Layer
from migrator.workdir import Workdir, need_space, read_json, write_json

SCHEMA = 1
API_DIRECTORIES = ("/proc", "/sys", "/dev", "/run", "/tmp")  # mounted by every init and engine


@dataclass(frozen=True)
class Snapshot:
    """What was taken: blobs by layer and by volume, and how many paths met which fate."""

    schema: int
    host: str
    taken_at: int
    plan_paths: str  # digest of the decisions about paths
    layers: dict[str, Layer]
    volumes: dict[str, Layer]
    counts: dict[str, int]

    @property
    def summary(self) -> str:
        blobs = (*self.layers.values(), *self.volumes.values())
        size = sum(blob.raw_size for blob in blobs)
        stored = sum(blob.size for blob in blobs)
        parts = [f"{count:,} {fate}" for fate, count in sorted(self.counts.items())]
        return f"{size >> 20} MB in {stored >> 20} MB; paths: {', '.join(parts)}"


def kept(work: Workdir, plan: Plan, found: Facts) -> Snapshot | None:
    """The last snapshot when the plan still decides the same about paths, else None."""
    if not work.snapshot.exists():
        return None
    last = load(work)
    return last if last.plan_paths == _decisions(plan, found) else None


def load(work: Workdir) -> Snapshot:
    try:
        return decode(Snapshot, read_json(work.snapshot, "snapshot"))
    except DecodeError as error:
        hint = "run 'migrator snapshot --refresh'"
        raise StoreDamaged(f"{work.snapshot} is damaged ({error})", hint) from error


def take(source: Carrier, plan: Plan, found: Facts, work: Workdir, progress: Progress) -> Snapshot:
    """Read everything that the plan keeps. Nothing is published before the ledger adds up."""
    entries, lost = _walk(source, found, progress)
    decided = fates(entries, plan, Exclusions(found, plan))
    total = sum(e.size for e, f in zip(entries, decided, strict=True) if f.kind in KEPT)
    need_space(work.root, total)
    taking = Taking(work, entries, decided, plan, progress, total)
    layers, volumes = taking.run(source, found.root)
    unread = [{"path": item.text, "fate": "unreadable", "rule": item.reason} for item in lost]
    rows = [*taking.rows.values(), *unread]
    if len(rows) != len(entries) + len(lost):
        raise ProtocolError(f"{len(rows)} rows of the ledger, {len(entries)} paths of the walk")
    ledger.write(work.ledger, rows)
    counts = Counter(row["fate"].partition(" ")[0] for row in rows)
    counts += Counter(changed=sum("changed" in row for row in rows))
    taken = Snapshot(
        SCHEMA,
        work.host,
        int(time.time()),
        _decisions(plan, found),
        layers,
        volumes,
        dict(counts),
    )
    write_json(work.snapshot, asdict(taken))
    return taken


def _walk(
    source: Carrier, found: Facts, progress: Progress
) -> tuple[list[Entry], list[Unreadable]]:
    entries: list[Entry] = []
    lost: list[Unreadable] = []
    params = {"root": found.root, "mounts": _entered(found)}
    with source.stream("agent", "tree", params) as channel:
        for item in read_tree(channel.stdout):
            if isinstance(item, Unreadable):
                lost.append(item)
            else:
                entries.append(item)
            progress.update(len(entries), 0, f"walk of {found.system.hostname}")
    return entries, lost


def _entered(found: Facts) -> list[str]:
    """Mounts that hold the host's own data; the others are named in the ledger, not touched."""
    return [
        mount.path
        for mount in found.storage.mounts
        if (mount.kind == "local" or mount.fstype == "tmpfs")
        and not (mount.path + "/").startswith(tuple(f"{top}/" for top in API_DIRECTORIES))
    ]


def _decisions(plan: Plan, found: Facts) -> str:
    """Two plans with this same digest lead to the same snapshot."""
    paths = {path: choice.decision for path, choice in plan.paths.items()}
    text = json.dumps([paths, found.system.machine_id], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
