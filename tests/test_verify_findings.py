"""Findings that must be gone in the container: gone, kept for a reason, or still there."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.facts import Failure
from migrator.facts.storage import FstabLine
from migrator.plan import Service, Waiver
from tests import builders as make
from tests.test_verify import of, two

DEVICE = FstabLine("/etc/fstab:2", "UUID=1-2", "/", "ext4", "defaults", "UUID=1-2 / ext4")
WITH_DEVICE = {"storage": {"fstab": (DEVICE,)}}
LOST = {"failures": (Failure("storage.fstab", "denied", "only root may read it"),)}
WAIVED = {"STO-01": Waiver("it is ignored", "ops", "2027-01-15")}  # the day of the launch
KEPT = {"/etc/fstab:2": Service("keep", "they want it so")}


@pytest.mark.parametrize(
    ("left", "right", "plan", "results"),
    [
        (WITH_DEVICE, {}, {}, ["same"]),
        (WITH_DEVICE, WITH_DEVICE, {}, ["different"]),
        (WITH_DEVICE, WITH_DEVICE, {"waivers": WAIVED}, ["explained"]),
        (WITH_DEVICE, WITH_DEVICE, {"services": KEPT}, ["explained"]),
        (
            WITH_DEVICE,
            WITH_DEVICE,
            {"waivers": {"STO-01": Waiver("", "ops", "2027-01-14")}},
            ["different"],
        ),
        ({}, WITH_DEVICE, {}, ["different"]),
        (WITH_DEVICE, LOST, {}, ["different"]),
        (LOST, {}, {}, []),
        ({}, {}, {}, []),
    ],
)
def test_a_finding_is_gone_or_still_there(
    left: dict[str, Any], right: dict[str, Any], plan: dict[str, Any], results: list[str]
) -> None:
    assert of(two(left, right, make.plan(**plan)), "finding") == results


def test_a_finding_says_what_became_of_it() -> None:
    (point,) = [p for p in two(WITH_DEVICE, {}).points if p.subject == "finding"]
    assert (point.name, point.source) == ("STO-01 /etc/fstab:2", "UUID=1-2 / ext4")
    assert point.why == "it is solved: fstab mounts devices"
    (lost,) = [p for p in two(WITH_DEVICE, LOST).points if p.subject == "finding"]
    assert lost.container == "not checked: only root may read it"
    waived = two(WITH_DEVICE, WITH_DEVICE, make.plan(waivers=WAIVED))
    (kept,) = [p for p in waived.points if p.subject == "finding"]
    assert kept.why == "waived by ops until 2027-01-15: it is ignored"
