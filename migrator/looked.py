"""What layers were found to hold of what must not be in them, so that none is read for it twice.

It counts for the secrets that were searched for then: with others, all is to be looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from migrator.workdir import Workdir, read_json, write_json

Hits = Sequence[tuple[str, str]]  # path in the layer, what it is


def place(work: Workdir) -> Path:
    return work.path / "looked.json"


def known(work: Workdir, bundle: str) -> dict[str, Hits]:
    """Of each layer by its digest; ``bundle`` is of the search."""
    if not place(work).exists():
        return {}
    last = read_json(place(work), "snapshot")
    return dict(last["layers"]) if last["bundle"] == bundle else {}


def keep(work: Workdir, bundle: str, layers: Mapping[str, Hits]) -> None:
    write_json(place(work), {"bundle": bundle, "layers": dict(layers)})
