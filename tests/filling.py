"""A target of directories in place of volumes, and a tree in which much changes."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.runtime.main import VERBS
from tests import corpus


@dataclass
class Engine:
    """Volumes are directories of their own."""

    top: Path
    running: bool = False

    def place(self) -> str:
        return str(self.top)

    def volume(self, name: str) -> Path | None:
        return self.top / name if (self.top / name).exists() else None

    def volumes(self, names: Iterable[str]) -> dict[str, Path]:
        return {name: self.top / name for name in names if (self.top / name).exists()}

    def create_volume(self, name: str) -> Path:
        (self.top / name).mkdir()
        return self.top / name

    def remove_volume(self, name: str) -> None:
        shutil.rmtree(self.top / name)

    def started_at(self, _: str) -> int | None:
        return 1 if self.running else None


class Target:
    """The runtime as the controller calls it."""

    name = "box"

    def call(self, _: str, verb: str, params: dict[str, Any]) -> Any:
        return VERBS[verb](params)

    @contextlib.contextmanager
    def tunnel(self, port: int) -> Iterator[int]:
        yield port


def change(top: Path) -> None:
    """Of each kind of change one, below ``top``."""
    (top / "data/d1/f1").write_bytes(b"other")
    (top / "data/d1/new").write_bytes(os.urandom(70_000))
    (top / "data/d2/f2").unlink()
    shutil.rmtree(top / "data/d3")
    (top / "data/deep/er").mkdir(parents=True)
    (top / "data/deep/er/file").write_text("x")
    (top / "data/d1/f13").chmod(0o4711)
    os.chown(top / "data/d1", 1234, 4321)
    subprocess.run(["setfacl", "-d", "-m", "u:1234:rw", top / "data/d1"], check=True)
    os.setxattr(top / "data/d0", "user.colour", b"red\0")
    os.link(top / "data/d1/f9", top / "data/second")
    (top / "data/first").unlink()
    (top / "fifo").unlink()
    (top / "fifo").mkdir()
    (top / "fifo/inside").write_text("a directory now")
    shutil.rmtree(top / "data/d2")
    (top / "data/d2").symlink_to("/etc")
    corpus._sparse(top / "holes")
    (top / ".wh.plain").write_text("a name as layers hide others")
    os.utime(top / "data", ns=(corpus.MOMENT, corpus.MOMENT))
