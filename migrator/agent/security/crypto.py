"""The system-wide policy of cryptography."""

from __future__ import absolute_import, division, print_function

from migrator.agent.host import Host

PLACES = ("/etc/crypto-policies/state/current", "/etc/crypto-policies/config")


def policy(host):
    # type: (Host) -> str
    """ "DEFAULT", "LEGACY", "FIPS:OSPP" and so on; "" where there is none."""
    for path in PLACES:
        for line in host.lines(path):
            if line.strip() and not line.startswith("#"):
                return line.strip()
    return ""
