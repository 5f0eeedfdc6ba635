"""What the toolkit keeps itself on a target, for engines that have no such thing of their own."""

import os
from pathlib import Path
from typing import Optional

from migrator.runtime.engines.interface import NOBODY, Engine, Row
from migrator.runtime.run import output

PLACE = Path("/var/lib/migrator")


class Secrets(Engine):
    """Secrets as files that only root reaches; each is bound into its container, read-only."""

    def is_stored(self, secret: Row, data: bytes) -> bool:
        path = PLACE / "secrets" / secret["name"]
        if not path.exists() or path.read_bytes() != data:
            return False
        found = path.stat()
        wanted = (secret["uid"], secret["gid"], int(secret["mode"], 8))
        return (found.st_uid, found.st_gid, found.st_mode & 0o7777) == wanted

    def store_secret(self, secret: Row, data: bytes) -> None:
        path = PLACE / "secrets" / secret["name"]
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path.with_name(path.name + ".new")
        with open(str(new), "wb", opener=_private) as handle:
            handle.write(data)
        os.chown(str(new), secret["uid"], secret["gid"])
        new.chmod(int(secret["mode"], 8))
        new.replace(path)

    def remove_secret(self, name: str) -> None:
        path = PLACE / "secrets" / name
        if path.exists():
            path.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Volumes(Engine):
    """Volumes as directories."""

    def place(self) -> str:
        PLACE.mkdir(exist_ok=True)
        return str(PLACE)

    def volume(self, name: str) -> Optional[Path]:
        path = PLACE / "volumes" / name
        return path if path.is_dir() else None

    def create_volume(self, name: str) -> Path:
        path = PLACE / "volumes" / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.mkdir()
        return path

    def remove_volume(self, name: str) -> None:
        output(["rm", "--recursive", "--one-file-system", str(PLACE / "volumes" / name)])


class Units(Engine):
    """Whose a container is shows in its unit, where the engine keeps no container that is down."""

    def owner(self, name: str) -> str:
        path = self.unit(name)
        if not path.exists():
            return NOBODY
        return name if "/etc/migrator/%s/" % name in path.read_text(errors="replace") else ""
