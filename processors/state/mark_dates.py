"""When each mark that came back was due: a mark left the phone between two pieces of media.

Where media is on time, the media before a mark dates it (``line_clock``). Where it is overdue,
either the line is late, and then the next media comes right behind the mark, or the phone sends
none, and then the mark may have left just now. So such a mark waits for the next media, or until
that is missed.
"""

from __future__ import annotations

from dataclasses import dataclass

from processors.state.line_clock import LineClock


@dataclass(frozen=True, slots=True)
class DatedMark:
    """A mark that came back.

    Attributes:
        name: Its name.
        due: When it would have come if the way here had not held it up, seconds.
        sure: It is known; else it may have been due as late as it came.
    """

    name: str
    due: float
    sure: bool = True


class MarkDates:
    """Fed with media and marks as they come; hands the marks on, in order, with their dates."""

    def __init__(self) -> None:
        self._line = LineClock()
        self._held: list[tuple[str, float]] = []

    def media_received(self, timestamp_ms: int, now: float) -> list[DatedMark]:
        """Take a piece of media; returns the marks that waited for it."""
        if not self._held:
            self._line.media_received(timestamp_ms, now)
            return []
        before = self._line.media_due
        self._line.media_received(timestamp_ms, now)
        late, dated = self._line.late, list[DatedMark]()
        for name, came_at in self._held:
            if self._line.silent:
                dated.append(DatedMark(name, max(before, came_at - late), sure=False))
            else:
                dated.append(DatedMark(name, self._line.due(came_at, before)))
        self._held.clear()
        return dated

    def mark_received(self, name: str, now: float) -> list[DatedMark]:
        """Take a mark; returns it, or nothing while it has to wait."""
        if self._held or not self._line.sure(now):
            self._held.append((name, now))
            return []
        return [DatedMark(name, self._line.due(now))]

    def deadline(self) -> float | None:
        """When to call ``timer_fired``; None while no mark waits."""
        return self._held[0][1] + self._line.patience if self._held else None

    def timer_fired(self, now: float) -> list[DatedMark]:
        """Media is missed: the phone sends none. Returns the marks that waited for it."""
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return []
        least, late = self._line.media_due, self._line.usually_late
        dated = [DatedMark(name, max(least, came_at - late)) for name, came_at in self._held]
        self._held.clear()
        return dated
