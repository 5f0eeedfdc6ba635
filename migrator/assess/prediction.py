"""How long the bulk copy and the downtime will take, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.assess.sizes import Sizes
from migrator.plan import Plan

MB = 1 << 20
DAY = 86400  # seconds
# Bytes a second of a first snapshot over a network: from an old disk behind a busy link to one that
# 1 Gb/s bounds. What was measured on this host takes their place.
RATES = (15 * MB, 60 * MB, 110 * MB)
WALK = (4_000, 60_000, 250_000)  # files a second whose attributes are read: cold, warm, quick disk
STOP = (1, 5)  # seconds that services take to stop: at least, likely; at most what the plan grants
IMAGE = (2, 10, 60)  # seconds to build the image anew from what is in the store
START = (2, 15, 90)  # seconds until the services in the container answer


@dataclass(frozen=True)
class Estimate:
    """Between ``low`` and ``high`` unless something is wrong; ``likely`` is for planning."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True)
class Step:
    """A part of the downtime."""

    name: str  # stop, walk, delta, image or start
    seconds: Estimate
    reason: str


@dataclass(frozen=True)
class Measured:
    """The copy of a snapshot that was taken of this host."""

    size: int  # bytes that were read
    seconds: float
    taken_at: int  # seconds since 1970


@dataclass(frozen=True)
class Prediction:
    """For a source that is copied while it runs, then stopped, copied again and replaced."""

    bulk: Estimate  # seconds of the first copy, while the source runs
    downtime: Estimate  # seconds from the stop of the source to the answer of the container
    steps: tuple[Step, ...]  # of the downtime, in order
    size: int  # bytes of the first copy
    rate: Estimate  # bytes a second
    rate_source: str  # default, or the measurement
    delta: Estimate  # bytes that change during the first copy and are copied again
    delta_source: str


def of(plan: Plan, sizes: Sizes, measured: Measured | None = None) -> Prediction | None:
    """None where not even the sizes are known."""
    size = sizes.image + sizes.volumes
    if not size:
        return None
    rate, rate_source = _rate(measured)
    bulk = _over(Estimate(size, size, size), rate)
    delta, delta_source = _delta(sizes, bulk)
    steps = _steps(plan, sizes, rate, delta)
    sums = ([getattr(s.seconds, key) for s in steps] for key in ("low", "likely", "high"))
    downtime = Estimate(*(round(sum(seconds), 1) for seconds in sums))
    return Prediction(bulk, downtime, steps, size, rate, rate_source, delta, delta_source)


def _rate(measured: Measured | None) -> tuple[Estimate, str]:
    if measured is None or measured.seconds <= 0 or measured.size < MB:
        return Estimate(*RATES), "default: nothing was measured on this host yet"
    rate = measured.size / measured.seconds
    source = f"snapshot: {measured.size // MB} MB in {measured.seconds:.0f} s"
    return Estimate(rate * 0.7, rate, rate * 1.3), source


def _delta(sizes: Sizes, bulk: Estimate) -> tuple[Estimate, str]:
    """A file that changes is copied as a whole, however little of it changes; so at most what
    changed in a day comes again, and at least its share of the time that the first copy takes."""
    day, mean = sizes.changed_day, sizes.changed_week / 7
    low = min(day, mean) * min(bulk.low / DAY, 1)
    likely = min(day, max(low, (max(low, 1) * max(day, 1)) ** 0.5)) if day else 0
    high = max(day, mean)
    source = f"files changed in a day: {day // MB} MB, in a week: {sizes.changed_week // MB} MB"
    if sizes.source != "usage":
        kept = sizes.image + sizes.volumes
        low, likely, high = 0, kept * 0.01, kept * 0.1
        source = "default: 1% of all, for no changes were counted"
    return Estimate(round(low), round(likely), round(high)), source


def _steps(plan: Plan, sizes: Sizes, rate: Estimate, delta: Estimate) -> tuple[Step, ...]:
    files = sizes.files
    walk = Estimate(files / WALK[2], files / WALK[1], files / WALK[0])
    most = max(plan.stop_timeout, STOP[1])
    steps = (
        Step("stop", Estimate(*STOP, most), f"services stop; at most {most} s, by the plan"),
        Step("walk", walk, f"{files} files are looked at again"),
        Step("delta", _over(delta, rate), f"{int(delta.likely) // MB} MB are copied again"),
        Step("image", Estimate(*IMAGE), "build, and what the target lacks of it"),
        Step("start", Estimate(*START), "until the services in the container answer"),
    )
    return tuple(Step(step.name, _tenths(step.seconds), step.reason) for step in steps)


def _over(size: Estimate, rate: Estimate) -> Estimate:
    """Seconds."""
    return _tenths(Estimate(size.low / rate.high, size.likely / rate.likely, size.high / rate.low))


def _tenths(value: Estimate) -> Estimate:
    return Estimate(round(value.low, 1), round(value.likely, 1), round(value.high, 1))
