"""The image: the snapshot's layers, the adaptations on top, config and manifest."""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from migrator import __version__, adaptations, referrers
from migrator.adapt import Change
from migrator.archive import Form
from migrator.errors import StoreDamaged
from migrator.facts import Facts
from migrator.layers import stacked
from migrator.lookup import Lookup
from migrator.plan import Plan
from migrator.runtime.inits import INITS, LABEL
from migrator.snapshot import Snapshot, load
from migrator.store import Index, Layer, Store
from migrator.store.codec import GZIP, of_file
from migrator.store.layout import CREATED, MANIFEST
from migrator.tarformat import Member
from migrator.workdir import Workdir, read_json, write_json

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386", "ppc64le": "ppc64le"}
TYPE = "application/vnd.oci.image"
SWITCHED = ("jobs", "jobs_catch_up")  # decided anew while a container lives: no other image
MOST_LINKS = 40  # as the kernel


class SnapshotTree:
    """The files of a snapshot, read back from the store."""

    def __init__(self, work: Workdir) -> None:
        self._index = Index(Store(work.store))
        self._rows = Lookup(work.ledger)

    def read(self, path: str) -> bytes | None:
        row = self._row(path)
        if row is None or "digest" not in row or row["fate"].startswith("secret"):
            return None
        return b"".join(self._index.pieces(bytes.fromhex(row["digest"])))

    def exists(self, path: str) -> bool:
        return self._rows.get(path) is not None

    def link(self, path: str) -> str:
        row = self._rows.get(path) or {}
        return str(row.get("target", ""))

    def mode(self, path: str) -> int:
        row = self._row(path)
        return int(row["mode"]) if row else 0o644

    def owner(self, path: str) -> tuple[int, int]:
        row = self._row(path)
        return (int(row["uid"]), int(row["gid"])) if row else (0, 0)

    def names(self, directory: str) -> list[str]:
        return self._rows.names(directory)

    def directory(self, path: str, mtime_ns: int) -> Member:
        """A directory with its own attributes, or a plain one that is new at ``mtime_ns``."""
        name = path[1:].encode("utf-8", "surrogateescape") + b"/" if path != "/" else b"./"
        row = self._rows.get(path)
        if row is None:
            return Member(name, "d", 0o755, mtime_ns=mtime_ns)
        xattrs = tuple(
            (key.encode(), bytes.fromhex(value)) for key, value in row.get("xattrs", {}).items()
        )
        times = {"mtime_ns": row["mtime_ns"], "xattrs": xattrs}
        return Member(name, "d", row["mode"], row["uid"], row["gid"], **times)

    def below(self, paths: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The rows of all that is at or in ``paths``, each once."""
        last = None
        for path in sorted(paths):
            if last is None or not path.startswith(last):
                last = path.rstrip("/") + "/"
                yield from self._rows.below(path)

    def sparse(self) -> list[str]:
        """Files with holes in the image's own layers."""
        rows = self._rows.sparse()
        return sorted(row["path"] for row in rows if row["fate"].startswith("layer"))

    def _row(self, path: str) -> dict[str, Any] | None:
        """The row of what ``path`` means, links followed."""
        for _ in range(MOST_LINKS):
            row = self._rows.get(path)
            if row is None or row.get("kind") != "l":
                return row
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), row["target"]))
        return None


def build(work: Workdir, plan: Plan, found: Facts, changes: Sequence[Change]) -> dict[str, Any]:
    """Write the image of the last snapshot into the store, and image.json. The same snapshot, plan
    and changes give the same manifest digest."""
    taken = load(work)
    tree = SnapshotTree(work)
    store = Store(work.store)
    moment = _moment(taken)
    layers = {name: taken.layers[name] for name in stacked(taken.layers)}
    if changes:
        layers["adaptations"] = adaptations.write(store, tree, changes, moment, Form.of(plan))
    labels = _labels(plan, taken, moment)
    config, config_size = store.add(_config(layers, plan, found, labels))
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(f"{TYPE}.config.v1+json", config, config_size),
        "layers": [
            _descriptor(f"{TYPE}.layer.v1.tar+{_codec(store, layer)}", layer.digest, layer.size)
            for layer in layers.values()
        ],
        "annotations": labels,
    }
    digest, size = store.add(manifest)
    described = _descriptor(MANIFEST, digest, size)
    about = referrers.write(work, found, taken, labels, described)
    store.tag(work.host, described, about)
    made = {
        "reference": f"{work.host}@{digest[:19]}",
        "repository": work.host.lower(),
        "manifest": digest,
        "config": config,
        "size": sum(layer.raw_size for layer in layers.values()),
        "layers": [layer.digest for layer in layers.values()],
        "volumes": _volumes(taken),
        "sparse": tree.sparse(),
        "labels": labels,
        "changes": _accounts(changes, tree),
    }
    write_json(work.image, made)
    return made


