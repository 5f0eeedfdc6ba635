"""``migrator --version``: ours, and of what the work is done with."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
from typing import Any

from migrator import __version__, bundle


class Version(argparse.Action):
    """Only made when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        rows = {
            "migrator": __version__,
            "agent": bundle.digest("agent")[:12],
            "runtime": bundle.digest("runtime")[:12],
            "ansible-core": importlib.metadata.version("ansible-core"),
            "Python": platform.python_version(),
        }
        print("\n".join(f"{name} {version}" for name, version in rows.items()))
        parser.exit()
