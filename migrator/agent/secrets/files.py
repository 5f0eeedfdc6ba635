"""Secrets in files: by path and content, and line by line in what configures something."""

from __future__ import absolute_import, division, print_function

import re
import stat

from migrator.agent import walk
from migrator.agent.files import decoded
from migrator.agent.host import Host
from migrator.agent.redact import MARK, redacted, redacted_value
from migrator.agent.secrets import keys
from migrator.agent.secrets.known import TABLE
from migrator.agent.stock import is_stock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any, Iterator

    Secret = dict[str, Any]

TOPS = ("/etc", "/root", "/home", "/opt", "/srv", "/usr/local", "/var/www") + (
    "/var/spool/cron",
    "/var/lib",
)  # type: tuple[str, ...]
# Directories of code, caches, certificates of authorities and packages, also of a host that lies
# in a directory of this one.
SKIPPED = re.compile(
    b"/(?:node_modules|site-packages|dist-packages|__pycache__|\\.(?:cache|npm|cargo|rustup|pyenv|nvm"
    b"|rbenv|rvm|github|m2/repository|gradle)|\\.git/objects|\\.git/logs|lib/python[0-9.]+|tests?|testdata|fixtures|man|locale|doc|docs|examples?)$"
    b"|^/etc/(?:ssl/certs|ca-certificates|pki/ca-trust|alternatives|selinux|udev|fonts|apparmor.d|logcheck)$"
    b"|/usr/(?:bin|sbin|lib|lib32|lib64|libexec|share|include|src)$"
    b"|^/usr/local/(?:share|include|src|go|lib/(?:python|ruby|perl|node)[^/]*)$"
    b"|^/var/lib/(?:dpkg|rpm|apt|dnf|yum|docker|containers|containerd|lxc|lxd|machines|mlocate"
    b"|plocate|ucf|flatpak|snapd|texmf|mysql|mariadb|pgsql|postgresql/[^/]+/[^/]+/base|mongo[^/]*"
    b"|elasticsearch|influxdb|prometheus|grafana/plugins|clamav|systemd/coredump)$"
)
LARGEST = 1 << 18  # bytes of a file that is looked into
MOST = 64 << 20  # bytes that are read of all of them
MOST_LINES = 20  # named of one file
KEYLIKE = re.compile(
    r"(?i)(?:key|/id_\w+|\.(?:pem|crt|cer|cert|p12|pfx|pkcs12|jks|ks|keystore|ppk|asc))[^/]*$"
)
HISTORY = re.compile(r"/\.(?:\w+_history|history|histfile|sh_history|rediscli_history)$")
# Configuration by its name wherever it lies; in /etc also what has no suffix.
CONFIGURATION = re.compile(
    r"(?i)/(?:wp-config\.php|local\.xml|env\.php|config[\w.-]*\.(?:php|js|json|rb|py)"
    r"|settings[\w.-]*\.(?:py|php)"
    r"|local_settings\.py|localsettings\.php|configuration\.php|(?:secrets|credentials)\.(?:json|xml|txt|csv|ya?ml|properties)"
    r"|appsettings[\w.-]*\.json|parameters\.(?:php|ya?ml)|\.?env(?:\.\w+)?|tomcat-users\.xml|context\.xml"
    r"|server\.xml|web\.xml|persistence\.xml|hibernate\.cfg\.xml|standalone[\w-]*\.xml|[\w-]+-ds\.xml"
    r"|\.git/config|user-data(?:\.txt)?|[\w.-]*ks\.cfg|preseed\.cfg|dockerfile|jenkinsfile)$"
    r"|\.(?:conf|cfg|cnf|ini|properties|ya?ml|toml|env|sh|bash|ksh|csh|list|sources|repo|cron)$"
    r"|^/var/spool/cron/"
)
CODE = re.compile(r"(?i)\.(?:php|py|js|rb)$")  # there only a literal is a value
LITERAL = re.compile(r"""([A-Za-z_][\w-]*)["'\])]*\s*(?:=>|[=:,])\s*["']([^"'$%{\n]{3,})["']""")
COMMENT = re.compile(r"\s*(?:#|;|<!--|--\s)")
COMMENT_IN_CODE = re.compile(r"\s*(?:#|//|\*|/\*)")
HINT = re.compile(
    b"(?i)pass|pwd|secret|token|credential|(?:api|access|auth|account|master|private|shared|signing|storage|encryption)[_.-]?key|psk|authtok|community|authorization|identified"
    b"|:[^\\s/:@]+@|\\$(?:1|2[aby]?|5|6|y)\\$|-p\\S|curl|com2sec|createuser|bearer|AKIA|rootpw|bindpw"
)


