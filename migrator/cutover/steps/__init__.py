"""The steps of a cutover in their order."""

from __future__ import annotations

from migrator.cutover.steps.announce import Announce
from migrator.cutover.steps.delta import Delta
from migrator.cutover.steps.gate import Gate
from migrator.cutover.steps.hold import Hold
from migrator.cutover.steps.mark import Mark
from migrator.cutover.steps.preflight import Preflight
from migrator.cutover.steps.quiesce import Quiesce
from migrator.cutover.steps.ready import Ready
from migrator.cutover.steps.release import Release
from migrator.cutover.steps.start import Start
from migrator.cutover.steps.step import Step
from migrator.cutover.steps.stop import Stop
from migrator.cutover.steps.traffic import Traffic
from migrator.cutover.steps.warm import Warm

__all__ = ["STEPS", "Step"]

STEPS: tuple[Step, ...] = (
    Preflight(),
    Warm(),
    Announce(),
    Ready(),
    Hold(),
    Quiesce(),
    Stop(),
    Delta(),
    Start(),
    Gate(),
    Release(),
    Traffic(),
    Mark(),
)
