"""What guards the host: SELinux, AppArmor, audit, cryptography, sshd, privileged files."""

from __future__ import absolute_import, division, print_function

from migrator.agent import sshd
from migrator.agent.host import Host
from migrator.agent.security import apparmor, audit, certificates, crypto, privileged, selinux

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(host, found):
    # type: (Host, dict[str, Any]) -> dict[str, Any]
    services = found.get("services") or []
    return {
        "selinux": host.part("security.selinux", lambda: selinux.read(host), {}),
        "apparmor": host.part("security.apparmor", lambda: apparmor.read(host), {}),
        "audit": host.part("security.audit", lambda: audit.read(host), []),
        "fips": host.text("/proc/sys/crypto/fips_enabled").strip() == "1",
        "crypto_policy": host.part("security.crypto_policy", lambda: crypto.policy(host), ""),
        "sshd": host.part("security.sshd", lambda: sshd_settings(host), []),
        "privileged": host.part("security.privileged", lambda: privileged.read(host), []),
        "certificates": host.part(
            "security.certificates", lambda: certificates.read(host, services), []
        ),
    }


def sshd_settings(host):
    # type: (Host) -> list[dict[str, str]]
    """As configured, in the order that counts: the first value of a setting wins."""
    return [dict(zip(("where", "match", "key", "value"), line[:4])) for line in sshd.lines(host)]
