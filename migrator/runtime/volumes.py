"""Fill a volume once from its blobs, with every attribute, and never again without being told.

Beside the volume lies its mark: the digests of the blobs that it was filled from, which name its
state, and a census of its files, which tells what the container changed since. A census is put in
place with its mark, and both after all is on the disk: what breaks off before leaves the older
ones, and shows in them as something that the container did.
"""

import os
import shutil
import urllib.request
from pathlib import Path
from typing import Any, Collection, Dict, List, Mapping, Optional

from migrator.runtime import census, patch, unpack
from migrator.runtime.engines.interface import Engine
from migrator.runtime.run import REMOTE_FAILED, Explained

Row = Dict[str, Any]


def is_filled(marks: Path, name: str, there: Mapping[str, Path]) -> bool:
    """True when the volume exists and was filled to its end, whatever happened to it since."""
    return (marks / name).exists() and name in there


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
    count(marks, name, place)
    settle(marks, [volume])
    (marks / (name + ".begun")).unlink()


def holds(marks: Path, name: str, place: Optional[Path]) -> Row:
    """{"filled", "blobs", "touched"}: from which blobs it was filled, and which paths in it are
    other than they were then. Without a mark and a census that can be read there are no blobs."""
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
    census tells what it did. It is not marked yet."""
    name = volume["name"]
    place = engine.volume(name)
    since = census.differs(_census(marks, name), place) if place else None
    if place is None or since is None:
        raise Explained(f"volume {name} was not filled by the toolkit", "launch", REMOTE_FAILED)
    for path in since.extra:
        patch.remove(place / os.fsdecode(path))
    advance(marks, volume, place, base)


def advance(marks: Path, volume: Row, place: Path, base: str) -> None:
    """The same for a volume that nobody changed since it was marked. It is not marked yet."""
    if volume["delta"]:
        with urllib.request.urlopen(base + volume["delta"]) as answer:
            patch.apply(unpack.Checked(answer, volume["delta"]), place)
    count(marks, volume["name"], place)


def renew(engine: Engine, marks: Path, volume: Row, base: str) -> None:
    """Fill a volume anew of which nobody knows what is in it."""
    marks.mkdir(mode=0o700, parents=True, exist_ok=True)
    (marks / (volume["name"] + ".begun")).touch()
    fill(engine, marks, volume, base)


def count(marks: Path, name: str, place: Path) -> None:
    """What is in a volume, before anybody else changes it."""
    census.take(_counted(marks, name), place)


def settle(marks: Path, filled: Collection[Row]) -> None:
    """Mark what was brought to a state and counted, once it is on the disk. The mark goes first:
    killed between the two, all that is new counts as touched."""
    if filled:
        os.sync()
    for volume in filled:
        name = volume["name"]
        temporary = marks / (name + ".new")
        temporary.write_text("\n".join(volume["blobs"]) + "\n")
        temporary.replace(marks / name)
        _counted(marks, name).replace(_census(marks, name))


def _counted(marks: Path, name: str) -> Path:
    return marks / (name + ".counted")


def _census(marks: Path, name: str) -> Path:
    return marks / (name + ".census")


def free(path: str) -> int:
    return shutil.disk_usage(path).free
