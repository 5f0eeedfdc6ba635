"""Bring a directory to a later state, by a blob of what changed: removed, new and other paths.

Nobody else uses the directory meanwhile. What was begun and not ended shows in the census, and
comes again with the next blob.
"""

import os
import shutil
import tarfile
from pathlib import Path
from typing import Dict, Tuple

from migrator.runtime import unpack

REMOVED = "MIGRATOR.removed"  # as migrator/tarformat.py has it
Times = Tuple[int, int]


def apply(stream: unpack.Checked, place: Path) -> None:
    """Directories that are not in the blob keep their times, whatever changes in them."""
    times: Dict[Path, Times] = {}
    given = set()

    def takes(member: tarfile.TarInfo, target: Path) -> bool:
        if target != place and target.parent.is_dir():
            found = target.parent.lstat()
            times.setdefault(target.parent, (found.st_atime_ns, found.st_mtime_ns))
        if REMOVED in member.pax_headers:
            remove(target)
            return True
        if member.isdir():
            given.add(target)
        if not (member.isdir() and target.is_dir()) or target.is_symlink():
            remove(target)
        return False

    unpack.extract(stream, place, takes)
    for directory, found in times.items():
        if directory not in given and directory.is_dir():
            os.utime(str(directory), ns=found)


def remove(target: Path) -> None:
    """Whatever it is, also when it is not there."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(str(target))
    elif os.path.lexists(str(target)):
        target.unlink()
