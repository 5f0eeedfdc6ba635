"""A migrated host under systemd: ten restarts."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import lab
from tests.e2e.living import Place, built, wait_for

pytestmark = pytest.mark.lab
HOST, TARGET = "again", "again-13"
STOPS_WITHIN = 15  # seconds: less than any time limit after which an engine kills


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with built(tmp_path_factory.mktemp("again"), HOST, {TARGET: "target-debian13"}) as made:
        made.plan(engine="quadlet")
        yield made


def ssh(command: str) -> str:
    return lab("ssh", TARGET, command)


def test_ten_restarts_under_systemd_come_up_and_stop_cleanly(place: Place) -> None:
    """Each stop is a clean end: neither the engine's time limit nor a signal ends it."""
    place.migrator("launch", HOST, "--target", TARGET)
    for _ in range(10):
        begun = time.monotonic()
        ssh(f"systemctl stop {HOST}")
        assert time.monotonic() - begun < STOPS_WITHIN
        shown = ssh(f"systemctl show --property=Result,ExecMainStatus {HOST}")
        assert "Result=success" in shown and "ExecMainStatus=0" in shown, shown
        ssh(f"systemctl start {HOST}")
        wait_for(lambda: ssh(f"podman exec {HOST} systemctl is-system-running; true"), "running")
