"""A source is read as gently as it was asked for."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from migrator import limits
from migrator.address import Address
from migrator.agent.limits import be_gentle
from migrator.carrier import Carrier
from migrator.contents import Content, contents
from migrator.entries import Entry, read_tree
from migrator.errors import UsageError
from migrator.limits import Limits
from migrator.report.progress import _said
from migrator.transport import connect

SIZE = 3 << 20


@pytest.mark.parametrize(
    ("text", "bytes_a_second"), [("0", 0), ("500", 500), ("10k", 10240), ("2M", 2 << 20)]
)
def test_rates(text: str, bytes_a_second: int) -> None:
    assert limits.rate(text) == bytes_a_second


@pytest.mark.parametrize(
    "given", [{"bandwith": 1}, {"bandwidth": "fast"}, {"nice": -5}, {"nice": "x"}, [], "10M"]
)
def test_wrong_limits_are_refused(given: Any) -> None:
    with pytest.raises(UsageError):
        limits.read(given)


def test_limits_of_an_inventory() -> None:
    assert limits.read({"bandwidth": "1M", "idle_io": "yes"}) == Limits(1 << 20, 0, True)
    assert limits.read({}).params == {}


def test_contents_come_no_faster_than_allowed(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(os.urandom(SIZE))
    with connect(Address("here", "local")) as connection:
        bounded = Carrier(connection, limits=Limits(bandwidth=2 << 20))
        with bounded.stream("agent", "tree", {"root": str(tmp_path)}) as channel:
            found = [entry for entry in read_tree(channel.stdout) if isinstance(entry, Entry)]
        begun = time.monotonic()
        for answer in contents(bounded, str(tmp_path), [(entry, b"") for entry in found[1:]]):
            assert isinstance(answer, Content)
            assert sum(map(len, answer.pieces)) == SIZE
    assert time.monotonic() - begun > SIZE / (2 << 20) - 0.5


def test_the_agent_lets_others_go_first() -> None:
    """In a child: nobody gets a priority back."""
    child = os.fork()
    if not child:
        before = os.nice(0)
        be_gentle({"nice": 3, "idle_io": True})
        shown = subprocess.run(["ionice", "-p", str(os.getpid())], capture_output=True).stdout
        os._exit(0 if os.nice(0) == before + 3 and shown == b"idle\n" else 1)
    assert os.waitpid(child, 0) == (child, 0)


def test_progress_says_how_fast_and_how_long() -> None:
    assert _said(50_000_000, 200_000_000, 10e6) == "25% of 200 MB, 10.0 MB/s, 0:00:15 left"
    assert _said(12_345, 0, 1000) == "12,345 paths, 1,000/s"
