"""Who may become whom: sudo, doas and polkit; and what new accounts get by default."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.continued import continued
from migrator.agent.host import Host
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    Setting = dict[str, str]

SUDOERS = "/etc/sudoers"
DEEPEST = 128  # includes in includes, as in sudo
INCLUDE = re.compile(r"\s*[@#]include(dir)?\s+(\S.*?)\s*$")
COMMENT = re.compile(r"\s*(?:#(?!\d)|$)")  # but #1000 is a user by number
POLKIT = (
    "/etc/polkit-1/rules.d",
    "/etc/polkit-1/localauthority/*",
    "/etc/polkit-1/localauthority.conf.d",
    "/usr/local/share/polkit-1/rules.d",
    "/var/lib/polkit-1/localauthority/*",
)
DEFAULTS = ("/etc/login.defs", "/etc/default/useradd", "/etc/adduser.conf", "/etc/pwquality.conf")


def sudo(host):
    # type: (Host) -> list[Setting]
    if host.exists(SUDOERS) and not host.text(SUDOERS) and not host.privileged:
        host.failed("accounts.sudo", "denied", "only root may read %s" % SUDOERS)
    return list(_sudoers(host, SUDOERS, [SUDOERS]))


def _sudoers(host, path, above):
    # type: (Host, str, list[str]) -> Iterator[Setting]
    """The rules of a file and of those that it includes, in the order that counts."""
    for where, line in _logical_lines(host, path):
        included = INCLUDE.match(line)
        if included:
            for name in _included(host, path, included):
                if name not in above and len(above) < DEEPEST:
                    for row in _sudoers(host, name, above + [name]):
                        yield row
        elif not COMMENT.match(line):
            yield setting(where, line)


def _included(host, path, match):
    # type: (Host, str, re.Match[str]) -> list[str]
    name = match.group(2).strip('"').replace("\\ ", " ")
    name = name.replace("%h", host.text("/proc/sys/kernel/hostname").strip())
    name = name if name[:1] == "/" else path.rpartition("/")[0] + "/" + name
    if not match.group(1):
        return [name]
    files = host.files(name)
    return [x for x in files if "." not in x.rpartition("/")[2] and not x.endswith("~")]


def _logical_lines(host, path):
    # type: (Host, str) -> Iterator[tuple[str, str]]
    """("path:line", line) with continuations in it; not all that begins with # is a comment."""
    start, pieces = "", []  # type: str, list[str]
    for where, line in host.numbered(path):
        start = start if pieces else where
        pieces.append(line)
        if not line.endswith("\\"):
            yield start, "\n".join(pieces)
            pieces = []
    if pieces:
        yield start, "\n".join(pieces)


def setting(where, line):
    # type: (str, str) -> Setting
    """A line as its first word and the rest, continuations joined."""
    shown = redacted(line)
    words = re.sub(r"\s*\\\n\s*", " ", shown).split(None, 1) + ["", ""]
    return {"where": where, "key": words[0], "value": words[1].strip(), "raw": shown}


def doas(host):
    # type: (Host) -> list[Setting]
    return [setting(where, raw) for where, _, raw in continued(host, "/etc/doas.conf")]


def polkit(host):
    # type: (Host) -> list[str]
    """Paths of the rules that somebody wrote for this host."""
    places = [place for pattern in POLKIT for place in host.matching(pattern)]
    return [path for place in places for path in host.files(place)]


def defaults(host):
    # type: (Host) -> list[Setting]
    """Ranges of ids, ages and hashes of passwords, umask: what is set, not what is commented."""
    found = []
    for path in DEFAULTS:
        for where, line in host.numbered(path):
            text = line.strip()
            if text and text[0] != "#":
                key, value = (re.split(r"\s*=\s*|\s+", text, maxsplit=1) + [""])[:2]
                found.append({"where": where, "key": key, "value": value, "raw": redacted(line)})
    return found
