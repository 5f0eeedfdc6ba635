"""What the runtime asks of a container engine.

Whatever the engine, a container runs as the systemd unit NAME.service; only the unit's text and
what is below differ. An engine that cannot do something says so before anything is changed.
"""

import abc
from pathlib import Path
from typing import Any, Dict, List, Optional

from migrator.runtime.run import attempt

NOBODY = "-"  # no name of the toolkit's is this
Row = Dict[str, Any]


class Engine(abc.ABC):
    """Each method is about one object of the engine, by the object's name."""

    name = ""

    @abc.abstractmethod
    def unfit(self) -> "Optional[tuple[str, str]]":
        """Why it cannot be used on this target, and what to do; None when it can."""

    @abc.abstractmethod
    def place(self) -> str:
        """The directory that images and volumes are stored in."""

    # images

    @abc.abstractmethod
    def has_image(self, tag: str) -> bool: ...

    @abc.abstractmethod
    def pull(self, image: Row) -> None:
        """Fetch ``image`` from the tunnel at its port, by its digest, and tag it."""

    @abc.abstractmethod
    def layers(self, tag: str) -> List[Path]:
        """Directories in which its layers lie unpacked; none where the storage keeps no such."""

    # volumes

    @abc.abstractmethod
    def volume(self, name: str) -> Optional[Path]:
        """Where its files are; None when there is no such volume."""

    @abc.abstractmethod
    def create_volume(self, name: str) -> Path: ...

    @abc.abstractmethod
    def remove_volume(self, name: str) -> None: ...

    # secrets

    @abc.abstractmethod
    def secret(self, name: str) -> Optional[bytes]:
        """What is stored; None when there is no such secret."""

    @abc.abstractmethod
    def store_secret(self, name: str, data: bytes) -> None:
        """In place of what was there."""

    # containers

    @abc.abstractmethod
    def owner(self, name: str) -> str:
        """Whose container of that name it is: the toolkit's name for it, "" when it is not the
        toolkit's, and NOBODY when there is none."""

    @abc.abstractmethod
    def started_at(self, name: str) -> Optional[int]:
        """Seconds since 1970; None when it does not run."""

    @abc.abstractmethod
    def inside(self, name: str) -> List[str]:
        """The words before a command that is to run in the container, with its stdin."""

    def run_inside(self, name: str, command: List[str]) -> str:
        """What the command prints there, also when it fails."""
        return attempt([*self.inside(name), *command]).stdout.decode("utf-8", "replace").strip()
