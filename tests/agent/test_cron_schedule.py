"""When jobs run: cases, and against a clock that is watched minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.agent.cron import zone
from migrator.agent.cron.schedule import WORDS, parsed, upcoming
from tests.agent.crons import zone_file

NAMES = [
    *("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Asia/Tokyo"),
    *("Asia/Kolkata", "America/Santiago", "Europe/Dublin", "Africa/Casablanca", "Etc/UTC"),
]
MINUTE = 60


ZONES = {name: zone.read(zone_file(name)) for name in NAMES}
BERLIN = ZONES["Europe/Berlin"]
moments = st.integers(1_500_000_000, 4_000_000_000)


def runs(text: str, after: str, name: str = "Europe/Berlin", count: int = 3) -> list[str]:
    begin = int(datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(name)).timestamp())
    schedule, here = parsed(text), ZONES[name]
    assert schedule and here
    return [here.written(moment) for moment in upcoming(schedule, begin, here, count)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("30 6 * * *", ["2026-01-16T06:30:00+01:00", "2026-01-17T06:30:00+01:00"]),
        ("*/25 13 * * *", ["2026-01-15T13:00:00+01:00", "2026-01-15T13:25:00+01:00"]),
        ("0 0 29 2 *", ["2028-02-29T00:00:00+01:00", "2032-02-29T00:00:00+01:00"]),
        ("0 0 29 feb */7", ["2032-02-29T00:00:00+01:00", "2060-02-29T00:00:00+01:00"]),
        ("0 12 13 * FRI", ["2026-01-16T12:00:00+01:00", "2026-01-23T12:00:00+01:00"]),
        ("0 12 */2 * fri", ["2026-01-23T12:00:00+01:00", "2026-02-13T12:00:00+01:00"]),
        ("0 12 1-31 * 5", ["2026-01-16T12:00:00+01:00", "2026-01-17T12:00:00+01:00"]),
        ("0 0 * Mar-Apr sun,7", ["2026-03-01T00:00:00+01:00", "2026-03-08T00:00:00+01:00"]),
        ("5-10/3 0 1 1 *", ["2027-01-01T00:05:00+01:00", "2027-01-01T00:08:00+01:00"]),
        ("@weekly", ["2026-01-18T00:00:00+01:00", "2026-01-25T00:00:00+01:00"]),
        ("@hourly", ["2026-01-15T13:00:00+01:00", "2026-01-15T14:00:00+01:00"]),
        ("0 0 31 2 *", []),
        ("30-20 * * * *", []),
        ("@reboot", []),
        ("0~30 2 * * *", []),
    ],
)
def test_next(text: str, first: list[str]) -> None:
    assert runs(text, "2026-01-15T12:00:30", count=2) == first


def test_a_clock_put_forward() -> None:
    """2026-03-29 in Berlin: 01:59 is followed by 03:00."""
    assert runs("30 2 * * *", "2026-03-29T01:00", count=2) == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]
    assert runs("*/30 2 * * *", "2026-03-29T01:00", count=1) == ["2026-03-30T02:00:00+02:00"]
    assert runs("*/30 * * * *", "2026-03-29T01:00", count=2) == [
        "2026-03-29T01:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
    ]


def test_a_clock_put_back() -> None:
    """2026-10-25 in Berlin: 02:59 is followed by 02:00."""
    assert runs("30 2 * * *", "2026-10-25T01:00", count=2) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]
    assert runs("@hourly", "2026-10-25T01:30") == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_a_day_that_was_left_out_is_no_summer_time() -> None:
    """Samoa had no 2011-12-30: cron takes that as a clock that was set."""
    apia = zone.read(zone_file("Pacific/Apia"))
    schedule = parsed("0 12 30 12 *")
    assert apia and schedule
    begin = int(datetime(2011, 12, 29, tzinfo=UTC).timestamp())
    assert apia.written(upcoming(schedule, begin, apia, 1)[0]).startswith("2012-12-30T12:00:00")


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"),
        *("5/10 * * * *", "*/0 * * * *", "a * * * *", "* * * foo *", "1- * * * *", "-1 * * * *"),
        *("*-5 * * * *", "1,,2 * * * *", ", * * * *", "@never", "1~2~3 * * * *"),
    ],
)
def test_what_cron_refuses(text: str) -> None:
    assert parsed(text) is None


field_texts = [
    st.lists(
        st.one_of(
            st.just("*"),
            st.integers(2, 20).map(lambda step: f"*/{step}"),
            st.integers(low, high).map(str),
            st.tuples(st.integers(low, high), st.integers(low, high)).map(
                lambda two: f"{min(two)}-{max(two)}"
            ),
        ),
        min_size=1,
        max_size=3,
    ).map(",".join)
    for low, high in ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
]


@settings(max_examples=40)
@given(st.tuples(*field_texts).map(" ".join), moments, st.sampled_from(NAMES))
def test_against_a_watched_clock(text: str, after: int, name: str) -> None:
    _agree(text, after, name)


changes = st.sampled_from([t for x in ZONES.values() if x for t in x.times if t > 1_500_000_000])
narrow = st.tuples(
    st.one_of(st.integers(0, 59).map(str), st.just("*/20")), st.sampled_from(["1,2", "0-3", "*"])
)


@settings(max_examples=60)
@given(narrow, changes, st.integers(-300, 300), st.sampled_from(NAMES))
def test_against_a_watched_clock_near_its_changes(
    fields: tuple[str, str], change: int, minutes: int, name: str
) -> None:
    _agree(f"{fields[0]} {fields[1]} * * *", change + minutes * MINUTE, name)


def _agree(text: str, after: int, name: str) -> None:
    schedule, here = parsed(text), ZONES[name]
    assert schedule and here
    end = after + 86400
    found = upcoming(schedule, after, here, 1500)
    assert [moment for moment in found if moment <= end] == _watched(text, after, end, name)


def _watched(text: str, after: int, end: int, name: str) -> list[int]:
    """What cron does at each minute: it follows the clock, runs jobs of a fixed time for each
    minute that the clock jumped over, and none again while the clock shows a second time."""
    here = ZoneInfo(name)
    fixed = not any(field.startswith("*") for field in text.split()[:2])
    moment = after - after % MINUTE - 3 * 3600
    shown = _clock(moment, here)
    found = []
    while moment + MINUTE <= end:
        moment += MINUTE
        now = _clock(moment, here)
        reached = [now]
        if fixed:
            steps = max(0, int((now - shown).total_seconds()) // MINUTE)
            reached = [shown + timedelta(minutes=n + 1) for n in range(steps)]
        shown = max(shown, now)
        if moment > after and any(_matches(text, clock) for clock in reached):
            found.append(moment)
    return found


def _clock(moment: int, here: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(moment, here).replace(tzinfo=None)


def _matches(text: str, clock: datetime) -> bool:
    words = text.split()
    values = (clock.minute, clock.hour, clock.day, clock.month, clock.isoweekday() % 7)
    limits = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    fits = [
        any(_within(part, value, *limit) for part in word.split(","))
        for word, value, limit in zip(words, values, limits, strict=True)
    ]
    fits[4] |= values[4] == 0 and any(_within(part, 7, 0, 7) for part in words[4].split(","))
    days = all if words[2][0] == "*" or words[4][0] == "*" else any
    return fits[0] and fits[1] and fits[3] and days((fits[2], fits[4]))


def _within(part: str, value: int, low: int, high: int) -> bool:
    span, _, step = part.partition("/")
    first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
    return value in range(int(first), int(last or first) + 1, int(step or 1))


@settings(max_examples=300)
@given(moments, st.sampled_from(NAMES))
def test_a_zone_shows_what_the_library_shows(moment: int, name: str) -> None:
    here = ZONES[name]
    assert here
    offset = datetime.fromtimestamp(moment, ZoneInfo(name)).utcoffset()
    assert offset is not None and here.offset(moment) == offset.total_seconds()
    assert moment in here.moments(moment + here.offset(moment))


@given(st.binary(max_size=200), st.sampled_from(NAMES), st.integers(0, 3000))
def test_a_broken_zone_is_no_zone(noise: bytes, name: str, place: int) -> None:
    data = zone_file(name)
    for broken in (noise, data[:place], data[:place] + noise + data[place + len(noise) :]):
        found = zone.read(broken)
        schedule = parsed("*/7 * * * *" if len(noise) % 2 else "30 2 * * *")
        assert schedule
        if found:
            assert len(upcoming(schedule, 1_790_000_000, found, 3)) <= 3


@given(st.text("*0123456789-,/~@abc ", max_size=24))
def test_any_text_is_a_schedule_or_none(text: str) -> None:
    schedule = parsed(text)
    if schedule:
        assert len(upcoming(schedule, 1_700_000_000, zone.UTC, 3)) <= 3


def test_the_words_are_schedules() -> None:
    assert all(parsed(word) for word in WORDS)