def read(host):
    # type: (Host) -> Iterator[Secret]
    budget = MOST
    for path, found in walk.files(host, "secrets", TOPS, lambda path: bool(SKIPPED.search(path))):
        wanted = _wanted(path, found)
        if not wanted:
            continue
        if found.st_size > budget:
            host.failed("secrets", "limited", "stopped reading at %s" % path)
            return
        content = host.raw(path)
        budget -= len(content)
        if wanted == "lines" and is_stock(host, path, content):
            continue
        for row in _secrets(host, path, content, wanted):
            yield dict(row, path=path, mode="%04o" % stat.S_IMODE(found.st_mode), uid=found.st_uid)


def _wanted(path, found):
    # type: (str, os.stat_result) -> str
    """Why to look into a file: known | key | history | lines | ""."""
    if not found.st_size or path.endswith("/openssl.cnf"):  # its examples look like passwords
        return ""
    if any(pattern.search(path) for pattern, _, _, _ in TABLE):
        return "known"
    if HISTORY.search(path):
        return "history"
    if found.st_size > LARGEST:
        return ""
    if KEYLIKE.search(path) and not path.endswith(".pub"):
        return "key"
    name = path.rpartition("/")[2]
    if CONFIGURATION.search(path) or (path.startswith("/etc/") and "." not in name):
        return "lines"
    return ""


def _secrets(host, path, content, wanted):
    # type: (Host, str, bytes, str) -> list[Secret]
    if wanted == "known":
        for pattern, inside, kind, detail in TABLE:
            if pattern.search(path) and inside.search(content):
                return [{"kind": kind, "detail": detail, "line": 0}]
    kind, detail = keys.kind(path, content)
    if kind:
        return [{"kind": kind, "detail": detail, "line": 0}]
    if b"\0" in content[:4096] or not HINT.search(content):
        return []
    kind = "history" if wanted == "history" else "setting"
    rows = [dict(row, kind=kind) for row in lines(path, content)]
    if len(rows) > MOST_LINES:
        host.failed("secrets", "limited", "%s has %d lines with secrets" % (path, len(rows)))
    return rows[:MOST_LINES]


def lines(path, content):
    # type: (str, bytes) -> Iterator[Secret]
    """Line number and name of each setting, option or variable with a secret value."""
    code = CODE.search(path)
    for number, raw in enumerate(content.split(b"\n"), 1):
        if len(raw) > 4096 or not HINT.search(raw):
            continue
        line = decoded(raw)
        if code and not COMMENT_IN_CODE.match(line):
            for name, value in LITERAL.findall(line):
                if redacted_value(name, value) != value:
                    yield {"detail": name, "line": number}
        shown = line if code or COMMENT.match(line) else redacted(line)
        if shown != line:
            yield {"detail": introduced(shown), "line": number}


def introduced(shown):
    # type: (str) -> str
    """What is before the first secret of a redacted line: the name of a setting, an option."""
    before = shown.partition(MARK)[0].strip(" \t\"'")
    words = re.findall(r"[^\s=\"'<>(){},;?&]+", before)  # type: list[str]
    return words[-1][-80:] if words else ""
