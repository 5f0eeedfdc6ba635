"""Fill a volume once from its blobs, with every attribute, and never again without being told.

Beside the volume lies its mark: the digests of the blobs that it was filled from, which name its
state, and a census of its files, which tells what the container changed since.
"""

import os
import shutil
import urllib.request
from pathlib import Path
from typing import Any, Dict, List

from migrator.runtime import census, patch, unpack
from migrator.runtime.engines.interface import Engine
from migrator.runtime.run import REMOTE_FAILED, Explained

Row = Dict[str, Any]


def is_filled(engine: Engine, marks: Path, volume: Row) -> bool:
    """True when the volume exists and was filled to its end, whatever happened to it since."""
    return (marks / volume["name"]).exists() and engine.volume(volume["name"]) is not None


def fill(engine: Engine, marks: Path, volume: Row, base: str) -> None:
    """Create the volume and extract its blobs, which lie below the URL ``base``; a half-filled one
    begins anew."""
    name = volume["name"]
    if engine.volume(name) is not None:
        if not (marks / (name + ".begun")).exists():
            message = f"volume {name} exists already and was not made by the toolkit"
            hint = "look into it, then rename or remove it"
            raise Explained(message, hint, REMOTE_FAILED)
        engine.remove_volume(name)
    marks.mkdir(mode=0o700, parents=True, exist_ok=True)
    (marks / (name + ".begun")).touch()
    place = engine.create_volume(name)
    for number, digest in enumerate(volume["blobs"]):
        with urllib.request.urlopen(base + digest) as answer:
            stream = unpack.Checked(answer, digest)
            (patch.apply if number else unpack.extract)(stream, place)
    _mark(marks, name, place, volume["blobs"])
    (marks / (name + ".begun")).unlink()


def holds(engine: Engine, marks: Path, name: str) -> Row:
    """{"filled", "blobs", "touched"}: from which blobs it was filled, and which paths in it are
    other than they were then. Without a mark and a census that can be read there are no blobs."""
    place = engine.volume(name)
    filled = (marks / name).exists() and place is not None
    since = census.differs(_census(marks, name), place) if filled and place else None
    return {
        "filled": filled,
        "blobs": state(marks, name) if since else [],
        "touched": [os.fsdecode(path) for path in since.touched] if since else [],
        "extra": len(since.extra) if since else 0,
    }


def state(marks: Path, name: str) -> List[str]:
    """The digests of the blobs that the volume was filled from."""
    return (marks / name).read_text().split() if (marks / name).exists() else []


def update(engine: Engine, marks: Path, volume: Row, base: str) -> None:
    """Bring a volume to the state that ``volume["blobs"]`` name, whatever the container did in it,
    by the one blob ``volume["delta"]`` of what differs. To be called again when it was killed: the
    census tells what it did."""
    name = volume["name"]
    place = engine.volume(name)
    since = census.differs(_census(marks, name), place) if place else None
    if place is None or since is None:
        raise Explained(f"volume {name} was not filled by the toolkit", "launch", REMOTE_FAILED)
    for path in since.extra:
        patch.remove(place / os.fsdecode(path))
    if volume["delta"]:
        with urllib.request.urlopen(base + volume["delta"]) as answer:
            patch.apply(unpack.Checked(answer, volume["delta"]), place)
    _mark(marks, name, place, volume["blobs"])


def renew(engine: Engine, marks: Path, volume: Row, base: str) -> None:
    """Fill a volume anew of which nobody knows what is in it."""
    marks.mkdir(mode=0o700, parents=True, exist_ok=True)
    (marks / (volume["name"] + ".begun")).touch()
    fill(engine, marks, volume, base)


def _mark(marks: Path, name: str, place: Path, blobs: List[str]) -> None:
    """The census first: killed between the two, all that is new counts as touched."""
    os.sync()
    census.take(_census(marks, name), place)
    temporary = marks / (name + ".new")
    temporary.write_text("\n".join(blobs) + "\n")
    temporary.replace(marks / name)


def _census(marks: Path, name: str) -> Path:
    return marks / (name + ".census")


def free(path: str) -> int:
    return shutil.disk_usage(path).free
