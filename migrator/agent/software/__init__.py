"""Software that no package of the host owns: modules of languages, and trees put there by hand."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.files import encoded
from migrator.agent.host import Host
from migrator.agent.owners import owners, unaliased
from migrator.agent.software import modules
from migrator.agent.software.trees import Trees
from migrator.agent.walk import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TOPS = ("/opt", "/srv", "/usr/local")
# What may be asked about: paths below TOPS, and descriptions of modules.
ASKED = re.compile(b"(?:opt|srv|usr/local)/|.*(?:-info(?:/[A-Z-]+)?|[.]json|[.]gemspec)$")


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    owned = owners(host, ASKED)
    place = unaliased(host)

    def owner(path):
        # type: (str) -> bytes
        return owned.get(place(encoded(path)[1:]), b"")

    listed = [path for path in modules.candidates(host) if not owner(path)]
    trees = Trees(host, TOPS)
    for path, attributes in files(host, "software", TOPS, trees.is_full):
        if not owner(path):
            trees.add(path, attributes)
            if modules.describes(path):
                listed.append(path)
    return {
        "modules": host.part("software.modules", lambda: modules.read(host, listed), []),
        "trees": host.part("software.trees", trees.rows, []),
    }
