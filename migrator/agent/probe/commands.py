"""What a command of the plan says."""

from __future__ import absolute_import, division, print_function

import hashlib

from migrator.agent import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SHOWN = 60  # characters of an output that are told as they are
LINE = 200  # characters of a complaint


def said(command, patience):
    # type: (str, int) -> dict[str, Any]
    """What a command said. Of a long output only its digest leaves the host: it may be private."""
    try:
        status, stdout, stderr = run.answer(["/bin/sh", "-c", command], patience)
    except run.CommandError as error:
        return {"status": run.LATE, "output": "", "digest": "", "error": str(error)}
    last = (stderr.strip().splitlines() or [""])[-1]
    output = stdout.strip()
    return {
        "status": status,
        "output": output if len(output) <= SHOWN and "\n" not in output else "",
        "digest": hashlib.sha256(stdout.encode("utf-8", "replace")).hexdigest(),
        "error": last[:LINE],
    }
