"""logrotate's configuration, line by line, includes in their place."""

from __future__ import absolute_import, division, print_function

import os
import re

from migrator.agent.host import Host
from migrator.agent.redact import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FREQUENCIES = ("hourly", "daily", "weekly", "monthly", "yearly")
SIZES = ("size", "minsize", "maxsize")
SCRIPTS = ("postrotate", "prerotate", "firstaction", "lastaction", "preremove")
# Options with a "no" of their own.
SWITCHES = (
    "allowhardlink compress copy copytruncate create createolddir dateext datehourago dateyesterday"
    " delaycompress ifempty mail missingok olddir renamecopy sharedscripts shred"
).split()
PLAIN = (
    "addextension compresscmd compressext compressoptions dateformat extension include"
    " mailfirst maillast maxage minage notifempty rotate shredcycles start su tabooext taboopat"
    " uncompresscmd"
).split() + list(SIZES)
TABOO = (
    ",v .bak .cfsaved .disabled .dpkg-bak .dpkg-del .dpkg-dist .dpkg-new .dpkg-old .dpkg-tmp"
    " .rpmnew .rpmorig .rpmsave .swp .ucf-dist .ucf-new .ucf-old ~"
).split()
WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s\"']\S*|[\"']\S*)")
OPTION = re.compile(r"([a-z]+)(?:\s*=\s*|\s+|$)(.*)$")


class Configuration(object):
    """What was read so far. Options hold from where they stand on; those in a block only there."""

    def __init__(self, host):
        # type: (Host) -> None
        self.host = host
        self.rotations = []  # type: list[dict[str, Any]]
        self.ignored = []  # type: list[dict[str, str]]
        self.options = {}  # type: dict[str, str]
        self.taboo = list(TABOO)
        self.patterns = []  # type: list[str]  # of the next block
        self.block = None  # type: dict[str, Any] | None
        self.script = ""  # whose lines are read
        self.reading = []  # type: list[str]  # files, each included by the one before

    def read(self, path):
        # type: (str) -> None
        if path in self.reading:
            return  # it includes itself
        self.reading.append(path)
        for where, line in self.host.numbered(path):
            text = line.strip()
            if self.script:
                self._script(text, line)
            elif text and not text.startswith("#"):
                self._line(where, text)
        if self.patterns or self.block or self.script:
            self.host.strange("logrotate", path, "a block does not end")
        self.patterns, self.block, self.script = [], None, ""
        self.reading.pop()

    def _line(self, where, text):
        # type: (str, str) -> None
        if self.block is None and text[0] in "/\"'{*":
            before, brace, rest = text.partition("{")
            self.patterns += _words(before)
            if brace:
                self._open(where)
                text = rest.partition("#")[0].strip()
            else:
                text = ""
        if text.startswith("}") and self.block is not None:
            self._close()
        elif text:
            self._option(where, text)

    def _open(self, where):
        # type: (str) -> None
        self.block = {
            "where": where,
            "patterns": self.patterns,
            "options": dict(self.options),
            "scripts": {},
        }
        self.patterns = []

    def _close(self):
        # type: () -> None
        block = self.block or {}
        options = block["options"]
        keep = options.get("rotate", "0")
        block["frequency"] = options.get("frequency", "")
        block["keep"] = int(keep) if re.match(r"-?\d+$", keep) else 0
        block["options"] = dict((key, options[key]) for key in options if key != "frequency")
        self.rotations.append(block)
        self.block = None

    def _script(self, text, line):
        # type: (str, str) -> None
        scripts = self.block["scripts"] if self.block else {}
        if text.partition(" ")[0] == "endscript":
            scripts[self.script] = redacted(scripts.get(self.script, ""))
            self.script = ""
        else:
            scripts[self.script] = scripts.get(self.script, "") + line + "\n"

    def _option(self, where, text):
        # type: (str, str) -> None
        match = OPTION.match(text)
        name, value = match.groups() if match else ("", "")
        value = re.sub(r"(?:^|\s)#.*", "", value).strip()
        options = self.options if self.block is None else self.block["options"]
        if name in SCRIPTS:
            self.script = name
        elif name in FREQUENCIES:
            options["frequency"] = name
            options.pop("size", None)
        elif name == "include":
            self._include(value.strip("\"'"))
        elif name in ("tabooext", "taboopat"):
            self._forbid(value)
        elif name.startswith("no") and name[2:] in SWITCHES:
            options.pop(name[2:], None)
            if name == "noifempty" or name == "notifempty":
                options["notifempty"] = ""
        elif name in SWITCHES or name in PLAIN:
            options[name] = redacted(value)
            if name == "size":
                options.pop("frequency", None)
        else:
            self.host.strange("logrotate", where, redacted(text))

    def _forbid(self, value):
        # type: (str) -> None
        words = value.replace(",", " ,").split() if value.startswith("+") else value.split()
        words = [word.strip(",") for word in words if word.strip(",")]
        if words[:1] == ["+"]:
            self.taboo += words[1:]
        else:
            self.taboo = words

    def _include(self, path):
        # type: (str) -> None
        """A file, or a directory, whose files are read in the order of their names."""
        inside = self.host.files(path)
        for name in inside or [path]:
            reason = self._refused(name) if inside else None
            if reason:
                self.ignored.append({"where": name, "reason": reason[0], "detail": reason[1]})
            else:
                self.read(name)

    def _refused(self, path):
        # type: (str) -> tuple[str, str] | None
        name = path.rpartition("/")[2]
        if name.startswith(".") or any(name.endswith(taboo.lstrip("*")) for taboo in self.taboo):
            return "name", name
        about = os.stat(self.host.at(path))
        if about.st_uid:
            return "owner", str(about.st_uid)
        return ("mode", "%04o" % (about.st_mode & 0o7777)) if about.st_mode & 0o022 else None


def _words(text):
    # type: (str) -> list[str]
    """Patterns, which may be quoted."""
    return ["".join(groups) for groups in WORD.findall(text)]
