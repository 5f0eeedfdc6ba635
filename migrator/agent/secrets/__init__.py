"""Where secrets lie, by kind and place; the values stay on the host."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.secrets import files, running

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    secrets = host.part("secrets.files", lambda: list(files.read(host)), [])
    units, processes = found.get("units") or [], found.get("processes") or []
    secrets += host.part("secrets.units", lambda: list(running.of_units(host, units)), [])
    return secrets + host.part(
        "secrets.processes", lambda: list(running.of_processes(host, processes)), []
    )
