"""Take the file system of a source into the store: one walk, the contents it lacks, a ledger."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from migrator import bases, deltas, known, vault, walked
from migrator.archive import Form
from migrator.blobs import Built
from migrator.carrier import Carrier
from migrator.decode import DecodeError, decode
from migrator.deltas import Division
from migrator.errors import StoreDamaged
from migrator.exclusions import Exclusions
from migrator.facts import Facts
from migrator.fleet import by_package
from migrator.layers import Fates
from migrator.plan import Plan
from migrator.progress import Progress
from migrator.sorting import Sorting
from migrator.store import Index, Layer, Store
from migrator.taking import Taking
from migrator.workdir import (
    Workdir,
    make_private,
    need_space,
    read_json,
    write_json,
)

SCHEMA = 2
KIN = 3  # other hosts that are looked at for what this one may have as well


@dataclass(frozen=True)
class Snapshot:
    """What was taken: blobs by layer and by volume, and how many paths met which fate. A volume
    that changed little has its blob of before, and one more with the changes since.

    ``layers_at``: since when the layers are what they are, so that the image stays the same while
    only volumes change; 0 in older ones."""

    schema: int
    host: str
    taken_at: int
    plan_paths: str  # digest of the decisions about paths
    layers: dict[str, Layer]
    volumes: dict[str, Layer]
    counts: dict[str, int]
    layout: dict[str, tuple[str, ...]] = field(default_factory=dict)  # layer -> packages in it
    changes: dict[str, Layer] = field(default_factory=dict)  # volume -> what changed in it
    layers_at: int = 0

    @property
    def moment(self) -> int:
        """When what is in the image was taken."""
        return self.layers_at or self.taken_at

    @property
    def blobs(self) -> tuple[Layer, ...]:
        return (*self.layers.values(), *self.volumes.values(), *self.changes.values())

    def stacks(self) -> list[tuple[str, list[Layer]]]:
        """Of each volume the blobs that it consists of, one on top of the other."""
        both = (self.volumes, self.changes)
        return [(path, [x[path] for x in both if path in x]) for path in sorted(self.volumes)]

    @property
    def summary(self) -> str:
        size = sum(blob.raw_size for blob in self.blobs)
        stored = sum(blob.size for blob in self.blobs)
        parts = [f"{count:,} {fate}" for fate, count in sorted(self.counts.items())]
        return f"{size >> 20} MB in {stored >> 20} MB; paths: {', '.join(parts)}"


def kept(work: Workdir, plan: Plan, found: Facts) -> Snapshot | None:
    """The last snapshot when the plan still decides the same about paths, else None."""
    if not (work.snapshot.exists() and work.secrets.exists()):
        return None
    last = load(work)
    return last if last.plan_paths == _decisions(plan, found) else None


def load(work: Workdir) -> Snapshot:
    try:
        return decode(Snapshot, read_json(work.snapshot, "snapshot"))
    except DecodeError as error:
        hint = "run 'migrator snapshot --refresh'"
        raise StoreDamaged(f"{work.snapshot} is damaged ({error})", hint) from error


def take(
    source: Carrier,
    plan: Plan,
    found: Facts,
    work: Workdir,
    progress: Progress,
    layout: Mapping[str, Iterable[str]] | None = None,
    passwords: vault.Passwords = (),
) -> Snapshot:
    """Read everything that the plan keeps. Nothing is published before the ledger adds up. When
    nothing changed since the last snapshot, that one is given again.

    ``layout``: layers of packages and the packages in each; without it they share one layer.
    """
    layout, last = layout or {}, None
    fates = Fates(plan, Exclusions(found, plan), by_package(layout), found.packages)
    store = Store(work.store)
    with store.used(), _scratch(work) as place:
        with Index(store) as index:
            index.reconcile()
            before = known.Known(work.known, index.generation)
            frames = walked.last(work) if before.complete else []
            if frames:
                last = _valid(work, plan, found, layout)
            kin = known.Kin([] if source.here else _others(work))
            with Sorting(place, fates, before, kin, index) as sorting:
                if walked.walk(source, found, sorting, frames if last else [], progress) and last:
                    return last
                sorting.finish()
        walked.forget(work)
        need_space(work.root, sorting.size)
        division = _divided(sorting, plan, found, work)
        taking = Taking(source, found.root, sorting, division, work, Form.of(plan))
        try:
            built, secrets = taking.run(fates, progress)
            taking.account()
        finally:
            taking.remember()  # also after a cut: what is in the store need not come again
        vault.write(work, secrets, passwords)
        layers, now = _blobs(built, "layer") | division.layers, int(time.time())
        taken = Snapshot(
            SCHEMA,
            work.host,
            now,
            _decisions(plan, found),
            layers,
            _blobs(built, "volume") | division.volumes,
            dict(+taking.counts),
            _sorted(layout),
            {n: x for n, x in _blobs(built, "volume").items() if n in division.volumes},
            _since(work, layers) or now,
        )
        made = {x.group: x.layer for x in built if x.group[1] not in division.volumes}
        bases.keep(sorting.groups.values(), made, work.bases)
        write_json(work.snapshot, asdict(taken))
        bases.forget(taken.blobs, work.bases)
        if taking.known:
            walked.keep(work, sorting.frames)
    return taken


def _divided(sorting: Sorting, plan: Plan, found: Facts, work: Workdir) -> Division:
    """What stays as it was. After another decision about paths all is made anew: what shall not be
    in the image any more is to be in none of its layers."""
    try:
        last = kept(work, plan, found)
    except StoreDamaged:
        last = None
    store = Store(work.store)
    if last is None:
        return Division()
    return deltas.divide(sorting, last.layers, last.volumes, work.bases, store)


def _since(work: Workdir, layers: Mapping[str, Layer]) -> int:
    """When the last snapshot's layers were taken, if they are these; else 0."""
    try:
        last = load(work) if work.snapshot.exists() else None
    except StoreDamaged:
        return 0
    return last.moment if last and last.layers == layers else 0


def _valid(
    work: Workdir, plan: Plan, found: Facts, layout: Mapping[str, Iterable[str]]
) -> Snapshot | None:
    """The last snapshot when only a change of the tree would make another."""
    last = kept(work, plan, found)
    if last is None or not (work.ledger.exists() and work.secrets.exists()):
        return None
    store = Store(work.store)
    there = all(store.has(blob.digest, blob.size) for blob in last.blobs)
    return last if there and last.layout == _sorted(layout) else None


def _sorted(layout: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(words)) for name, words in layout.items()}


def _others(work: Workdir) -> list[Path]:
    """What the last snapshots of other hosts knew."""
    paths = [path for path in work.root.glob(f"*/{work.known.name}") if path != work.known]
    return sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)[:KIN]


@contextlib.contextmanager
def _scratch(work: Workdir) -> Iterator[Path]:
    """A directory for this run alone; those of killed runs are removed: the host is locked."""
    make_private(work.path)
    for old in work.path.glob(".taking-*"):
        shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=work.path, prefix=".taking-") as place:
        yield Path(place).absolute()


def _blobs(built: Sequence[Built], kind: str) -> dict[str, Layer]:
    return {blob.group[1]: blob.layer for blob in built if blob.group[0] == kind}


def _decisions(plan: Plan, found: Facts) -> str:
    """Two plans with this same digest lead to the same snapshot."""
    paths = {path: choice.decision for path, choice in plan.paths.items()}
    decided = [paths, found.system.machine_id]
    if Form.of(plan) != Form():
        decided.append(asdict(Form.of(plan)))
    text = json.dumps(decided, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
