"""For pipelines: a test case for each rule and host, in JUnit's XML."""

from __future__ import annotations

from collections import defaultdict
from xml.sax.saxutils import escape, quoteattr

from migrator.assess import Assessment, Finding, Level
from migrator.assess.fleet import Fleet
from migrator.report.format import Format
from migrator.report.words import family, printable

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="migrator {}">\n'
TAIL = "</testsuites>\n"


class Junit(Format):
    """A case fails when a finding has the level that fails a run, or above, and is not waived. One
    that could not be checked is skipped, so is one that is waived."""

    def head(self, fleet: Fleet) -> str:
        return HEAD.format("assess")

    def host(self, judged: Assessment) -> str:
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in judged.findings:
            found[finding.id].append(finding)
        titles = {name: rule.title for name, rule in self.request.rules.items()}
        titles |= {name: findings[0].title for name, findings in found.items()}
        cases = [
            _case(judged.host, name, titles[name], self._result(found[name]))
            for name in sorted(titles)
        ]
        return suite(judged.host, cases)

    def failed(self, host: str, error: str) -> str:
        return suite(host, [_case(host, "assess", error, f"<error message={attribute(error)}/>")])

    def tail(self, fleet: Fleet) -> str:
        return TAIL

    def _result(self, findings: list[Finding]) -> str:
        """What the case holds; "" for one that passed."""
        wrong = [f for f in findings if f.level >= self.request.fail_on and not f.waiver]
        if wrong:
            words = Level(max(f.level for f in wrong)).word
            lines = [*map(_line, wrong), "", wrong[0].why, f"To do: {wrong[0].todo}"]
            text = escape("\n".join(map(printable, lines)))
            what = attribute(wrong[0].title)
            return f'<failure type="{words}" message={what}>{text}</failure>'
        for finding in findings:
            if finding.level == Level.NOT_CHECKED:
                return f"<skipped message={attribute(f'not checked: {finding.evidence}')}/>"
            if finding.waiver:
                waived = f"waived by {finding.waiver.owner}: {finding.waiver.reason}"
                return f"<skipped message={attribute(waived)}/>"
        below = "\n".join(printable(_line(finding)) for finding in findings)
        return f"<system-out>{escape(below)}</system-out>" if below else ""


def _case(host: str, name: str, title: str, result: str) -> str:
    group = attribute(f"{host}.{family(name)}")
    return f"<testcase classname={group} name={attribute(f'{name} {title}')}>{result}</testcase>\n"


def suite(host: str, cases: list[str]) -> str:
    counts = " ".join(
        f'{attribute}="{sum(f"<{element}" in case for case in cases)}"'
        for attribute, element in (("failures", "failure "), ("errors", "error "))
    )
    skipped = sum("<skipped " in case for case in cases)
    opening = f'<testsuite name={attribute(host)} tests="{len(cases)}" {counts}'
    return f'{opening} skipped="{skipped}">\n{"".join(cases)}</testsuite>\n'


def _line(finding: Finding) -> str:
    return f"{Level(finding.level).word} {finding.where}: {finding.evidence}"


def attribute(text: str) -> str:
    return quoteattr(printable(text))
