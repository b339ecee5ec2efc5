"""Business hours: windows, holidays, single days, and what a clock change does to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from processors.state.hours import BusinessHours, Window

NEW_YORK = ZoneInfo("America/New_York")
NINE_TO_FIVE = (Window(time(9), time(17)),)
WEEK = [NINE_TO_FIVE] * 5 + [(), ()]
CHRISTMAS = date(2026, 12, 25)


def hours(**more: object) -> BusinessHours:
    return BusinessHours(NEW_YORK, WEEK, **more)  # type: ignore[arg-type]  # any of its fields


def at(text: str) -> datetime:
    """A moment by New York's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T16:59:59", True),
        ("2026-11-23T17:00", False),
        ("2026-11-21T12:00", False),
        ("2026-12-25T12:00", False),
    ],
)
def test_open_in_the_windows_of_the_weekday_and_not_on_holidays(moment: str, is_open: bool) -> None:
    assert hours(holidays={CHRISTMAS}).is_open(at(moment)) is is_open


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    assert hours().is_open(datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    assert not hours().is_open(datetime(2026, 11, 23, 13, 0, tzinfo=UTC))
    assert hours().is_open(datetime(2026, 7, 23, 13, 0, tzinfo=UTC)), "summer time"


def test_the_next_opening_skips_weekend_and_holidays() -> None:
    closed = hours(holidays={date(2026, 11, 26), date(2026, 11, 27)})

    assert closed.next_opening(at("2026-11-25T18:00")) == at("2026-11-30T09:00")
    assert closed.next_opening(at("2026-11-30T03:00")) == at("2026-11-30T09:00")
    assert closed.next_opening(at("2026-11-30T10:00")) == at("2026-11-30T10:00"), "it is open"


def test_a_single_day_goes_before_weekday_and_holiday() -> None:
    days = {CHRISTMAS: (Window(time(10), time(12)),), date(2026, 12, 28): ()}
    special = hours(days=days, holidays={CHRISTMAS})

    assert special.is_open(at("2026-12-25T11:00"))
    assert not special.is_open(at("2026-12-28T11:00"))
    assert special.next_opening(at("2026-12-25T12:00")) == at("2026-12-29T09:00")


def test_several_windows_a_day_in_any_order() -> None:
    day = (Window(time(14), time(18)), Window(time(9), time(12)))
    lunch = BusinessHours(NEW_YORK, [day] * 7)

    assert lunch.closes(at("2026-11-23T10:00")) == at("2026-11-23T12:00")
    assert lunch.closes(at("2026-11-23T13:00")) is None
    assert lunch.next_opening(at("2026-11-23T08:00")) == at("2026-11-23T09:00")
    assert lunch.next_opening(at("2026-11-23T12:30")) == at("2026-11-23T14:00")


def test_a_window_past_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    night = BusinessHours(NEW_YORK, [(Window(time(22), time(6)),), *[()] * 6])

    assert night.is_open(at("2026-11-23T23:00"))
    assert night.is_open(at("2026-11-24T05:59"))
    assert not night.is_open(at("2026-11-24T06:00"))
    assert not night.is_open(at("2026-11-24T23:00")), "only Monday has one"


def test_round_the_clock() -> None:
    always = BusinessHours(NEW_YORK, [(Window(time(0), time(0)),)] * 7)
    moment = at("2026-11-23T00:00")

    assert all(always.is_open(moment + timedelta(minutes=7 * step)) for step in range(500))


def test_never_open_never_opens() -> None:
    assert BusinessHours(NEW_YORK, [()] * 7).next_opening(at("2026-11-23T00:00")) is None


def test_windows_keep_to_the_clock_on_the_wall_when_it_is_put_back() -> None:
    sunday = BusinessHours(NEW_YORK, [*[()] * 6, (Window(time(0, 30), time(3)),)])
    put_back = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)  # 00:30 in summer time

    assert sunday.is_open(put_back)
    assert sunday.is_open(put_back + timedelta(hours=3, minutes=29)), "the hour that comes twice"
    assert not sunday.is_open(put_back + timedelta(hours=3, minutes=30))
