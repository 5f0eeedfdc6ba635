"""Which file systems count or limit what users, groups and projects store."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KINDS = (
    ("user", re.compile(r"(usrquota|usrjquota=.+|uquota|uqnoenforce|quota)$")),
    ("group", re.compile(r"(grpquota|grpjquota=.+|gquota|gqnoenforce)$")),
    ("project", re.compile(r"(prjquota|pquota|pqnoenforce)$")),
)
FILES = ("aquota.user", "aquota.group", "quota.user", "quota.group")


def quotas(host, said):
    # type: (Host, dict[str, Any]) -> list[dict[str, Any]]
    """By the options in force, or by those in the fstab of a disk."""
    rows = said["mounts"] if host.live else said["fstab"]
    found = []
    for row in rows:
        if row.get("kind", "local") != "local" or row.get("bind"):
            continue
        words = row["options"].split(",")
        kinds = [name for name, option in KINDS if any(option.match(word) for word in words)]
        if kinds:
            paths = [row["path"].rstrip("/") + "/" + name for name in FILES]
            kept = [path for path in paths if host.exists(path)]
            found.append({"path": row["path"], "kinds": kinds, "files": kept})
    return found
