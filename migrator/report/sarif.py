"""For code scanning: SARIF 2.1.0, where findings are results and files of hosts are artifacts."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from migrator import __version__
from migrator.assess import Assessment, Finding, Level
from migrator.assess.fleet import Fleet
from migrator.report.format import Format
from migrator.report.words import family, printable

FILE = re.compile(r"(/.*?)(?::([1-9]\d*))?\Z")
LEVELS = {
    Level.BLOCKER: "error",
    Level.OVERRIDABLE: "error",
    Level.RISK: "warning",
    Level.WARNING: "warning",
    Level.INFO: "note",
    Level.NOT_CHECKED: "none",
}


class Sarif(Format):
    """One run over all hosts. Its rules come last, for users may have rules of their own."""

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self._rules = {
            rule.id: _descriptor(rule.id, rule.level, rule.title, rule.why, rule.todo)
            for rule in request.rules.values()
        }
        self._some = False
        self._lost: list[dict[str, Any]] = []

    def head(self, fleet: Fleet) -> str:
        return '{"version": "2.1.0", "runs": [{"results": [\n'

    def host(self, judged: Assessment) -> str:
        return "".join(self._results(judged))

    def failed(self, host: str, error: str) -> str:
        text = {"text": printable(f"{host}: {error}")}
        self._lost.append({"level": "error", "message": text})
        return ""

    def tail(self, fleet: Fleet) -> str:
        driver = {"name": "migrator", "version": __version__, "rules": list(self._rules.values())}
        ran = {
            "executionSuccessful": not self._lost,
            "toolExecutionNotifications": self._lost,
        }
        rest = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "invocations": [ran]}
        return f"],\n{json.dumps(rest)[1:-1]}}}]}}\n"

    def _results(self, judged: Assessment) -> Iterator[str]:
        for finding in judged.findings:
            f = finding
            self._rules.setdefault(f.id, _descriptor(f.id, f.level, f.title, f.why, f.todo))
            yield (",\n" if self._some else "") + json.dumps(_result(judged.host, finding))
            self._some = True


def _descriptor(name: str, level: int, title: str, why: str, todo: str) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": printable(title)},
        "fullDescription": {"text": printable(why)},
        "help": {"text": printable(todo)},
        "defaultConfiguration": {"level": LEVELS[Level(level)]},
        "properties": {"tags": [family(name)]},
    }


def _result(host: str, finding: Finding) -> dict[str, Any]:
    level = Level(finding.level)
    place = printable(f"{finding.where} {finding.evidence}".strip())
    print_ = hashlib.sha256("\0".join((host, finding.id, finding.where)).encode(errors="replace"))
    made: dict[str, Any] = {
        "ruleId": finding.id,
        "level": LEVELS[level],
        "kind": "open" if level == Level.NOT_CHECKED else "fail",
        "message": {"text": printable(f"{finding.title}: {place}")},
        "locations": [_location(host, finding.where)],
        "partialFingerprints": {"hostRulePlace/v1": print_.hexdigest()},
        "properties": {"host": printable(host), "level": level.word, "side": finding.side},
    }
    if finding.waiver:
        reason = f"{finding.waiver.owner}, until {finding.waiver.expires}: {finding.waiver.reason}"
        made["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": printable(reason)}
        ]
    return made


def _location(host: str, where: str) -> dict[str, Any]:
    """A file of the host by its path below the host's name, and all else by its name."""
    name = printable(f"{host}/{where.lstrip('/')}" if where else host)
    made: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": name}]}
    match = FILE.match(where)
    if match:
        uri = quote(f"{host}{match.group(1)}", errors="replace")
        made["physicalLocation"] = {"artifactLocation": {"uri": uri}}
        if match.group(2):
            made["physicalLocation"]["region"] = {"startLine": int(match.group(2))}
    return made
