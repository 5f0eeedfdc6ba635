"""What the runtime asks of a container engine.

Whatever the engine, a container runs as the systemd unit NAME.service; only the unit's text and
what is below differ. An engine that cannot do something says so before anything is changed.
"""

import abc
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Tuple

from migrator.runtime.run import attempt
from migrator.runtime.wanted import Wanted

NOBODY = "-"  # no name of the toolkit's is this
Row = Dict[str, Any]
Refusal = Tuple[str, str]  # what does not hold, and what to do


class Engine(abc.ABC):
    """Each method is about one object of the engine, by the object's name."""

    name = ""
    oldest = (0, 0)  # version that can be used

    @abc.abstractmethod
    def version(self) -> str:
        """What it says of itself, "" when it is not installed."""

    def unfit(self) -> Optional[Refusal]:
        """Why it cannot be used on this target; None when it can."""
        return None

    def cannot(self, wanted: Wanted) -> List[str]:
        """What of it this engine cannot do, as sentences that go on after its name."""
        return []

    @abc.abstractmethod
    def place(self) -> str:
        """The directory that images and volumes are stored in."""

    def unit(self, name: str) -> Path:
        """The file that the container's unit is made from."""
        return Path("/etc/systemd/system", name + ".service")

    # images

    @abc.abstractmethod
    def has_image(self, image: Row) -> bool: ...

    @abc.abstractmethod
    def pull(self, image: Row) -> None:
        """Fetch ``image`` from the tunnel at its port, by its digest, and tag it."""

    @abc.abstractmethod
    def layers(self, image: Row) -> List[Path]:
        """Directories in which its layers lie unpacked; none where the storage keeps no such."""

    @abc.abstractmethod
    def images(self, repository: str) -> List[str]:
        """Tags of the toolkit's images of that repository."""

    @abc.abstractmethod
    def remove_image(self, tag: str) -> None: ...

    # volumes

    @abc.abstractmethod
    def volume(self, name: str) -> Optional[Path]:
        """Where its files are; None when there is no such volume."""

    def volumes(self, names: Iterable[str]) -> Dict[str, Path]:
        """Where the files are of those that there are."""
        found = {name: self.volume(name) for name in names}
        return {name: place for name, place in found.items() if place is not None}

    @abc.abstractmethod
    def create_volume(self, name: str) -> Path: ...

    @abc.abstractmethod
    def remove_volume(self, name: str) -> None: ...

    # secrets: {"name", "uid", "gid", "mode"}

    @abc.abstractmethod
    def is_stored(self, secret: Row, data: bytes) -> bool: ...

    @abc.abstractmethod
    def store_secret(self, secret: Row, data: bytes) -> None:
        """In place of what was there."""

    @abc.abstractmethod
    def remove_secret(self, name: str) -> None: ...

    # containers

    @abc.abstractmethod
    def owner(self, name: str) -> str:
        """Whose container of that name it is: the toolkit's name for it, "" when it is not the
        toolkit's, and NOBODY when there is none."""

    @abc.abstractmethod
    def started_at(self, name: str) -> Optional[int]:
        """Seconds since 1970; None when it does not run."""

    @abc.abstractmethod
    def inside(self, name: str, terminal: bool = False) -> List[str]:
        """The words before a command that is to run in the container, with its stdin."""

    def run_inside(self, name: str, command: List[str]) -> str:
        """What the command prints there, also when it fails."""
        return attempt([*self.inside(name), *command]).stdout.decode("utf-8", "replace").strip()
