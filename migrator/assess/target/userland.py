"""Whether the target's kernel and processor run the programs of the host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrator.assess.finding import Finding, Level
from migrator.assess.kernel.userland import INTEL_32, MARKS, baseline, vsyscall
from migrator.assess.placement import Placement
from migrator.assess.rules import Evidence, placed
from migrator.assess.target.wishes import modules
from migrator.assess.tasks import load_module


def _load(finding: Finding) -> dict[str, Any] | None:
    plain = finding.level == Level.WARNING and re.fullmatch(r"[\w-]+", finding.where)
    return load_module(finding.where) if plain else None


@placed(
    "TGT-09",
    Level.RISK,
    "A kernel module that the host uses is not loaded on the target",
    "A container cannot load modules: what needs one fails.",
    "Load it on the target and see that it is loaded at boot; where the target's kernel has none,"
    " install it, or do without what needs it.",
    task=_load,
)
def missing(pair: Placement) -> Iterator[Evidence]:
    states = pair.target.modules
    for name, who in modules(pair.found).items():
        if states.get(name) == "available":
            yield name, f"{who}: the target has it, but not loaded", Level.WARNING
        elif states.get(name) == "absent":
            yield name, f"{who}: the target's kernel has no such module"


@placed(
    "TGT-10",
    Level.BLOCKER,
    "The target's kernel has no vsyscall page",
    "The host's C library asks for the time there: every program ends with a segmentation fault.",
    "Boot the target with vsyscall=emulate or vsyscall=xonly, or take another one.",
)
def page(pair: Placement) -> Iterator[Evidence]:
    if pair.target.system.vsyscall == "none":
        for _, libc, *_ in vsyscall(pair.found):
            yield "vsyscall", f"{libc} needs it, {pair.target.system.kernel} has none"


@placed(
    "TGT-11",
    Level.BLOCKER,
    "The target's processor cannot run the host's programs",
    "A container runs the programs of the host as they are.",
    "Take a target whose processor is of the same kind; give a virtual one the CPU model of its"
    " host.",
)
def processor(pair: Placement) -> Iterator[Evidence]:
    host, target = pair.found.system, pair.target.system
    if not (host.architecture and target.architecture):
        return
    narrower = host.architecture in INTEL_32 and target.architecture in ("x86_64", *INTEL_32)
    if host.architecture != target.architecture and not narrower:
        yield "architecture", f"{host.architecture} programs, {target.architecture} target"
        return
    for _, needs, *_ in baseline(pair.found) if target.cpu_flags else ():
        flag = next(MARKS[name] for name in MARKS if name in needs)
        if flag not in target.cpu_flags:
            yield "cpu", f"{needs}; the target's CPU has no {flag}"
