"""Configuration that is as Debian's packages brought it: what it says, everybody knows."""

from __future__ import absolute_import, division, print_function

import hashlib
import re

from migrator.agent.files import decoded
from migrator.agent.host import Host

STATUS = "/var/lib/dpkg/status"
CONFFILE = re.compile(b"(?m)^ (/\\S+) ([0-9a-f]{32})$")


def digests(host):
    # type: (Host) -> dict[str, str]
    """Path -> md5 of the file as it came."""
    found = CONFFILE.findall(host.raw(STATUS))
    return dict((decoded(path), decoded(md5)) for path, md5 in found)


def is_stock(known, path, content):
    # type: (dict[str, str], str, bytes) -> bool
    try:
        return path in known and hashlib.md5(content).hexdigest() == known[path]
    except ValueError:  # a machine in FIPS mode has no md5
        return False
