"""rsyslog's configuration in both of its languages, includes in their place.

Its older one is also that of sysklogd and busybox, which read /etc/syslog.conf.
"""

from __future__ import absolute_import, division, print_function

import re

from migrator.agent.host import Host
from migrator.agent.syslog.actions import action, hidden, parameters
from migrator.agent.syslog.inputs import Inputs, module_name
from migrator.agent.syslog.pieces import pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Rows = list[dict[str, Any]]

MOST = 50000  # statements
NAME = re.compile(r"\w+")
INCLUDE = re.compile(r"(?:\$IncludeConfig|include)[ \t]+(\S+)[ \t]*(?:#.*)?$", re.I)
TEMPLATE = re.compile(r"\$template\s+([^,\s]+)\s*,", re.I)
# Settings of the next action alone; all others stay.
OF_ACTIONS = re.compile(r"\$Action(?:Queue|Resume|Send|ExecOnly|Name|WriteAll)", re.I)


class Configuration(object):
    """What was read so far, and what holds for the next statement."""

    def __init__(self, host):
        # type: (Host) -> None
        self.host = host
        self.rules = []  # type: Rows
        self.remotes = []  # type: Rows
        self.templates = []  # type: Rows
        self.statements = []  # type: Rows
        self.inputs = Inputs()
        self.around = []  # type: list[tuple[str, str]]  # each open brace: condition, ruleset
        self.waiting = []  # type: list[str]  # conditions of the next action or brace
        self.head = ""  # the same as they are written
        self.begun = ""  # where they begin
        self.done = ""  # condition of what was closed last, for else
        self.ruleset = ""
        self.named = ""  # ruleset whose brace comes next
        self.block = {"program": "", "host": ""}
        self.before = {}  # type: dict[str, str]  # legacy settings of the next action
        self.reading = []  # type: list[str]  # files, each included by the one before
        self.last = ""  # selector of the last filter, for &

    def read(self, path):
        # type: (str) -> None
        line = 1
        if path in self.reading or len(self.statements) >= MOST:
            return  # it includes itself
        self.reading.append(path)
        for kind, text in pieces(self.host.text(path)):
            where = "%s:%d" % (path, line)
            line += text.count("\n")
            if kind in ("blank", "comment"):
                continue
            kind = self._kind(kind, text)
            if kind == "unparsed":
                self.host.strange("syslog", where, hidden(text))
            self.statements.append({"kind": kind, "where": where, "raw": hidden(text)})
            getattr(self, "_" + kind)(where, text)
            if kind == "include":
                self._included(text)
        self.reading.pop()

    def _kind(self, kind, text):
        # type: (str, str) -> str
        if INCLUDE.match(text) or re.match(r"include\s*\(", text, re.I):
            return "include"
        if kind == "object":
            name = NAME.match(text).group(0).lower()  # type: ignore[union-attr]
            return (
                name if name in ("module", "input", "template", "ruleset", "action") else "setting"
            )
        if kind == "setting":
            return "template" if TEMPLATE.match(text) else kind
        return "action" if kind == "line" else kind

    def _included(self, text):
        # type: (str) -> None
        """A pattern, a file, or a directory, of which each file that is not hidden is read."""
        legacy = INCLUDE.match(text)
        pattern = legacy.group(1).strip("\"'") if legacy else parameters(text).get("file", "")
        for path in self.host.matching(pattern):
            inside = [n for n in self.host.files(path) if not n.rpartition("/")[2].startswith(".")]
            for name in inside or [path]:
                self.read(name)

    def _include(self, where, text):
        # type: (str, str) -> None
        """Its files are read once it is noted."""

    def _unparsed(self, where, text):
        # type: (str, str) -> None
        """It is kept as it is."""

    def _filter(self, where, text):
        # type: (str, str) -> None
        selector = re.sub(r"\\?\s+" if text[0] != ":" else r"\\\n\s*", "", text).strip()
        self.last = self.last if selector == "&" else selector
        self.waiting, self.head, self.begun = [self.last], text, where

    def _if(self, where, text):
        # type: (str, str) -> None
        self.last = " ".join(re.sub(r"(?i)^if\b|\bthen$", "", text).split())
        self.waiting.append(self.last)
        self.begun = self.begun if self.head else where
        self.head += text + " "

    def _else(self, where, text):
        # type: (str, str) -> None
        self.waiting, self.head, self.begun = ["not (%s)" % self.done], text + " ", where

    def _open(self, where, text):
        # type: (str, str) -> None
        self.around.append((" and ".join(self.waiting), self.ruleset))
        self.ruleset, self.named = self.named or self.ruleset, ""
        self.waiting, self.head = [], ""

    def _close(self, where, text):
        # type: (str, str) -> None
        if self.around:
            self.done, self.ruleset = self.around.pop()
        self.waiting, self.head = [], ""

    def _block(self, where, text):
        # type: (str, str) -> None
        key = "program" if text[0] == "!" else "host"
        name = text.strip().lstrip("!+ \t")
        self.block[key] = "" if name in ("*", "-*") else name

    def _ruleset(self, where, text):
        # type: (str, str) -> None
        self.named = parameters(text).get("name", "")

    def _template(self, where, text):
        # type: (str, str) -> None
        legacy = TEMPLATE.match(text)
        name = legacy.group(1) if legacy else parameters(text).get("name", "")
        self.templates.append({"where": where, "name": name, "raw": hidden(text)})

    def _setting(self, where, text):
        # type: (str, str) -> None
        words = text.split(None, 1)
        name, value = words[0], re.sub(r"\s+#.*", "", words[1] if len(words) > 1 else "").strip()
        if name.lower() == "$modload":
            self._loaded(where, value, text)
        elif name.lower() == "$ruleset":
            self.ruleset = "" if value == "RSYSLOG_DefaultRuleset" else value
        elif OF_ACTIONS.match(name):
            self.before[name.lower()] = hidden(value)
        self.inputs.legacy(where, name, value)

    def _module(self, where, text):
        # type: (str, str) -> None
        given = parameters(text)
        self._loaded(where, given.get("load", ""), text)
        self.inputs.module(where, given)

    def _loaded(self, where, name, text):
        # type: (str, str, str) -> None
        name = module_name(name)
        kind = "input" if name.startswith("im") else "module"
        self._rule(where, text, kind, name, "", {})

    def _input(self, where, text):
        # type: (str, str) -> None
        self.inputs.scripted(where, parameters(text))

    def _words(self, where, text):
        # type: (str, str) -> None
        if re.match("stop", text, re.I):
            self._action(where, text)
        else:
            self.waiting, self.head = [], ""

    def _action(self, where, text):
        # type: (str, str) -> None
        conditions = [condition for condition, _ in self.around if condition] + self.waiting
        selector = " and ".join(conditions)
        kind, destination, remote = action(text, self.before)
        given = parameters(text) if text.lower().startswith("action") else self.before
        where = self.begun if self.head else where
        self._rule(where, self.head + text, kind, selector, destination, given)
        if remote:
            self.remotes.append(dict(remote, where=where, selector=selector))
        self.done = " and ".join(self.waiting)
        self.waiting, self.head, self.before = [], "", {}

    def _rule(self, where, raw, kind, selector, destination, given):
        # type: (str, str, str, str, str, dict[str, str]) -> None
        rule = {
            "kind": kind,
            "where": where,
            "selector": selector,
            "destination": destination,
            "raw": hidden(raw.strip()),
            "ruleset": self.ruleset,
            "parameters": dict(given),
        }
        rule.update(self.block)
        self.rules.append(rule)
