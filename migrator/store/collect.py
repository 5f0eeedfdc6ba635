"""Which blobs are needed, and the removal of all others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.store.index import Index
from migrator.store.layout import REF, Store

NAMED_IN = ("snapshot.json", "image.json", "launch.json")  # of each host
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
LARGEST_DOCUMENT = 1 << 26  # bytes; manifests, configs and SBOMs are far below


@dataclass(frozen=True)
class Collected:
    blobs: tuple[str, ...]  # digests
    tags: tuple[str, ...]  # of hosts that have no directory any more
    size: int  # bytes


def hosts(store: Store) -> list[Path]:
    """The directories of the hosts, beside the store."""
    around = sorted(store.path.parent.iterdir())
    return [path for path in around if path.is_dir() and path != store.path]


def needed(store: Store, manifests: Iterable[str]) -> set[str]:
    """All digests that these manifests and the hosts' own files lead to."""
    waiting = set(manifests)
    for host in hosts(store):
        for name in NAMED_IN:
            if (host / name).exists():
                waiting |= set(DIGEST.findall((host / name).read_text()))
    found: set[str] = set()
    while waiting:
        digest = waiting.pop()
        found.add(digest)
        waiting |= _named_by(store.blob(digest)) - found
    return found


def wanted(store: Store) -> set[str]:
    """The blobs that must be there: those of each host's snapshot and of each tagged image."""
    found = set()
    for host in hosts(store):
        if (host / "snapshot.json").exists():
            taken = json.loads((host / "snapshot.json").read_text())
            for part in ("layers", "volumes", "changes"):
                found |= {blob["digest"] for blob in taken.get(part, {}).values()}
    for descriptor in _described(store, _names(store)):
        found.add(descriptor["digest"])
        if store.blob(descriptor["digest"]).exists():
            manifest = store.document(descriptor["digest"])
            found |= {part["digest"] for part in (manifest["config"], *manifest["layers"])}
    return found


def collect(store: Store, check: bool) -> Collected:
    """Remove what nothing leads to; with ``check`` only say what would go. Raises Locked."""
    with store.alone(), Index(store) as index:
        present = {host.name for host in hosts(store)}
        gone = sorted(name for name in _names(store) if name.partition("/")[0] not in present)
        kept = _described(store, _names(store) - set(gone))
        left = needed(store, (entry["digest"] for entry in kept))
        going = {digest: size for digest, size in store.sizes().items() if digest not in left}
        if not check:
            for name in gone:
                store.untag(name)
            index.forget(going)  # first: a blob that the index does not know harms nobody
            for digest in going:
                store.blob(digest).unlink()
    return Collected(tuple(sorted(going)), tuple(gone), sum(going.values()))


def _names(store: Store) -> set[str]:
    return {entry["annotations"][REF] for entry in store.manifests()}


def _described(store: Store, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    for name in names:
        yield from store.described(name)


def _named_by(blob: Path) -> set[str]:
    """Digests in a JSON document; layers name nothing."""
    try:
        if blob.stat().st_size > LARGEST_DOCUMENT:
            return set()
        with blob.open("rb") as handle:
            if handle.read(1) != b"{":
                return set()
            text = handle.read().decode()
    except (FileNotFoundError, UnicodeDecodeError):
        return set()
    return set(DIGEST.findall(text))