def refill(work: Workdir) -> None:
    """Where only volumes changed since it was built: image.json says what they hold now."""
    write_json(work.image, {**read_json(work.image, "build"), "volumes": _volumes(load(work))})


def _volumes(taken: Snapshot) -> dict[str, Any]:
    return {
        path: {
            "blobs": [blob.digest for blob in blobs],
            "size": sum(blob.raw_size for blob in blobs),
        }
        for path, blobs in taken.stacks()
    }


def withdraw(work: Workdir) -> None:
    """Take the name from the image, so that nobody launches it; its layers stay for the next."""
    Store(work.store).untag(work.host)
    work.image.unlink(missing_ok=True)


def is_built(work: Workdir, plan: Plan, changes: Sequence[Change]) -> bool:
    """Whether image.json is of the same snapshot, plan and changes."""
    before, taken = read_json(work.image, "build"), load(work)
    labels = _labels(plan, taken, _moment(taken))
    made = (labels, _accounts(changes, SnapshotTree(work)))
    return made == (before.get("labels"), before["changes"])


def _moment(taken: Snapshot) -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH", taken.moment))


def _labels(plan: Plan, taken: Snapshot, moment: int) -> dict[str, str]:
    """What the image says of its making, alike in its config and its manifest."""
    kept = {key: value for key, value in asdict(plan).items() if key not in SWITCHED}
    decided = json.dumps(kept, sort_keys=True).encode()
    return {
        CREATED: _iso(moment),
        "org.opencontainers.image.title": taken.host,
        "io.migrator.source": taken.host,
        LABEL: plan.init,
        "io.migrator.taken": _iso(taken.moment),
        "io.migrator.version": __version__,
        "io.migrator.plan": f"sha256:{hashlib.sha256(decided).hexdigest()}",
    }


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def _config(
    layers: Mapping[str, Layer], plan: Plan, found: Facts, labels: dict[str, str]
) -> dict[str, Any]:
    created, host = labels[CREATED], labels["io.migrator.source"]
    return {
        "created": created,
        "architecture": ARCHITECTURES.get(found.system.architecture, found.system.architecture),
        "os": "linux",
        "config": {
            "Cmd": list(INITS[plan.init].command),
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "StopSignal": INITS[plan.init].stop_signal,
            "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers.values()]},
        "history": [
            {"created": created, "created_by": f"migrator snapshot of {host}: {name}"}
            for name in layers
        ],
    }


def _descriptor(kind: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest, "size": size}


def _codec(store: Store, layer: Layer) -> str:
    """How it is compressed, as its first bytes say. Raises StoreDamaged when it is not there."""
    try:
        return (of_file(store.blob(layer.digest)) or GZIP).name
    except FileNotFoundError as error:
        hint = "run 'migrator snapshot --refresh'"
        raise StoreDamaged(f"blob {layer.digest} is missing", hint) from error


def _accounts(changes: Sequence[Change], tree: SnapshotTree) -> list[dict[str, str]]:
    """What each change made of what was there before it: SHA-256 of contents, or a link."""
    last: dict[str, str] = {}
    made = []
    for change in changes:
        if change.path not in last:
            there = tree.read(change.path)
            digest = "" if there is None else hashlib.sha256(there).hexdigest()
            last[change.path] = tree.link(change.path) or digest
        after = change.target
        if change.action == "write":
            after = hashlib.sha256(change.content).hexdigest()
        made.append(
            {
                "subject": change.subject,
                "path": change.path,
                "action": change.action,
                "reason": change.reason,
                "before": last[change.path],
                "after": after,
            }
        )
        last[change.path] = after
    return made
