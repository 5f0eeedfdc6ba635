"""dumb-init and runit, brought into an image from the machine that builds it.

The image may be older than they are: each comes with the loader and the libraries it was linked
with, and is started through them. Nothing of the image's own C library is asked.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from migrator.adapt.change import Change
from migrator.elf import Program, program
from migrator.errors import UsageError
from migrator.runtime.inits import PLACE

NAMES = ("dumb-init", "runsvdir", "runsv", "sv")
REASON = "process 1 and the supervisor of the services"
LOADER = "ld.so"
WRAPPER = """\
#!/bin/sh
exec {place}/lib/{loader} --library-path {place}/lib {place}/lib/{name} "$@"
"""


def changes(architecture: str) -> list[Change]:
    """The files below PLACE. Raises UsageError for a program that is missing, or of another kind of
    machine than ``architecture``."""
    made: dict[str, Change] = {}
    for name in NAMES:
        path = _find(name)
        found = _checked(path, architecture)
        for change in _files(name, path, found):
            made[change.path] = change
    return list(made.values())


def _find(name: str) -> Path:
    """Beside our own Python first, then where a shell looks."""
    places = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    path = shutil.which(name, path=places)
    if path is None:
        raise UsageError(
            f"{name} is not installed here, where the image is made",
            "install the packages dumb-init and runit, or choose another init in the plan",
        )
    return Path(path)


def _checked(path: Path, architecture: str) -> Program:
    found = program(path.read_bytes())
    if found is None or found.machine != architecture:
        raise UsageError(
            f"{path} is no program for {architecture}, which the host is",
            f"put dumb-init and runit of {architecture} into a directory at the front of PATH",
        )
    return found


def _files(name: str, path: Path, found: Program) -> Iterable[Change]:
    if not found.interpreter:
        yield _file(f"bin/{name}", path.read_bytes())
        return
    yield _file(f"lib/{name}", path.read_bytes())
    yield _file(f"lib/{LOADER}", Path(found.interpreter).read_bytes())
    for library in found.needed:
        yield _file(f"lib/{library}", _library(library, found).read_bytes())
    wrapper = WRAPPER.format(place=PLACE, loader=LOADER, name=name)
    yield _file(f"bin/{name}", wrapper.encode())


def _library(name: str, found: Program) -> Path:
    """Where the loader of ``found`` would look; these programs need little else than the C
    library."""
    beside = Path(found.interpreter).resolve().parent
    triplet = f"{found.machine}-linux-gnu"
    places = (beside, *(Path(top, triplet) for top in ("/lib", "/usr/lib")))
    for place in (*places, Path("/lib64"), Path("/usr/lib64"), Path("/lib"), Path("/usr/lib")):
        if (place / name).exists():
            return place / name
    raise UsageError(f"the library {name} of a program was not found", "install it here")


def _file(name: str, data: bytes) -> Change:
    return Change("inits", "write", f"{PLACE}/{name}", REASON, data, mode=0o755)
