"""What is answered over HTTP."""

from __future__ import absolute_import, division, print_function

import hashlib
import re
import ssl

try:
    from http.client import HTTPException
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen
except ImportError:
    from httplib import HTTPException  # type: ignore[import-not-found, no-redef]  # novm
    from urllib2 import HTTPError, Request, urlopen  # type: ignore[import-not-found, no-redef]  # novm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TLS = re.compile(r"https://([^/:]+)(?::(\d+))?")
TIMEOUT = 10  # seconds for one answer
LIMIT = 16 << 20  # bytes of a body that are compared


def answered(url):
    # type: (str) -> dict[str, Any]
    """The answer; ``stable`` when a second one has the same body, so that it can be compared."""
    first, second = _get(url), _get(url)
    first["stable"] = first["body"] == second["body"] and not first["error"]
    first["certificate"] = _certificate(url)
    return first


def _certificate(url):
    # type: (str) -> str
    """sha256 of the certificate that is shown there, "" without TLS."""
    found = TLS.match(url)
    if not found:
        return ""
    try:
        shown = ssl.get_server_certificate((found.group(1), int(found.group(2) or 443)))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown)).hexdigest()
    except (IOError, OSError, ValueError):
        return ""


def _get(url):
    # type: (str) -> dict[str, Any]
    status, body, problem = 0, b"", ""
    try:
        request = Request(url, headers={"User-Agent": "migrator"})
        answer = urlopen(request, timeout=TIMEOUT, **_trusting())
        status, body = answer.getcode(), answer.read(LIMIT)
    except HTTPError as error:
        status, body = error.code, error.read(LIMIT)
    except (IOError, OSError, HTTPException, ValueError) as error:
        problem = str(error) or error.__class__.__name__
    return {"status": status, "body": hashlib.sha256(body).hexdigest(), "error": problem}


def _trusting():
    # type: () -> dict[str, Any]
    """The certificate belongs to a name, and we ask by address. Python before 2.7.9 checks none."""
    make = getattr(ssl, "_create_unverified_context", None)
    return {"context": make()} if make else {}
