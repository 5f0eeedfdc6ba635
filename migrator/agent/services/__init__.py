"""The services that are known by name: what they are, where they live, what they serve."""

from __future__ import absolute_import, division, print_function

import functools

from migrator.agent.host import Host
from migrator.agent.services import details, jvm, recognise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    """``found`` has the units, processes, packages and listeners."""
    services = recognise.services(host, found)
    for service in services:
        add = functools.partial(details.add, host, service, found)
        host.part("services." + service["name"], add, None)
    return services + jvm.others(found.get("processes") or [], services)
