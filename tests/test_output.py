"""What every verb has alike: examples, and switches for how much is said and where."""

from __future__ import annotations

import io
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from migrator.cli import main
from migrator.cli.output import leaves
from migrator.cli.parser import parser
from migrator.report.progress import shown
from tests import hosts

LEAVES = list(leaves(parser()))
# What they print is a file's or a command's own.
PLAIN = {"init", "completion", "logs", "exec", "shell", "secrets"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory: a host with facts, and one without."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work/el7").mkdir(parents=True)
    (tmp_path / "work/el7/facts.json").write_text(json.dumps(hosts.document("el7", tmp_path)))
    secret = {"ansible_password": "do-not-tell", "ansible_become_password": "nor-this"}
    groups = {"sources": {"hosts": {"el7": secret, "gone": secret}}}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(groups))
    return tmp_path


def migrator(*words: str) -> int:
    return main([*words, "-i", "hosts.yml"])


@pytest.mark.parametrize("verb", LEAVES, ids=lambda verb: str(verb.prog))
def test_every_help_has_examples_that_can_be_typed(verb: Any) -> None:
    help_text = verb.format_help()
    typed = re.findall(r"(?m)^  (migrator \S.*?)(?:  +\S.*)?$", help_text.partition("examples:")[2])
    assert typed, help_text
    own = [line for line in typed if line.startswith(verb.prog)]
    assert own, f"none is of {verb.prog}"
    for line in own:
        words = re.sub(r" [>|].*", "", line).split()[1:]
        assert parser().parse_args(words).stage == words[0]


@pytest.mark.parametrize("verb", LEAVES, ids=lambda verb: str(verb.prog))
def test_every_verb_has_the_same_switches(verb: Any) -> None:
    there = set(verb._option_string_actions)
    assert {"-q", "--quiet", "-v", "--verbose", "--log-file"} <= there
    assert "--json" in there or verb.prog.split()[-1] in PLAIN


def test_quiet_leaves_results_and_errors(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrator("assess", "el7", "-q") == 0
    shown = capsys.readouterr()
    assert "el7" in shown.out and shown.err == ""
    assert migrator("assess", "gone", "-q") == 2
    assert capsys.readouterr().err.startswith("migrator: work/gone/facts.json does not exist")


def test_verbose_says_what_is_done_where(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert migrator("assess", "el7", "--json", "-v") == 0
    shown = capsys.readouterr()
    json.loads(shown.out)
    assert re.search(r"(?m)^el7: assess ended after [\d.]+ s, changed$", shown.err)
    assert shown.err.count("next: ") == 1


def test_the_log_file_has_all_of_it_and_no_secret(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for host in ("el7", "gone"):
        migrator("assess", host, "-q", "--log-file", "log")
    log = (place / "log").read_text()
    for words in ("INFO migrator ", "INFO el7: assess begins", "INFO next: ", "ERROR work/gone/"):
        assert re.search(rf"(?m)^\d{{4}}-\d\d-\d\dT[\d:.]+ {words}", log), (words, log)
    assert log.count(": assess el7") == 1
    assert stat.S_IMODE((place / "log").stat().st_mode) == 0o600
    migrator("discover", "gone", "--log-file", "log")
    assert "do-not-tell" not in (place / "log").read_text() + capsys.readouterr().err


def test_a_log_file_that_cannot_be_written_is_said_first(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrator("assess", "el7", "--log-file", "none/log") == 2
    assert "none/log cannot be written" in capsys.readouterr().err
    assert not (place / "work/el7/assessment.json").exists()


@pytest.mark.parametrize("width", [8, 20, 200])
def test_a_bar_stays_on_one_line(width: int) -> None:
    """A bar that wraps would leave a line behind each time that it is drawn."""
    written = io.StringIO()
    with shown(Console(file=written, force_terminal=True, width=width)) as progress:
        progress.update(50_000_000, 100_000_000, "a long label that does not fit at all")
    drawn = re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", written.getvalue())
    assert all(len(line) <= width for line in re.split(r"[\r\n]", drawn))
    assert "\x1b[1A" not in written.getvalue().replace("\x1b[1A\x1b[2K", "", 1)


def test_a_pipe_gets_lines_without_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.report.progress.PLAIN_INTERVAL", 1e-6)
    written = io.StringIO()
    with shown(Console(file=written)) as progress:
        progress.update(50_000_000, 100_000_000, "web01")
    assert re.fullmatch(r"web01: 50% of 100 MB, .*\n", written.getvalue())


def test_colours_can_be_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    migrator("assess", "el7")
    assert "\x1b[3" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    migrator("assess", "el7")
    assert not re.search(r"\x1b\[[\d;]*3[0-7]", capsys.readouterr().out)
