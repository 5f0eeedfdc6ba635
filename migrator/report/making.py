"""A report while it is made: hosts are written as they come, and what is before them at the end."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TextIO

from migrator.assess import Assessment
from migrator.assess.fleet import Fleet
from migrator.errors import UsageError
from migrator.report.csv import Csv
from migrator.report.format import Format, Request
from migrator.report.html import Html
from migrator.report.junit import Junit
from migrator.report.markdown import Markdown
from migrator.report.sarif import Sarif
from migrator.report.text import Text
from migrator.workdir import explained, replacing

FORMATS: dict[str, type[Format]] = {
    "text": Text,
    "csv": Csv,
    "markdown": Markdown,
    "junit": Junit,
    "sarif": Sarif,
    "html": Html,
}
SUFFIXES = {
    ".txt": "text",
    ".csv": "csv",
    ".md": "markdown",
    ".xml": "junit",
    ".sarif": "sarif",
    ".html": "html",
}


def named(path: Path) -> str:
    """The format that a file's name asks for."""
    if path.suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError(f"{path} does not say the format", f"give --format, or end it in {known}")
    return SUFFIXES[path.suffix]


class Report:
    """To be closed at the end, as by ``contextlib.closing``."""

    def __init__(self, format: str, request: Request) -> None:
        self._format = FORMATS[format](request)
        self._hosts = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115

    def close(self) -> None:
        self._hosts.close()

    def add(self, judged: Assessment) -> None:
        self._keep(self._format.host(judged))

    def failed(self, host: str, error: str) -> None:
        self._keep(self._format.failed(host, error))

    def _keep(self, text: str) -> None:
        try:
            self._hosts.write(text)
        except OSError as error:
            raise explained(error, Path(tempfile.gettempdir())) from error

    def write(self, fleet: Fleet, handle: TextIO) -> None:
        handle.write(self._format.head(fleet))
        self._hosts.seek(0)
        shutil.copyfileobj(self._hosts, handle, 1 << 20)
        handle.write(self._format.tail(fleet))

    def replace(self, fleet: Fleet, path: Path) -> None:
        with replacing(path) as handle:
            self.write(fleet, handle)
