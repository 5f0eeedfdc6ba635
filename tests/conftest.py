"""Settings of all tests."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

# How long one example takes says more about the machine's other work than about ours.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

SHARED = ("test_bad_input.py", "test_migration.py", "test_tutorial.py")  # by the fixture `site`
SHARING = tuple(f"tests/e2e/{name}" for name in SHARED)


class ByHosts(LoadFileScheduling):
    """One worker runs all of a file, and all that share hosts, since hosts have names."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return SHARING[0] if file in SHARING else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByHosts:
    return ByHosts(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones begin first, so that no worker is left alone with them."""
    items.sort(key=lambda item: item.get_closest_marker("lab") is None)
