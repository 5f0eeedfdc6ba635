"""What is left out, why, and who decides."""

from __future__ import annotations

import pytest

from migrator.entries import Entry
from migrator.errors import PlanInvalid
from migrator.exclusions import Exclusions
from migrator.plan import PathChoice
from tests import builders as make

PLAN = make.plan(
    paths={
        "/opt": PathChoice("exclude", "old software"),
        "/opt/shop": PathChoice("image"),
        "/boot/keys": PathChoice("image"),
        "/etc/motd": PathChoice("exclude"),
    }
)

OUT = [
    "/proc/1/stat",
    "/boot/vmlinuz",
    "/usr/lib/modules/5/a.ko",
    "/vmlinuz",
    "/swapfile",
    "/lost+found",
    "/var/cache/apt/archives/a_1.deb",
    "/opt/old/bin",
    "/opt/note",
    "/etc/motd",
]
IN = [
    "/etc/passwd",
    "/home/a/vmlinuz",
    "/srv/boot/x",
    "/var/cache/apt/archives/lock",
    "/runner",
    "/opt/shop/bin",
    "/boot/keys/luks",
    "/srv/lost+found",
]


def entry(path: str, kind: str = "f", package: str = "") -> Entry:
    name = path.lstrip("/").encode()
    return Entry(name, kind, 0o644, 0, 0, 1, 0, 0, 1, 2, 1, 0, 0, b"", (), None, package)


def left_out(path: str, kind: str = "f", package: str = "") -> bool:
    exclusions = Exclusions(make.facts(storage={"swaps": (make.swap("/swapfile"),)}), PLAN)
    rule = exclusions.rule(entry(path, kind, package))
    assert rule is None or rule.reason
    return rule is not None


@pytest.mark.parametrize("path", OUT)
def test_left_out(path: str) -> None:
    assert left_out(path)


@pytest.mark.parametrize("path", IN)
def test_kept(path: str) -> None:
    assert not left_out(path)


@pytest.mark.parametrize("path", ["/proc", "/boot", "/tmp", "/opt"])
def test_a_directory_itself_stays(path: str) -> None:
    assert not left_out(path, kind="d")


def test_files_of_the_kernel_may_go_and_others_may_not() -> None:
    assert left_out("/boot/config", package="linux-image-6.1.0-20-amd64")
    with pytest.raises(PlanInvalid, match="/opt/old/tool of package tool"):
        left_out("/opt/old/tool", package="tool")
