"""Where an image is: an OCI layout or archive here, or a name for the target's engine."""

from __future__ import annotations

import contextlib
import json
import platform
import re
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.errors import UsageError
from migrator.image import ARCHITECTURES
from migrator.store import Store
from migrator.store.layout import REF

Row = dict[str, Any]
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True)
class Source:
    """``row`` as a launch has it; ``store`` has its blobs, None when the target fetches them."""

    row: Row
    store: Store | None


def name_of(image: str) -> str:
    """A name for the container: the last part of the image's, without its tag."""
    path = image.partition("://")[2] or image.removeprefix("oci:").removeprefix("oci-archive:")
    last = path.rstrip("/").rpartition("/")[2].partition("@")[0].partition(":")[0]
    made = re.sub(r"[^a-z0-9_.-]+", "-", last.lower().removesuffix(".tar")).strip("-_.")
    if not NAME.fullmatch(made):
        raise UsageError(f"no name can be made of {image!r}", "give one with --name")
    return made


@contextlib.contextmanager
def opened(image: str, name: str) -> Iterator[Source]:
    """Raises UsageError for what is no image."""
    kind, _, path = image.rpartition(":") if image.startswith("oci") else ("", "", image)
    if kind == "oci" or (not kind and Path(path).is_dir()):
        yield _layout(Path(path), name)
    elif kind == "oci-archive" or (not kind and Path(path).is_file()):
        with tempfile.TemporaryDirectory(prefix="migrator-") as place:
            try:
                with tarfile.open(path) as archive:
                    archive.extractall(place, filter="data")
            except (OSError, tarfile.TarError) as error:
                raise UsageError(f"{path} is no OCI archive ({error})", "name another") from error
            yield _layout(Path(place), name)
    else:
        reference = image.removeprefix("docker://")
        yield Source({"repository": name, "manifest": "", "tag": reference, "size": 0}, None)


def _layout(path: Path, name: str) -> Source:
    if not (path / "index.json").is_file():
        raise UsageError(f"{path} is no OCI layout", "make one: skopeo copy … oci:DIRECTORY")
    store = Store(path)
    described = _one(json.loads((path / "index.json").read_text())["manifests"], path)
    while "index" in described["mediaType"]:
        described = _one(store.document(described["digest"])["manifests"], path)
    layers = store.document(described["digest"])["layers"]
    digest = described["digest"]
    row = {
        "repository": name,
        "manifest": digest,
        "tag": f"localhost/migrator/{name}:{digest[7:19]}",
        "size": sum(layer["size"] for layer in layers),
    }
    return Source(row, store)


def _one(described: Sequence[Row], path: Path) -> Row:
    """Of several, the one for a machine like this."""
    own = ARCHITECTURES.get(platform.machine(), platform.machine())
    fit = [row for row in described if row.get("platform", {}).get("architecture", own) == own]
    if len(fit) != 1:
        names = ", ".join(row.get("annotations", {}).get(REF, "unnamed") for row in fit)
        message = f"{path} holds {len(fit)} images for {own}: {names or 'none'}"
        raise UsageError(message, "copy the one that you mean into a layout of its own")
    return fit[0]
