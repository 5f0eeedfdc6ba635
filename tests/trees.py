"""Trees to adapt: a dictionary, or a directory."""

from __future__ import annotations

import posixpath
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from migrator.adapt import Change


class Files:
    """A dictionary of contents; a value that is text is where a symbolic link leads to."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self.files = files

    def read(self, path: str) -> bytes | None:
        found = self.files.get(path)
        if isinstance(found, str):
            return self.read(posixpath.normpath(posixpath.join(posixpath.dirname(path), found)))
        return found

    def exists(self, path: str) -> bool:
        return path in self.files or any(name.startswith(f"{path}/") for name in self.files)

    def link(self, path: str) -> str:
        found = self.files.get(path)
        return found if isinstance(found, str) else ""

    def mode(self, path: str) -> int:
        return 0o700 if path.endswith("rc.local") else 0o600

    def owner(self, path: str) -> tuple[int, int]:
        return 3, 4

    def names(self, directory: str) -> list[str]:
        prefix = directory + "/"
        inside = (path for path in self.files if path.startswith(prefix))
        return sorted({path[len(prefix) :].split("/")[0] for path in inside})


class Directory:
    """A root directory on this machine."""

    def __init__(self, root: str) -> None:
        self.root = root

    def read(self, path: str) -> bytes | None:
        place = self.at(path)
        return place.read_bytes() if place.is_file() else None

    def exists(self, path: str) -> bool:
        place = Path(self.root + path)
        return place.exists() or place.is_symlink()

    def link(self, path: str) -> str:
        place = Path(self.root + path)
        return str(place.readlink()) if place.is_symlink() else ""

    def mode(self, path: str) -> int:
        place = self.at(path)
        return place.stat().st_mode & 0o7777 if place.exists() else 0o644

    def owner(self, path: str) -> tuple[int, int]:
        place = self.at(path)
        found = place.stat() if place.exists() else None
        return (found.st_uid, found.st_gid) if found else (0, 0)

    def names(self, directory: str) -> list[str]:
        place = self.at(directory)
        return sorted(found.name for found in place.iterdir()) if place.is_dir() else []

    def apply(self, changes: Iterable[Change]) -> None:
        """As the layer of an image would."""
        for change in changes:
            place = Path(self.root + change.path)
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            place.unlink(missing_ok=True)
            if change.action == "link":
                place.symlink_to(change.target)
            elif change.action == "write":
                place.write_bytes(change.content)
                place.chmod(change.mode)

    def at(self, path: str) -> Path:
        """Where ``path`` is here: links are meant inside the root."""
        for _ in range(40):
            target = self.link(path)
            if not target:
                break
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        return Path(self.root + path)
