"""Certificates that services show, and until when they are good."""

from __future__ import absolute_import, division, print_function

import base64
import binascii
import re

from migrator.agent.host import Host
from migrator.agent.security import der

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

PEM = re.compile(b"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
# Beside those that services name. Bundles of authorities are no certificates of this host.
PLACES = (
    "/etc/letsencrypt/live/*/cert.pem",
    "/etc/pki/tls/certs/*.crt",
    "/etc/pki/tls/certs/*.pem",
    "/etc/ssl/*.crt",
    "/etc/ssl/*.pem",
    "/etc/ssl/private/*.crt",
    "/etc/ssl/certs/ssl-cert-snakeoil.pem",
    "/etc/nginx/ssl/*",
    "/etc/nginx/certs/*",
    "/etc/apache2/ssl/*",
    "/etc/httpd/ssl/*",
    "/etc/haproxy/certs/*",
    "/etc/postfix/*.pem",
    "/etc/dovecot/private/*.pem",
    "/etc/openvpn/*.crt",
    "/etc/openvpn/server/*.crt",
    "/etc/openldap/certs/*.crt",
    "/etc/ipsec.d/certs/*",
)
BUNDLE = re.compile(r"/(?:ca-bundle|ca-certificates|cert)\.(?:trust\.)?(?:crt|pem)$")
LARGEST = 1 << 17  # bytes of a file with a certificate and its chain


def read(host, services):
    # type: (Host, Sequence[dict[str, Any]]) -> list[dict[str, Any]]
    """The first certificate of each file: what follows is the chain."""
    paths = [path for service in services for path in service["certificates"]]
    for pattern in PLACES:
        paths += [path for path in host.matching(pattern) if not _is_bundle(path)]
    found = {}  # type: dict[str, dict[str, Any] | None]
    for path in paths:
        if path not in found:
            found[path] = _certificate(host, path)
    return [row for row in (found.pop(path, None) for path in paths) if row]


def _is_bundle(path):
    # type: (str) -> bool
    return bool(BUNDLE.search(path)) and "/live/" not in path


def _certificate(host, path):
    # type: (Host, str) -> dict[str, Any] | None
    content = host.raw(path)
    if len(content) > LARGEST:
        return None
    pem = PEM.search(content)
    try:
        if pem:
            row = der.certificate(base64.b64decode(b"".join(pem.group(1).split())))
        elif content[:1] == b"\x30":
            row = der.certificate(content)
        else:
            return None
    except (ValueError, TypeError, binascii.Error) as error:
        host.strange("security", path, str(error))
        return None
    return dict(row, path=path)
