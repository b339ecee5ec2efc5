"""Answers in the form in which a tool wants them written."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from transports.simulated.talk.day_and_time import when_in
from transports.simulated.talk.numbers import numbers_in
from transports.simulated.talk.word_list import listed

_MONTHS: Final = listed(
    "january february march april may june july august september october november december"
)
_DAYS: Final = listed("monday tuesday wednesday thursday friday saturday sunday")
_TODAY: Final = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})\b", re.IGNORECASE)
_MONTH_DAY: Final = re.compile(
    rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}})(?:, (\d{{4}}))?\b", re.IGNORECASE
)
_CLOCK: Final = re.compile(
    r"\b(\d{1,2})(?::(\d\d))?\s*([AP])M\b|\b(\d{1,2}):(\d\d)\b|\b(noon|midday|midnight)\b"
)
_WORKING_DAY_BEGINS: Final = 8
"""Hour before which a bare "two thirty" is meant after noon."""


def today_in(briefing: str) -> date | None:
    """The day that the model was told it is, as in "Monday, January 5, 2026"."""
    told = _TODAY.search(briefing.partition("It is ")[2])
    return _date(int(told[3]), told[1], int(told[2])) if told else None


def iso_moment(when: str, today: date | None) -> str:
    """A day as YYYY-MM-DD, with THH:MM if a time is named; empty if it is not known which day."""
    day = _day(when, today)
    if day is None:
        return ""
    clock = _time(when)
    return day.isoformat() + (f"T{clock}" if clock else "")


def amount_in_digits(amount: str) -> str:
    """An amount as 450000, or a range as 300000-450000; empty if there is none."""
    values = [f"{number.value:.10g}" for number in numbers_in(amount)][:2]
    return "-".join(values)


def _day(when: str, today: date | None) -> date | None:
    text = when_in(when).lower()
    iso = re.search(r"\d{4}-\d\d-\d\d", text)
    if iso:
        return _valid(*map(int, iso.group().split("-")))
    named = _MONTH_DAY.search(text)
    if named:
        return _named_day(named, today)
    if today is None:
        return None
    for words, days in (("day after tomorrow", 2), ("tomorrow", 1), ("today", 0), ("tonight", 0)):
        if words in text:
            return today + timedelta(days=days)
    for number, name in enumerate(_DAYS):
        if re.search(rf"\b{name}\b", text):
            ahead = (number - today.weekday()) % 7 or 7
            return today + timedelta(days=ahead)
    return None


def _named_day(named: re.Match[str], today: date | None) -> date | None:
    if named[3]:
        return _date(int(named[3]), named[1], int(named[2]))
    if today is None:
        return None
    this_year = _date(today.year, named[1], int(named[2]))
    if this_year is not None and this_year < today:
        return _date(today.year + 1, named[1], int(named[2]))
    return this_year


def _date(year: int, month: str, day: int) -> date | None:
    return _valid(year, _MONTHS.index(month.lower()) + 1, day)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(when: str) -> str:
    found = _CLOCK.search(when_in(when))
    if found is None:
        return ""
    if found[6]:
        return "00:00" if found[6] == "midnight" else "12:00"
    if found[3]:
        hour = int(found[1]) % 12 + (12 if found[3] == "P" else 0)
        return f"{hour:02}:{found[2] or '00'}"
    hour, evening = int(found[4]), re.search(r"afternoon|evening|night", when, re.IGNORECASE)
    if hour < 12 and (evening or hour < _WORKING_DAY_BEGINS):
        hour += 12
    return f"{hour:02}:{found[5]}" if hour < 24 else ""
