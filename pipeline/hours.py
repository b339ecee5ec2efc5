"""The call file's ``hours:`` block: when the business is open."""

from __future__ import annotations

import re
from collections.abc import Container
from datetime import date, time
from functools import lru_cache
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from processors.block import Block
from processors.fields import Shape
from processors.state.hours import BusinessHours, Window

_CLOCK: Final = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_SPAN: Final = rf"{_CLOCK}\s*-\s*(?:{_CLOCK}|24:00)"
_SPANS: Final = re.compile(rf"({_CLOCK})\s*-\s*({_CLOCK}|24:00)")
_CLOSED: Final = "closed"

Windows = Annotated[
    str,
    Shape(
        rf"{_CLOSED}|{_SPAN}(?:\s*,\s*{_SPAN})*",
        "times as in 09:00-17:00, several with commas between them, or closed",
    ),
]
"""When it is open on a day; a window that ends before it begins goes on past midnight."""


def _a_day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("allowed: a date, as in 2026-12-24") from error
    return text


Day = Annotated[str, AfterValidator(_a_day)]
"""A date, as in 2026-12-24."""

_WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Holidays(Block):
    """Whose public holidays are kept."""

    country: str
    """The country, by its two letters, as in US."""

    subdivision: str | None = None
    """The state, province or canton, as in NY. null: the whole country's holidays only."""

    @field_validator("country")
    @classmethod
    def _is_known(cls, country: str) -> str:
        if country not in _supported():
            raise ValueError("allowed: a country's two letters, in capitals, as in US or GB")
        return country

    @field_validator("subdivision")
    @classmethod
    def _lies_there(cls, subdivision: str | None, info: ValidationInfo) -> str | None:
        country = info.data.get("country")
        if subdivision is None or country is None:
            return subdivision
        known = _supported().get(country, [])
        if subdivision not in known:
            allowed = ", ".join(known) or f"none, as {country} has the same everywhere"
            raise ValueError(f"allowed: {allowed}")
        return subdivision


class SpecialDay(Block):
    """One day whose hours differ from its weekday's, also if it is a holiday."""

    date: Day
    """The day, as in 2026-12-24."""

    hours: Windows
    """When it is open then, as in 09:00-13:00, or closed."""


class Hours(Block):
    """When the business is open, in the file's ``timezone``. Days that are left out are closed."""

    mon_fri: Windows = _CLOSED
    """Monday to Friday, as in 09:00-17:00, or 09:00-12:00, 13:00-18:00."""

    mon: Windows | None = None
    """Monday, where it differs from mon_fri."""

    tue: Windows | None = None
    """Tuesday, where it differs from mon_fri."""

    wed: Windows | None = None
    """Wednesday, where it differs from mon_fri."""

    thu: Windows | None = None
    """Thursday, where it differs from mon_fri."""

    fri: Windows | None = None
    """Friday, where it differs from mon_fri."""

    sat: Windows = _CLOSED
    """Saturday."""

    sun: Windows = _CLOSED
    """Sunday."""

    holidays: Holidays | None = None
    """The public holidays on which it is closed. null: none."""

    days: Annotated[tuple[SpecialDay, ...], Field(max_length=1000)] = ()
    """Single days whose hours differ, such as a day before a holiday."""

    def of(self, weekday: str) -> str:
        """The windows of a day of the week."""
        own: str | None = getattr(self, weekday)
        return self.mon_fri if own is None else own


def _supported() -> dict[str, list[str]]:
    # Only files that keep holidays wait for this import.
    from holidays import list_supported_countries

    return list_supported_countries()


@lru_cache(maxsize=64)
def calendar(hours: Hours, timezone: str) -> BusinessHours:
    """The hours as calls ask for them; all calls of a file share what is known of its holidays."""
    return BusinessHours(
        ZoneInfo(timezone),
        week=[_windows(hours.of(day)) for day in _WEEK],
        days={date.fromisoformat(day.date): _windows(day.hours) for day in hours.days},
        holidays=_kept(hours.holidays),
    )


def _kept(kept: Holidays | None) -> Container[date]:
    if kept is None:
        return frozenset()
    from holidays import country_holidays

    return country_holidays(kept.country, subdiv=kept.subdivision)


def _windows(text: str) -> tuple[Window, ...]:
    return tuple(Window(_clock(opens), _clock(closes)) for opens, closes in _SPANS.findall(text))


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours) % 24, int(minutes))
