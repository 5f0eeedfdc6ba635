"""Any OCI image as a rich container: what it runs becomes the application under an init.

The image is not rewritten. Process 1 begins as a script of ours, mounted beside the image, which
puts the application where the init looks for it and then becomes that init.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrator.errors import UsageError


@dataclass(frozen=True)
class Application:
    """What an image says of its program; ``environment`` values are exact."""

    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    user: str = ""  # its name, "" when the image has none for the number
    uid: int = 0
    gid: int = 0
    group: str = ""  # the name of another group than the user's own
    home: str = ""
    directory: str = "/"
    stop_signal: str = "TERM"


def of_image(
    config: Mapping[str, Any],
    held: Mapping[str, str],
    command: Sequence[str],
    more: Mapping[str, str],
) -> Application:
    """``config`` as engines show it, ``held`` as the runtime found it; ``command`` stands for the
    image's CMD, ``more`` comes on top of its environment. Raises UsageError for an image that runs
    nothing."""
    words = (*(config.get("Entrypoint") or ()), *(command or config.get("Cmd") or ()))
    if not words:
        raise UsageError("the image says no command to run", "name one after the target")
    user = config.get("User") or ""
    if "uid" not in held:
        message = f"the image runs as {user}, whom its /etc/passwd does not have"
        raise UsageError(message, "mend the image")
    pairs = (text.partition("=") for text in config.get("Env") or ())
    environment = {name: value for name, equals, value in pairs if equals} | dict(more)
    return Application(
        command=words,
        environment=tuple(environment.items()),
        user=held.get("name", ""),
        uid=int(held["uid"]),
        gid=int(held["gid"]),
        group=held.get("group", ""),
        home=held.get("home", ""),
        directory=config.get("WorkingDir") or "/",
        stop_signal=signal_name(config.get("StopSignal") or "TERM"),
    )


def signal_name(text: str) -> str:
    """Without SIG, for a name or a number: SIGRTMIN+3 is RTMIN+3."""
    if not text.isdigit():
        return re.sub(r"(?i)^SIG", "", text).upper()
    number = int(text)
    if number >= signal.SIGRTMIN:
        return f"RTMIN+{number - signal.SIGRTMIN}"
    return signal.Signals(number).name.removeprefix("SIG")
