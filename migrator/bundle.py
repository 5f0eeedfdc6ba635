"""Pack the agent, the runtime or control, and the command that runs it on a host from its stdin."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, Literal

Program = Literal["agent", "runtime", "control"]

NO_PYTHON = 97  # exit status of the launcher when no interpreter fits
OLDEST = {"agent": (2, 7), "runtime": (3, 6), "control": (2, 7)}
NEEDED = {
    "agent": "sys, json, zipfile",
    "runtime": "sys, tarfile, urllib.request",
    "control": "sys, json, zipfile",
}  # in minimal ones
INTERPRETERS = ("python3", "/usr/libexec/platform-python", "python2", "python", "python2.7")
HERE = Path(__file__).parent


@cache
def pack(program: Program) -> bytes:
    """A zip of the program's sources: the same bytes for the same sources, on every machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "migrator/__init__.py", b"")
        for source in sorted((HERE / program).rglob("*.py")):
            name = source.relative_to(HERE.parent).as_posix()
            _add(archive, name, source.read_bytes())
    return buffer.getvalue()


def digest(program: Program) -> str:
    return hashlib.sha256(pack(program)).hexdigest()


def request(program: Program, params: dict[str, Any]) -> bytes:
    """What the host reads first on stdin."""
    return pack(program) + _encode(params)


def command(program: Program, verb: str, params: dict[str, Any]) -> list[str]:
    """The argument list that starts ``verb`` with the first interpreter that works.

    It is one line without newlines, so that every login shell passes it on unharmed; a broken
    ``python3`` that comes first in PATH is passed over. Where none fits, its stderr names those
    that do not.
    """
    oldest = ", ".join(map(str, OLDEST[program]))
    probe = f"import {NEEDED[program]}; sys.exit(sys.version_info < ({oldest}))"
    source = base64.b64encode((HERE / "boot.py").read_bytes()).decode()
    boot = f"import base64; exec(base64.b64decode('{source}'))"
    sizes = f"{len(pack(program))} {len(_encode(params))}"
    script = (
        f"for python in {' '.join(INTERPRETERS)}; do "
        f'if "$python" -c "{probe}" </dev/null >/dev/null 2>&1; then '
        f'exec "$python" -E -s -c "{boot}" migrator.{program}.main {verb} {sizes}; fi; done; '
        f'for python in {" ".join(INTERPRETERS)}; do "$python" -V >&2; done; exit {NO_PYTHON}'
    )
    return ["/bin/sh", "-c", script]


def _encode(params: dict[str, Any]) -> bytes:
    return json.dumps(params, sort_keys=True).encode()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
