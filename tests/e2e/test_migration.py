"""One legacy host becomes a rich container on a separate target, and all of it is proven."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab import acceptance
from tests.e2e import breaking
from tests.e2e.breaking import Reports
from tests.e2e.conftest import Site

pytestmark = pytest.mark.lab
STAGES = ("discover", "assess", "plan", "snapshot", "build", "launch", "verify")


@pytest.fixture(scope="module")
def reports(site: Site) -> Iterator[Reports]:
    with breaking.reporting(acceptance.Host(site.addresses["box"])) as served:
        yield served


@pytest.fixture(scope="module")
def pair(site: Site, reports: Reports) -> acceptance.Pair:
    hosts = (acceptance.Host(site.addresses[name]) for name in ("box", "dock"))
    source, target = hosts
    acceptance.record(source)
    return acceptance.Pair(source, target, "box")


@pytest.fixture(scope="module")
def migrated(site: Site, pair: acceptance.Pair) -> acceptance.Pair:
    rehearsal = replace(site, work=site.work.with_name("rehearsal"))
    rehearsed = rehearsal.playbook("--check")
    assert rehearsed.returncode == 0, rehearsed.stdout
    assert not rehearsal.work.exists(), "--check wrote a file"
    done = site.playbook()
    assert done.returncode == 0, done.stdout
    return pair


@pytest.mark.parametrize("name", acceptance.CHECKS)
def test_container_does_what_the_host_did(migrated: acceptance.Pair, name: str) -> None:
    acceptance.CHECKS[name](migrated)


def test_verify_found_every_difference_explained(site: Site, migrated: acceptance.Pair) -> None:
    verdict = json.loads((site.work / "box" / "verify.json").read_text())
    unexplained = [point for point in verdict["points"] if point["result"] == "different"]
    assert unexplained == []
    subjects = {point["subject"] for point in verdict["points"]}
    assert {"unit", "listener", "user", "job", "http", "log", "file"} <= subjects
    asked = {"peer", "agent", "login", "tasks", "environment", "unit limit", "next run"}
    assert asked <= subjects


def test_second_run_changes_nothing(site: Site, migrated: acceptance.Pair) -> None:
    started = migrated.target.run("systemctl", "show", "-P", "ActiveEnterTimestamp", "box")
    done = site.playbook()
    assert done.returncode == 0, done.stdout
    assert re.search(r"\bchanged=0\b", done.stdout), done.stdout
    again = migrated.target.run("systemctl", "show", "-P", "ActiveEnterTimestamp", "box")
    assert again == started


def test_stages_run_alone_and_keep_their_results(site: Site, migrated: acceptance.Pair) -> None:
    for stage in STAGES:
        done = site.migrator(stage, "box", "--json")
        assert done.returncode == 0, f"{stage}: {done.stderr}"
        assert json.loads(done.stdout)["changed"] is False, done.stdout
    tagged = site.playbook("--tags", "assess", "--limit", "box")
    assert tagged.returncode == 0
    assert "TASK [assess : Judge whether it can move]" in tagged.stdout
    assert "TASK [launch : Start the rich container]" not in tagged.stdout


def test_everything_that_is_broken_is_found(
    site: Site, migrated: acceptance.Pair, reports: Reports
) -> None:
    """A verify that cannot fail proves nothing."""
    reports.end()
    for command in breaking.BREAKS:
        migrated.inside("sh", "-c", command)
    done = site.migrator("verify", "box")
    migrated.target.run("systemctl", "restart", "box")  # of the image, without what was broken
    assert done.returncode == 11, done.stdout
    verdict = json.loads((site.work / "box" / "verify.json").read_text())
    different = {
        f"{point['subject']} {point['name']}"
        for point in verdict["points"]
        if point["result"] == "different"
    }
    wanted = {name for names in breaking.BREAKS.values() for name in names} | set(reports.points)
    assert sorted(wanted - different) == []


def test_nothing_is_left_on_the_source(migrated: acceptance.Pair) -> None:
    left = migrated.source.run("find", "/tmp", "/var/tmp", "/root", "/home", "-name", "*migrator*")
    assert left == ""


def test_work_files_are_private(site: Site, migrated: acceptance.Pair) -> None:
    open_to_others = [path for path in Path(site.work).rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []
