from __future__ import annotations

from datetime import date

import pytest

from transports.simulated.talk.written import amount_in_digits, iso_moment, today_in

MONDAY = date(2026, 1, 5)


def test_today_is_what_the_model_was_told() -> None:
    told = "It is Monday, January 5, 2026, 9:30 in the morning, in the time zone UTC."

    assert today_in(told) == MONDAY
    assert today_in("Born on May 3, 1988.") is None


@pytest.mark.parametrize(
    ("when", "written"),
    [
        ("Tuesday at 2:30", "2026-01-06T14:30"),
        ("Monday at 9:15", "2026-01-12T09:15"),
        ("tomorrow at noon", "2026-01-06T12:00"),
        ("the day after tomorrow", "2026-01-07"),
        ("today at 5 PM", "2026-01-05T17:00"),
        ("Friday at 12 AM", "2026-01-09T00:00"),
        ("May 3, 1988", "1988-05-03"),
        ("January 2", "2027-01-02"),
        ("June 21 at 10:30", "2026-06-21T10:30"),
        ("Sunday at 8:30 in the evening", "2026-01-11T20:30"),
        ("2026-02-30", ""),
        ("as soon as possible", ""),
    ],
)
def test_a_day_is_written_as_the_calendar_has_it(when: str, written: str) -> None:
    assert iso_moment(when, MONDAY) == written


def test_without_a_calendar_only_a_whole_date_is_one() -> None:
    assert iso_moment("Tuesday", None) == ""
    assert iso_moment("May 3", None) == ""
    assert iso_moment("May 3, 1988", None) == "1988-05-03"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("under 2,400 a month", "2400"),
        ("between 300,000 and 400,000 dollars", "300000-400000"),
        ("12.5", "12.5"),
        ("little", ""),
    ],
)
def test_an_amount_is_written_in_digits(said: str, written: str) -> None:
    assert amount_in_digits(said) == written
