"""The agent against the golden hosts of tests/hosts, subject by subject."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrator import facts
from tests import hosts


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return {name: hosts.document(name, tmp_path_factory.mktemp("host")) for name in hosts.HOSTS}


@pytest.mark.parametrize("name", hosts.HOSTS)
def test_the_document_of_a_golden_host_loads(name: str, said: dict[str, dict[str, Any]]) -> None:
    found = facts.load(said[name])
    assert not [failure for failure in found.failures if failure.kind == "failed"]


@pytest.mark.parametrize(("name", "subject"), hosts.CASES)
def test_a_golden_host_is_read_as_expected(
    name: str, subject: str, said: dict[str, dict[str, Any]]
) -> None:
    expected = json.loads((hosts.HERE / name / "expected" / f"{subject}.json").read_text())
    assert said[name][subject] == expected
