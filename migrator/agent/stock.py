"""Configuration that is as Debian's packages brought it: nothing in it is of this host alone."""

from __future__ import absolute_import, division, print_function

import hashlib
import re

from migrator.agent.files import decoded
from migrator.agent.host import Host

STATUS = "/var/lib/dpkg/status"
CONFFILE = re.compile(b"(?m)^ (/\\S+) ([0-9a-f]{32})$")


def is_stock(host, path, content):
    # type: (Host, str, bytes) -> bool
    """Whether ``path``, which has this ``content``, is as it came."""
    if "stock" not in host.memory:
        found = CONFFILE.findall(host.raw(STATUS))
        host.memory["stock"] = dict((decoded(path), decoded(md5)) for path, md5 in found)
    known = host.memory["stock"]  # type: dict[str, str]
    try:
        return path in known and hashlib.md5(content).hexdigest() == known[path]
    except ValueError:  # a machine in FIPS mode has no md5
        return False
