from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from migrator.agent import walk
from migrator.agent.host import Host
from tests.agent.trees import grown

TREE = {
    "etc/a/one": "1",
    "etc/a/two": "2",
    "etc/b": "3",
    "opt/app/three": "4",
    "srv/never": "5",
}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(grown(tmp_path, TREE))


def paths(host: Host, *tops: str) -> list[str]:
    return [path for path, _ in walk.files(host, "test", tops)]


def test_files_come_in_order_and_only_from_the_tops(host: Host) -> None:
    found = paths(host, "/opt", "/etc", "/etc/b", "/no/such")
    assert found == ["/opt/app/three", "/etc/a/one", "/etc/a/two", "/etc/b", "/etc/b"]


def test_links_devices_and_loops_are_left_alone(host: Host) -> None:
    top = Path(host.path)
    (top / "etc/link").symlink_to("/opt")
    (top / "etc/file").symlink_to("b")
    os.mkfifo(top / "etc/pipe")
    assert paths(host, "/etc") == ["/etc/a/one", "/etc/a/two", "/etc/b"]
    assert paths(host, "/etc", "/etc/a") == ["/etc/a/one", "/etc/a/two", "/etc/b"]


def test_a_directory_can_be_skipped(host: Host) -> None:
    found = walk.files(host, "test", ["/etc"], lambda path: path == b"/etc/a")
    assert [path for path, _ in found] == ["/etc/b"]


def test_names_of_any_bytes_are_kept(host: Host) -> None:
    (Path(host.path) / "etc" / os.fsdecode(b"h\xf6st")).touch()
    assert paths(host, "/etc")[-1] == "/etc/h\udcf6st"


def test_a_limit_is_named(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MOST", 3)
    assert paths(host, "/etc", "/opt") == ["/etc/a/one"]
    message = "stopped after 3 paths, at /etc/a/two"
    assert host.failures == [{"subject": "test", "kind": "limited", "message": message}]


def test_only_local_file_systems_are_entered(host: Host) -> None:
    if os.geteuid():
        pytest.fail("this test mounts a file system: run it as root")
    top = Path(host.path)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", top / "srv"], check=True)
    subprocess.run(["mount", "--bind", top / "opt", top / "etc/a"], check=True)
    try:
        (top / "srv/volatile").touch()
        assert paths(host, "/srv") == []
        assert paths(host, "/etc", "/opt") == ["/etc/a/app/three", "/etc/b"]
    finally:
        subprocess.run(["umount", top / "etc/a"], check=True)
        subprocess.run(["umount", top / "srv"], check=True)
