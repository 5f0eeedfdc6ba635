"""Dig the holes again that engines fill with zeros when they unpack a layer.

The bytes stay the same, so the image's digests hold; only the space on the disk changes.
"""

import os
from pathlib import Path
from typing import Iterable, List

from migrator.runtime.run import output


def dig(image: str, paths: Iterable[str]) -> int:
    """Bytes saved in the layers of ``image`` (overlay storage; other drivers keep no directory)."""
    found = [place for path in paths for place in _places(image, path)]
    return sum(_dig(place) for place in found)


def _places(image: str, path: str) -> List[Path]:
    data = "{{range $key, $value := .GraphDriver.Data}}{{$value}}:{{end}}"
    directories = output(["podman", "image", "inspect", "--format", data, image]).strip().split(":")
    places = [Path(directory + path) for directory in directories if directory.endswith("/diff")]
    return [place for place in places if place.is_file() and not place.is_symlink()]


def _dig(place: Path) -> int:
    before = place.stat()
    output(["fallocate", "--dig-holes", str(place)])
    os.utime(str(place), ns=(before.st_atime_ns, before.st_mtime_ns))
    return (before.st_blocks - place.stat().st_blocks) * 512
