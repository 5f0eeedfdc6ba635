"""The login for a registry, where the engine's client finds it while it pulls."""

import contextlib
import json
import os
import tempfile
from typing import Any, Dict, Iterator


@contextlib.contextmanager
def written(image: Dict[str, Any]) -> Iterator[str]:
    """A directory with the login as config.json, which is gone afterwards; "" where there is none,
    and the client uses what root has on this target."""
    if not image.get("login"):
        yield ""
        return
    with tempfile.TemporaryDirectory(dir="/run", prefix="migrator-login-") as private:
        path = os.path.join(private, "config.json")
        with open(path, "w", opener=_private) as handle:
            json.dump(image["login"], handle)
        yield private


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
