"""Bring the volumes of a host on its target to the last snapshot: only what differs is sent.

``launch`` fills a volume once and never touches it again. This is for who decided that what the
container did in its volumes shall be lost: the last pass of a cutover.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

from migrator import ship
from migrator.carrier import Carrier
from migrator.launch import claimed
from migrator.snapshot import load
from migrator.store import Index, Layer, Store
from migrator.store.stack import delta
from migrator.workdir import Workdir, read_json, write_json

Row = dict[str, Any]
VERBS = {"fill": "fill the volume", "update": "update the volume", "renew": "fill anew the volume"}


def update(target: Carrier, work: Workdir, check: bool = False) -> Row:
    """{"changed", "actions", "size"}: what was done, or with ``check`` would be, in sentences, and
    the bytes to be sent. The container on the target must be stopped. What was killed can be
    called again: the target knows what it has.

    A volume that was filled from another snapshot gets the difference; one that the target, or we,
    know too little of is filled anew.
    """
    asked = {
        "name": work.host,
        "volumes": [claimed(work.host, path) for path in load(work).volumes],
    }
    held: dict[str, Row] = target.call("runtime", "held", asked)
    store = Store(work.store)
    with differences(work, held) as rows:
        if rows and not check:
            with ship.served(store) as (port, prefix), target.tunnel(port) as there:
                given = {"name": work.host, "volumes": rows, "port": there, "prefix": prefix}
                target.call("runtime", "refresh", given)
            _note(work, {row["name"]: row["blobs"] for row in rows})
    return {
        "changed": bool(rows),
        "actions": [f"{VERBS[row['action']]} {row['name']} for {row['path']}" for row in rows],
        "size": sum(row["sent"] for row in rows),
    }


@contextlib.contextmanager
def differences(work: Workdir, held: Mapping[str, Row]) -> Iterator[list[Row]]:
    """What is to be done with each volume that is not as the last snapshot has it, from what the
    target ``held``. The blobs that it needs are in the store as long as the block runs."""
    store = Store(work.store)
    with store.used(), Index(store) as index, contextlib.ExitStack() as stack:
        rows = []
        for path, blobs in load(work).stacks():
            name = claimed(work.host, path)
            row = _row(store, index, held[name], blobs)
            if row:
                rows.append({**row, "name": name, "path": path, "from": held[name]["blobs"]})
                if row["delta"]:
                    stack.callback(_drop, store, row["delta"])
        yield rows


def _row(store: Store, index: Index, held: Row, blobs: list[Layer]) -> Row | None:
    """What is to be done with one volume, None when it is as it shall be."""
    new = [blob.digest for blob in blobs]
    whole = {
        "blobs": new,
        "delta": "",
        "size": sum(blob.raw_size for blob in blobs),
        "sent": sum(blob.size for blob in blobs),
    }
    if not held["filled"]:
        return {**whole, "action": "fill"}
    old = held["blobs"]
    if not old or not all(store.blob(digest).exists() and index.spans(digest) for digest in old):
        return {**whole, "action": "renew"}
    touched = [os.fsencode(path) for path in held["touched"]]
    found = delta(store, index, old, new, touched)
    if found is None and old == new and not held["extra"]:
        return None
    size, sent = (found.raw_size, found.size) if found else (0, 0)
    digest = found.digest if found else ""
    return {"action": "update", "blobs": new, "delta": digest, "size": size, "sent": sent}


def _note(work: Workdir, states: dict[str, list[str]]) -> None:
    """Let launch.json say what the volumes hold, so that ``store gc`` keeps that."""
    if work.launch.exists():
        record = read_json(work.launch, "launch")
        write_json(work.launch, {**record, "volumes": {**record.get("volumes", {}), **states}})


def _drop(store: Store, digest: str) -> None:
    """A difference serves once; one that is a blob of a snapshot as well stays."""
    with Index(store) as index:
        if not index.spans(digest):
            store.blob(digest).unlink(missing_ok=True)
