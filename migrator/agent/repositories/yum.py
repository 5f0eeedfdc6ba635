"""Repositories, main settings and variables of yum, dnf and zypper."""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.redact import redacted, redacted_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    Line = tuple[str, str, str, str]  # "path:line", key, value, the line itself
    Section = tuple[str, str, list[Line]]

# (manager, its main file, directories of its repositories)
MANAGERS = (
    ("yum", "/etc/yum.conf", ("/etc/yum.repos.d", "/etc/distro.repos.d")),
    ("yum", "/etc/dnf/dnf.conf", ()),
    ("zypper", "/etc/zypp/zypp.conf", ("/etc/zypp/repos.d",)),
)  # type: tuple[tuple[str, str, tuple[str, ...]], ...]
VARIABLES = ("/etc/yum/vars", "/etc/dnf/vars", "/etc/zypp/vars.d")
SECTION = re.compile(r"\s*\[([^\]]*)\]\s*$")
SETTING = re.compile(r"([^\s=:\[][^=:]*?)\s*[=:]\s*(.*?)\s*$")
TRUE, FALSE = ("1", "yes", "true", "on"), ("0", "no", "false", "off")


def read(host):
    # type: (Host) -> tuple[list[dict[str, str]], list[dict[str, Any]]]
    """(settings of [main], repositories)."""
    main = []  # type: list[dict[str, str]]
    found = []  # type: list[dict[str, Any]]
    for manager, path, directories in MANAGERS:
        for section in () if host.link(path) else sections(host, path):
            if section[1] == "main":
                main += [_setting(*item) for item in section[2]]
            else:
                found.append(_repository(manager, section))
        for directory in directories:
            for name in host.files(directory):
                if name.endswith(".repo"):
                    found += [_repository(manager, section) for section in sections(host, name)]
    return main, found


def sections(host, path):
    # type: (Host, str) -> Iterator[Section]
    """("path:line", name, its settings) of each section of an INI file."""
    begin, name, settings = "", None, []  # type: str, str | None, list[Line]
    for where, line in host.numbered(path):
        header, setting = SECTION.match(line), SETTING.match(line)
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        if header:
            if name is not None:
                yield begin, name, settings
            begin, name, settings = where, header.group(1), []
        elif setting and name is not None:
            settings.append((where, setting.group(1), setting.group(2), line))
        elif line[0] in " \t" and settings:
            there, key, value, raw = settings.pop()
            value = (value + "\n" + line.strip()).strip()
            settings.append((there, key, value, raw + "\n" + line))
        else:
            host.strange("repositories", where, redacted(line))
    if name is not None:
        yield begin, name, settings


def _setting(where, key, value, raw):
    # type: (str, str, str, str) -> dict[str, str]
    shown = redacted_value(key, value)
    if shown != value:
        raw = "%s = %s" % (key, shown)
    return {"where": where, "key": key, "value": shown, "raw": raw}


def _repository(manager, section):
    # type: (str, Section) -> dict[str, Any]
    where, name, settings = section
    options = dict((key.lower(), redacted_value(key, value)) for _, key, value, _ in settings)
    return {
        "where": where,
        "manager": manager,
        "name": name,
        "title": options.pop("name", ""),
        "enabled": options.pop("enabled", "1").lower() not in FALSE,
        "addresses": _addresses(options.pop("baseurl", "")),
        "mirrors": _addresses(options.pop("mirrorlist", ""))
        + _addresses(options.pop("metalink", "")),
        "suites": [],
        "components": [],
        "keys": _addresses(options.pop("gpgkey", "")),
        "checked": _boolean(options.pop("gpgcheck", "")),
        "options": options,
    }


def _addresses(text):
    # type: (str) -> list[str]
    return [word for word in re.split(r"[\s,]+", text) if word]


def _boolean(text):
    # type: (str) -> bool | None
    return True if text.lower() in TRUE else False if text.lower() in FALSE else None


def variables(host):
    # type: (Host) -> dict[str, str]
    """The first line of each file is the value."""
    found = {}  # type: dict[str, str]
    for directory in VARIABLES:
        for path in host.files(directory):
            name = path.rpartition("/")[2]
            found[name] = redacted_value(name, "".join(host.lines(path)[:1]).strip())
    return found
