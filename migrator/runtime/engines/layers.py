"""Images as their layers, each unpacked once in a directory of its own, for overlay mounts.

``layers/DIGEST`` is a layer, ``images/NAME`` names those of an image as overlayfs takes them, the
uppermost first. What a layer removes becomes what overlayfs takes for removed.
"""

import json
import os
import shutil
import tarfile
import urllib.request
from pathlib import Path
from typing import Any, Dict, List, Optional

from migrator.runtime import unpack
from migrator.runtime.engines.interface import Row
from migrator.runtime.engines.kept import PLACE
from migrator.runtime.run import REMOTE_FAILED, Explained

LAYERS = PLACE / "layers"
IMAGES = PLACE / "images"
GONE = ".wh."
OPAQUE = ".wh..wh..opq"


def _mark(tag: str) -> Path:
    """Of localhost/migrator/web01:0123456789ab."""
    return IMAGES / tag.rpartition("/")[2]


def _layer(digest: str) -> Path:
    return LAYERS / digest[7:31]


def has(image: Row) -> bool:
    mark = _mark(image["tag"])
    return mark.exists() and all((LAYERS / one).is_dir() for one in _of(mark))


def paths(image: Row) -> List[Path]:
    return [LAYERS / one for one in _of(_mark(image["tag"]))]


def _of(mark: Path) -> List[str]:
    return mark.read_text().strip().split(":")


def pull(image: Row) -> None:
    """Only layers that are missing cross the wire; each is checked, and counts when it is whole."""
    base = "http://127.0.0.1:{port}/v2/{prefix}/{repository}".format(**image)
    with urllib.request.urlopen("%s/manifests/%s" % (base, image["manifest"])) as answer:
        checked = unpack.Checked(answer, image["manifest"])
        text = checked.read()
        checked.finish()
    manifest: Dict[str, Any] = json.loads(text.decode())
    LAYERS.mkdir(parents=True, exist_ok=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    lower: List[Path] = []
    for layer in manifest["layers"]:
        place = _layer(layer["digest"])
        if not place.exists():
            url = "%s/blobs/%s" % (base, layer["digest"])
            _unpack(url, layer["digest"], place, lower)
        lower.insert(0, place)
    mark = _mark(image["tag"])
    new = mark.with_name(mark.name + ".new")
    new.write_text(":".join(path.name for path in lower) + "\n")
    new.replace(mark)


def _unpack(url: str, digest: str, place: Path, lower: List[Path]) -> None:
    partial = place.with_name(place.name + ".partial")
    if partial.exists():
        shutil.rmtree(str(partial))
    partial.mkdir()
    with urllib.request.urlopen(url) as answer:
        checked = unpack.Checked(answer, digest)
        unpack.extract(checked, partial, Layer(partial, lower).takes)
    partial.rename(place)


class Layer:
    """What is a layer's own beside plain files: removals, and links into the layers below."""

    def __init__(self, place: Path, lower: List[Path]) -> None:
        self._place = place
        self._lower = lower

    def takes(self, member: tarfile.TarInfo, target: Path) -> bool:
        """Whether it was a removal, which is done now."""
        if target.name == OPAQUE:
            self._parents(target)
            os.setxattr(str(target.parent), "trusted.overlay.opaque", b"y")
            return True
        if target.name.startswith(GONE):
            self._parents(target)
            os.mknod(str(target.with_name(target.name[len(GONE) :])), 0o020000, os.makedev(0, 0))
            return True
        self._parents(target)
        if member.islnk():
            self._copy_up(member.linkname)
        return False

    def _parents(self, target: Path) -> None:
        """One that only a layer below has: overlayfs shows the attributes of the uppermost."""
        missing = [parent for parent in target.parents if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir()
            below = self._below(str(parent.relative_to(self._place)))
            if below is not None:
                found = below.stat()
                os.chown(str(parent), found.st_uid, found.st_gid)
                shutil.copystat(str(below), str(parent))

    def _copy_up(self, name: str) -> None:
        """The file of a hard link that lies in a layer below."""
        target = self._place / name.lstrip("/")
        if target.exists() or target.is_symlink():
            return
        below = self._below(name.lstrip("/"))
        if below is None:
            message = f"a layer links to {name!r}, which no layer has"
            raise Explained(message, "build the image again", REMOTE_FAILED)
        self._parents(target)
        found = below.lstat()
        shutil.copy2(str(below), str(target), follow_symlinks=False)
        os.lchown(str(target), found.st_uid, found.st_gid)
        if not below.is_symlink():
            target.chmod(found.st_mode & 0o7777)

    def _below(self, name: str) -> Optional[Path]:
        found = (layer / name for layer in self._lower)
        return next((path for path in found if os.path.lexists(str(path))), None)


def tags(repository: str) -> List[str]:
    found = IMAGES.glob(repository + ":*") if IMAGES.exists() else ()
    return sorted("localhost/migrator/" + mark.name for mark in found)


def remove(tag: str) -> None:
    """The image and the layers that no other image has."""
    mark = _mark(tag)
    if not mark.exists():
        return
    mine = set(_of(mark))
    mark.unlink()
    others = {one for other in IMAGES.iterdir() for one in _of(other)}
    for one in mine - others:
        shutil.rmtree(str(LAYERS / one), ignore_errors=True)
