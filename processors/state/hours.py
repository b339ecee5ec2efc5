"""When the business is open: the week's windows, single days that differ, holidays.

Windows are what a clock on the wall in the business's zone shows, so a day on which that clock is
put forward or back has its windows all the same. Instants are compared in UTC: two times of one
zone would be compared without their offset.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

_DAY: Final = timedelta(days=1)

_LOOKAHEAD: Final = 400
"""Days in which a business that opens at all opens again."""


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of a day in which the business is open.

    Attributes:
        opens: Wall clock.
        closes: Wall clock, not in it any more; at or before ``opens``: on the day after.
    """

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When the business is open.

    Attributes:
        zone: The business's time zone.
        week: Windows of each day of the week, from Monday, seven of them.
        days: Windows of single days, which differ from their weekday's; none: closed.
        holidays: Days on which it is closed, unless ``days`` says otherwise.
    """

    zone: tzinfo
    week: Sequence[tuple[Window, ...]]
    days: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    holidays: Container[date] = frozenset()

    def windows(self, day: date) -> tuple[Window, ...]:
        """The windows that begin on a day."""
        if day in self.days:
            return self.days[day]
        return () if day in self.holidays else self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at a moment, which has a zone."""
        return self.closes(at) is not None

    def closes(self, at: datetime) -> datetime | None:
        """When the window closes that a moment lies in, in the business's zone; None: closed."""
        for opens, closes in self._spans(at, 1):
            if opens <= at < closes:
                return closes.astimezone(self.zone)
        return None

    def next_opening(self, at: datetime) -> datetime | None:
        """From when on it is open: ``at`` if it is, else the next opening, in the business's zone.

        None if that is more than a year away.
        """
        if self.is_open(at):
            return at.astimezone(self.zone)
        later = (opens for opens, _ in self._spans(at, _LOOKAHEAD) if opens > at)
        first = next(later, None)
        return None if first is None else first.astimezone(self.zone)

    def _spans(self, at: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """The windows from the day before ``at`` on, in UTC and in order."""
        today = at.astimezone(self.zone).date()
        for offset in range(-1, days):
            day = today + offset * _DAY
            spans = [
                (self._utc(day, window.opens), self._end(day, window))
                for window in self.windows(day)
            ]
            yield from sorted(spans)

    def _end(self, day: date, window: Window) -> datetime:
        return self._utc(day + _DAY if window.closes <= window.opens else day, window.closes)

    def _utc(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)
