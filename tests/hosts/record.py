"""python3 -m tests.hosts.record DIR: keep in DIR, as a golden host, what the agent reads here.

Run it on a host of the lab: everything that is read is kept, secrets as well.
"""

from __future__ import annotations

import os
import shlex
import sys
import textwrap
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from migrator.agent import facts as agent
from migrator.agent.files import Root, encoded
from migrator.agent.host import Host

TOP = Path(sys.argv[1])
LARGEST = 1 << 18  # bytes of a file
MOST = 2000  # names of a directory


class Recorder(Host):
    """Notes each file, link, directory and command that it is asked for."""

    def raw(self, path: str) -> bytes:
        content = super().raw(path)
        if content and len(content) <= LARGEST:
            copy = self._copy_of(path)
            copy.write_bytes(content)
            copy.chmod(0o600 | Path(path).stat().st_mode & 0o100)  # scripts are known by it
        return content

    def names(self, path: str) -> list[str]:
        found = super().names(path)
        if found and len(found) <= MOST:
            self._copy_of(path, follow=True).mkdir(exist_ok=True)
            for name in found:
                self._exists(f"{path.rstrip('/')}/{name}")
        return found

    def link(self, path: str) -> str:
        target = super().link(path)
        if target and not os.path.lexists(self._copy_of(path)):
            self._copy_of(path).symlink_to(target)
        return target

    def exists(self, path: str) -> bool:
        return super().exists(path) and self._exists(path)

    def output(self, command: Sequence[str]) -> str:
        text = super().output(command)
        self._keep(command, text)
        return text

    def stream(self, command: Sequence[str]) -> Iterator[str]:
        lines = list(super().stream(command))
        self._keep(command, "".join(f"{line}\n" for line in lines))
        return iter(lines)

    def netlink(self, table: str) -> bytes:
        data = super().netlink(table)
        self._keep(["netlink", table], "\n".join(textwrap.wrap(data.hex(), 96)) + "\n")
        return data

    def _keep(self, command: Sequence[str], text: str) -> None:
        kept = TOP / "commands"
        kept.mkdir(exist_ok=True)
        head = f"$ {shlex.join(command)}\n{text}"
        name = f"{zlib.crc32(encoded(shlex.join(command))):08x}-{Path(command[0]).name}"
        (kept / name).write_bytes(encoded(head))

    def _exists(self, path: str) -> bool:
        place, original = self._copy_of(path), Path(path)
        if os.path.lexists(place):
            return True
        if original.is_symlink():
            place.symlink_to(original.readlink())
        elif original.is_dir():
            place.mkdir()
        else:
            place.touch()
        return True

    def _copy_of(self, path: str, follow: bool = False) -> Path:
        """Where the agent will look for it: links that were noted before lead inside the tree."""
        tree = Root(str(TOP / "tree"))
        for parent in reversed(Path(path).parents):
            copy = Path(tree.at(str(parent), follow=False))
            if parent.is_symlink() and not os.path.lexists(copy):
                copy.symlink_to(parent.readlink())
            Path(tree.at(str(parent))).mkdir(exist_ok=True)
        return Path(tree.at(path, follow))


agent.Host = Recorder  # type: ignore[misc]
agent.facts({"root": "/"})
