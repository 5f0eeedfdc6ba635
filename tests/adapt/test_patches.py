"""What is the host's own in configuration: proposed as patches, applied when approved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator import patches as files
from migrator.adapt import adapt
from migrator.adapt.patches.fit import Refused
from migrator.adapt.patches.make import proposals
from migrator.errors import PlanInvalid
from migrator.facts import Facts
from migrator.facts.literals import OwnLiteral
from migrator.plan import Patch, PathChoice, Plan, Value
from migrator.plan.propose import propose
from migrator.workdir import Workdir
from tests import builders as make
from tests.adapt import changes, text
from tests.trees import Files

PATH = "/etc/shop/app.conf"
NAME = "etc-shop-app.conf.patch"
CONTENT = """\
# shop
listen = 10.0.0.5:8080
backend = 10.0.0.5:9000
other = 10.0.0.55
self = http://old.example.org/
card = 52-54-00-10-00-01"""
FILES = {PATH: CONTENT.encode()}


def literal(kind: str, word: str, line: int) -> OwnLiteral:
    return OwnLiteral(kind, word, f"{PATH}:{line}", "application", CONTENT.splitlines()[line - 1])


FOUND: Facts = make.facts(
    system={"hostname": "old"},
    literals=(
        literal("address", "10.0.0.5", 2),
        literal("address", "10.0.0.5", 3),
        literal("name", "old.example.org", 5),
        literal("mac", "52:54:00:10:00:01", 6),
        replace(literal("address", "10.0.0.5", 2), where="/etc/hosts:1", place="name"),
    ),
)


def plan(**given: object) -> Plan:
    return replace(propose(FOUND, "old"), **given)  # type: ignore[arg-type]


def approved(patch: str, name: str = NAME) -> Plan:
    return make.plan(patches={name: Patch("apply", "", patch)})


def test_what_listens_does_so_everywhere_and_all_else_stays_inside() -> None:
    assert plan().patches == {
        NAME: Patch("skip", "address 10.0.0.5 in line 2; address 10.0.0.5 in line 3")
    }
    (patch,) = proposals(FOUND, plan(), Files(FILES)).values()
    head, _, diff = patch.partition("--- ")
    assert "line 2: address 10.0.0.5 -> 0.0.0.0\nline 3: address 10.0.0.5 -> 127.0.0.1\n" in head
    assert [line for line in diff.splitlines() if line[:1] in "+-"][1:] == [
        "-listen = 10.0.0.5:8080",
        "-backend = 10.0.0.5:9000",
        "+listen = 0.0.0.0:8080",
        "+backend = 127.0.0.1:9000",
    ]


def test_another_host_name_and_a_chosen_card_are_replaced() -> None:
    chosen = plan(
        network=replace(plan().network, hostname="new"),
        literals={"52:54:00:10:00:01": Value("02:00:00:00:00:01")},
    )
    (patch,) = proposals(FOUND, chosen, Files(FILES)).values()
    assert "+self = http://new.example.org/" in patch
    assert "+card = 02:00:00:00:00:01\n\\ No newline at end of file\n" in patch


def test_nothing_is_applied_before_it_is_approved() -> None:
    patch = proposals(FOUND, plan(), Files(FILES))[NAME]
    waiting = make.plan(patches={NAME: Patch("skip", "", patch)})
    assert changes("patches", FILES, waiting) == {}
    (change,) = changes("patches", FILES, approved(patch)).values()
    assert text(change) == CONTENT.replace("listen = 10.0.0.5", "listen = 0.0.0.0").replace(
        "backend = 10.0.0.5", "backend = 127.0.0.1"
    )
    assert (change.mode, change.reason) == (0o600, f"{NAME}, approved in the plan")


def test_a_patch_finds_its_lines_again_and_refuses_when_they_are_gone() -> None:
    patch = proposals(FOUND, plan(), Files(FILES))[NAME]
    moved = {PATH: b"# new first line\n" + FILES[PATH]}
    assert b"listen = 0.0.0.0" in changes("patches", moved, approved(patch))[PATH].content
    other = {PATH: FILES[PATH].replace(b"10.0.0.5:8080", b"10.9.9.9:8080")}
    with pytest.raises(Refused, match=rf"{NAME} no longer applies to {PATH}: the lines from 1 on"):
        adapt(FOUND, approved(patch), Files(other))
    with pytest.raises(Refused, match=f"no longer applies: {PATH} is not there"):
        adapt(FOUND, approved(patch), Files({}))


def test_what_lies_on_a_volume_is_named_and_not_patched() -> None:
    on_volume = make.plan(paths={"/etc/shop": PathChoice("volume")})
    assert proposals(FOUND, on_volume, Files(FILES)) == {}
    patch = proposals(FOUND, plan(), Files(FILES))[NAME]
    with pytest.raises(Refused, match="the plan has /etc/shop as volume"):
        adapt(FOUND, replace(approved(patch), paths=on_volume.paths), Files(FILES))


@pytest.mark.parametrize(
    "patch", ["", "no patch\n", "--- a/etc/x\n+++ b/../../etc/x\n@@ -1 +1 @@\n-a\n+b\n"]
)
def test_what_is_no_patch_is_refused(patch: str) -> None:
    with pytest.raises(Refused, match=r"^mine.patch "):
        adapt(FOUND, approved(patch, "mine.patch"), Files(FILES))


def test_approved_patches_are_a_persons_and_others_are_written_anew(tmp_path: Path) -> None:
    work = Workdir(tmp_path / "work", "old")
    assert files.write({NAME: "What is this host's own in x\n"}, plan(), work) == 1
    path = work.patches / NAME
    assert path.stat().st_mode & 0o777 == 0o600
    own = work.patches / "mine.patch"
    own.write_text("--- a/etc/x\n")
    apply = plan(patches={NAME: Patch("apply")})
    path.write_text("edited")
    assert files.write({NAME: "proposed"}, apply, work) == 0
    assert files.reviewed(apply, work).patches[NAME].text == "edited"
    path.write_text("What is this host's own in x\n")
    assert files.write({}, plan(), work) == 0
    assert sorted(item.name for item in work.patches.iterdir()) == ["mine.patch"]
    with pytest.raises(PlanInvalid, match="does not exist and the plan applies it"):
        files.reviewed(apply, work)
