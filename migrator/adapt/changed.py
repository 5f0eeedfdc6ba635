"""The tree as it is after changes, so that what one subject did is seen by the next."""

from __future__ import annotations

import posixpath

from migrator.adapt.change import Change, Tree

MOST_LINKS = 40  # as the kernel


class Changed:
    """A tree with changes on top. Links are followed everywhere, as inside the container."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._made: dict[str, Change] = {}
        self._places: dict[str, str] = {"/": "/"}

    def add(self, change: Change) -> None:
        """``change.path`` has no link in its parents: it is a ``place``."""
        self._made[change.path] = change
        self._places = {"/": "/"}

    def place(self, path: str) -> str:
        """``path`` with the links of its parents followed, but not its own."""
        directory, _, name = path.rpartition("/")
        if not directory:
            return path
        return posixpath.join(self._directory(directory), name)

    def read(self, path: str) -> bytes | None:
        at = self._followed(path)
        change = self._made.get(at)
        if change is None:
            return None if self._is_gone(at) else self._tree.read(at)
        return change.content if change.action == "write" else None

    def exists(self, path: str) -> bool:
        at = self.place(path)
        if at in self._made:
            return self._made[at].action != "remove"
        inside = any(
            made.startswith(f"{at}/") and change.action != "remove"
            for made, change in self._made.items()
        )
        return inside or (not self._is_gone(at) and self._tree.exists(at))

    def link(self, path: str) -> str:
        return self._link(self.place(path))

    def mode(self, path: str) -> int:
        at = self._followed(path)
        return self._made[at].mode if at in self._made else self._tree.mode(at)

    def owner(self, path: str) -> tuple[int, int]:
        at = self._followed(path)
        if at in self._made:
            return self._made[at].uid, self._made[at].gid
        return self._tree.owner(at)

    def names(self, directory: str) -> list[str]:
        at = self._directory(directory)
        prefix = f"{at}/" if at != "/" else "/"
        there = set() if self._is_gone(at) else set(self._tree.names(at))
        made = {path.removeprefix(prefix) for path in self._made if path.startswith(prefix)}
        names = there | {name.partition("/")[0] for name in made}
        return sorted(name for name in names if self.exists(prefix + name))

    def _link(self, place: str) -> str:
        if place in self._made:
            return self._made[place].target if self._made[place].action == "link" else ""
        return "" if self._is_gone(place) else self._tree.link(place)

    def _is_gone(self, place: str) -> bool:
        """A directory above it was removed, or is a link now."""
        parts = place.split("/")
        above = ("/".join(parts[:end]) for end in range(2, len(parts)))
        return any(self._made[path].action != "write" for path in above if path in self._made)

    def _directory(self, path: str) -> str:
        if path not in self._places:
            self._places[path] = self._followed(path)
        return self._places[path]

    def _followed(self, path: str) -> str:
        at = self.place(path)
        for _ in range(MOST_LINKS):
            target = self._link(at)
            if not target:
                return at
            at = self.place(posixpath.normpath(posixpath.join(posixpath.dirname(at), target)))
        return at
