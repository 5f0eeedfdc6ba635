"""Verb probe: how the host answers: over HTTP, to commands of the plan, through its log rules,
whom it reaches, and in which environment its services run."""

from __future__ import absolute_import, division, print_function

from migrator.agent.probe.commands import said
from migrator.agent.probe.http import answered
from migrator.agent.probe.lines import arrived_in
from migrator.agent.probe.outside import held, known, reached
from migrator.agent.probe.surroundings import limits, variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def probe(params):
    # type: (dict[str, Any]) -> dict[str, Any]
    """The document of migrator.verify.probes.Probes.

    ``log_line`` is only given inside a container: a source is never written to. ``log_files`` maps
    each file to its selector, ``commands`` each name to a command of a shell and its patience in
    seconds, ``pids`` each unit to its main process. ``peers`` and ``connections`` are of
    [address, port].
    """
    line, files = params["log_line"], params["log_files"]
    return {
        "http": dict((url, answered(url)) for url in params["urls"]),
        "commands": dict((name, said(*asked)) for name, asked in params["commands"].items()),
        "log": arrived_in(line, files) if line else {},
        "environments": variables(params["pids"]),
        "limits": limits(params["pids"]),
        "peers": reached(params["peers"]),
        "names": known(params["names"]),
        "connections": held(params["connections"]),
    }
