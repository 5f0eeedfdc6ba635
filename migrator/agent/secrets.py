"""Where secrets lie, by kind and place; the values stay on the host."""

from __future__ import absolute_import, division, print_function

import os
import re
import stat

from migrator.agent import walk
from migrator.agent.assignments import settings
from migrator.agent.host import Host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Secret = dict[str, str]

TOPS = ("/etc", "/opt", "/srv", "/home", "/root", "/usr/local", "/var/lib", "/var/www")
LARGEST = 1 << 16  # bytes of a file that holds a key
KEY_NAME = re.compile(r"(\.(key|pem|p12|pfx|jks|keystore)|_key|/id_\w+)$")
PASSWORD_NAME = re.compile(
    r"/(\.pgpass|\.netrc|\.my\.cnf|\.git-credentials|\.htpasswd|\.aws/credentials|\.pypirc"
    r"|\.docker/config\.json|\.s3cfg)$"
)
TOKEN = re.compile(r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|(^|_)(API|ACCESS|PRIVATE)_?KEY")


def read(host, found):
    # type: (Host, dict[str, Any]) -> list[Secret]
    secrets = []
    for path in ("/etc/shadow", "/etc/gshadow"):
        if host.exists(path):
            secrets.append({"kind": "shadow", "path": path, "detail": ""})
    for path, _ in walk.files(host, "secrets", TOPS):
        kind = _kind(host, path)
        if kind:
            secrets.append({"kind": kind, "path": path, "detail": ""})
    return secrets + _tokens(host, found["units"])


def _kind(host, path):
    # type: (Host, str) -> str
    """The kind of secret in a file, "" for none."""
    if PASSWORD_NAME.search(path):
        return "password-file"
    if not KEY_NAME.search(path):
        return ""
    try:
        found = os.lstat(host.at(path))
    except (OSError, UnicodeError):
        return ""
    if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
        return ""
    content = host.raw(path)
    if re.search(r"\.(p12|pfx|jks|keystore)$", path) or b"PRIVATE KEY-----" in content:
        return "ssh-host-key" if "/ssh_host_" in path else "private-key"
    return ""


def _tokens(host, units):
    # type: (Host, list[dict[str, Any]]) -> list[Secret]
    """Variables of units that are named like a secret."""
    found = []
    for unit in units:
        for name in unit["environment_names"]:
            if TOKEN.search(name.upper()):
                found.append(_token(unit["fragment"], unit["name"], name))
        for path in re.findall(r"(/\S+) \(ignore", unit["properties"].get("EnvironmentFiles", "")):
            for name in sorted(settings(host, path)):
                if TOKEN.search(name.upper()):
                    found.append(_token(path, unit["name"], name))
    return found


def _token(path, unit, name):
    # type: (str, str, str) -> Secret
    return {"kind": "token", "path": path, "detail": "%s in %s" % (name, unit)}
