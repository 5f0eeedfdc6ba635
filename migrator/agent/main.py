"""The agent's verbs: facts, probe, packaged, tree and read. It only reads."""

from __future__ import absolute_import, division, print_function

import importlib
import json

from migrator.agent import frames, limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DOCUMENTS = ("facts", "probe")  # what they return is sent; the others write by themselves


def run(verb, params, stdin, stdout):
    # type: (str, dict[str, Any], Any, Any) -> int
    """Serve one verb; the exit status. Its module alone is compiled: a walk waits for no parser.

    Every verb takes ``limits``: bandwidth in bytes a second, nice and idle_io.
    """
    bounds = params.get("limits", {})
    limits.be_gentle(bounds)
    stdin, stdout = limits.Stream(stdin), limits.Stream(stdout, bounds.get("bandwidth", 0))
    stdout.write(frames.MAGIC)
    serve = getattr(importlib.import_module("migrator.agent." + verb), verb)
    if verb in DOCUMENTS:
        data = json.dumps(serve(params), sort_keys=True)
        frames.write_document(stdout, data.encode("ascii"))
    else:
        serve(params, stdin, stdout)
    stdout.flush()
    return 0
