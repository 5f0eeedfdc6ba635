"""What many hosts gave, put together when the last one is done."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from migrator.assess import remediate
from migrator.assess.fleet import Fleet
from migrator.assess.gathering import Gathering
from migrator.cli import reports, show
from migrator.errors import MigratorError
from migrator.report.making import Report
from migrator.stages import Outcome
from migrator.workdir import Workdir, write_json, write_text


class Many:
    """Failures in the order of the hosts, and results as far as they are printed or summed up."""

    def __init__(
        self, options: argparse.Namespace, report: Report | None, messages: Console
    ) -> None:
        self._options = options
        self._messages = messages
        self._report = report
        self._gathering = Gathering()
        self._documents: dict[str, Any] = {}
        self.failures: list[MigratorError] = []

    def add(self, host: str, outcome: Outcome) -> None:
        self._documents[host] = show.document(outcome)
        if outcome.judged:
            self._gathering.add(outcome.judged)
            if self._report:
                self._report.add(outcome.judged)
        if outcome.failure:
            self.failures.append(outcome.failure)

    def failed(self, host: str, error: MigratorError) -> None:
        self._documents[host] = {"failed": True, "message": str(error)}
        self._gathering.failed(host, str(error))
        if self._report:
            self._report.failed(host, str(error))
        self.failures.append(error)

    def finish(self) -> None:
        """Print what is only known now; of an assessment, write the fleet."""
        options = self._options
        document: dict[str, Any] = {"hosts": self._documents}
        if options.stage == "assess":
            fleet = self._gathering.fleet()
            document["fleet"] = fleet.to_json()
            if not options.check:
                self._write(fleet)
            if self._report:
                reports.finish(options, self._report, fleet, self._messages)
            elif not options.json:
                show.fleet(fleet)
        if options.json:
            show.print_json(document)

    def _write(self, fleet: Fleet) -> None:
        work = self._options.work
        write_json(work / "fleet.json", fleet.to_json(), indent=None)
        path = work / "remediate.yml"
        paths = {host: Workdir(work, host).remediation for host in self._documents}
        plays = [
            {
                "name": f"Mend findings of {host}",
                "ansible.builtin.import_playbook": str(own.relative_to(work)),
            }
            for host, own in paths.items()
            if own.exists()
        ]
        if plays:
            write_text(path, remediate.text(plays, f"{len(plays)} hosts", str(path)))
        else:
            path.unlink(missing_ok=True)
