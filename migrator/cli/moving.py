"""Options of sync, cutover and rollback."""

from __future__ import annotations

import argparse

from migrator.errors import UsageError
from migrator.stages.context import Move

# The steps of a cutover as the help names them; the cutover itself refuses others.
STEPS = (
    "preflight, warm, announce, ready, hold, quiesce, stop, delta, start, gate, release, traffic,"
    " mark"
)


def add(verb: argparse.ArgumentParser, name: str) -> None:
    if name == "sync":
        most = "make passes until a cutover would be down for at most so many seconds"
        verb.add_argument("--max-downtime", type=int, metavar="SECONDS", default=0, help=most)
    if name == "cutover":
        until = f"stop after this step: {STEPS}"
        verb.add_argument("--until", metavar="STEP", default="", help=until)
        verb.add_argument("--resume", action="store_true", help="go on where it stopped")
        verb.add_argument("--dry-run", action="store_true", dest="check", help="as --check")
        hour = "begin then, as 2026-03-01T02:00; what can be done before is done now"
        most = "of several hosts, begin no other when more than N failed; default: 0"
        verb.add_argument("--max-failures", type=int, metavar="N", default=0, help=most)
        verb.add_argument("--at", metavar="TIME", default="", help=hour)
    if name == "rollback":
        gone = "the target is gone for good: take back only what is elsewhere"
        verb.add_argument("--without-target", action="store_true", help=gone)


def refuse_after_failures(options: argparse.Namespace, failed: int) -> None:
    """What went wrong for some hosts may go wrong for all."""
    if failed > getattr(options, "max_failures", failed):
        raise UsageError(
            f"not begun, since {failed} hosts failed before it",
            "mend what failed, or allow more with --max-failures",
        )


def read(options: argparse.Namespace) -> Move:
    return Move(
        until=getattr(options, "until", ""),
        resume=getattr(options, "resume", False),
        at=getattr(options, "at", ""),
        max_downtime=getattr(options, "max_downtime", 0),
        without_target=getattr(options, "without_target", False),
    )
