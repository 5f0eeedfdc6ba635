"""What dpkg and rpm installed, and which of their files are not as they came.

Checked here is what is cheap: attributes that the database has, and the digest of configuration
and of files that look touched. Contents are read in full only once, by the snapshot, which asks
for their digests with the verb ``packaged``.
"""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host
from migrator.agent.packages import dpkg, dpkg_files, dpkg_verify, rpm, rpm_verify
from migrator.agent.packages.check import Check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

POLICY = "/usr/sbin/policy-rc.d"


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    status = host.part("packages.installed", lambda: dpkg.status(host), [])
    installed = host.part("packages.installed", lambda: dpkg.installed(host, status), [])
    installed = installed + host.part("packages.installed", lambda: rpm.installed(host), [])
    check = Check(host)
    changed = host.part("packages.changed", lambda: dpkg_verify.changed(check, status), [])
    changed = changed + host.part("packages.changed", lambda: rpm_verify.changed(check), [])
    check.note("packages.changed")
    return {
        "installed": installed,
        "changed": changed,
        "diversions": host.part("packages.diversions", lambda: dpkg_files.by_hand(host), []),
        "policy": POLICY if host.exists(POLICY) else "",
    }
