"""What was heard when the caller cut in, measured by the marks that the clear returns.

At the moment of a cut the ledger only has its plan. A round trip later the phone has returned
every outstanding mark: first, on their own, those that it still played before the clear reached
it, then all others at once. So the clear took effect as long after the last mark that was played
as the others came back after that mark, and neither the way there nor a stall on it matters.

Unless the phone had nothing to play for a while, because the way there held audio back: then a
mark that came back with the clear is later than its audio would have been played, and the caller
heard something between the last mark that was played and this one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from processors.state.measured import Measured
from processors.state.playback_items import QueuedItem
from processors.state.playback_plan import Echo, PlaybackPlan

TOGETHER: Final = 0.02
"""Seconds by which marks that left the phone at once may seem apart: each is dated between two
pieces of the caller's media (``line_clock``)."""

EXACT: Final = 2.0
"""ms by which a mark may miss its time on any line."""

UNEVEN: Final = 40.0
"""ms by which a mark may miss its time on an uneven line: it and the one before may both be dated
wrongly by as much as lies between two pieces of media."""

UNFORESEEN: Final = 100.0
"""ms by which a mark may be early that came back on its own, as the way there is uneven, too."""

MOST_PREBUFFER: Final = 0.1
"""Seconds that the phone may wait before it plays audio that reached its empty queue."""

WAIT: Final = 3.0
"""Seconds to wait for the marks before the plan has to do."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that was sent.

    Attributes:
        name: Its name, unique in the call.
        position_ms: Where it stands in the queue.
        after_ms: Where the last piece of audio before it begins.
    """

    name: str
    position_ms: float
    after_ms: float


@dataclass(slots=True)
class Cut:
    """One cut of the queue, until it is known where it fell.

    Attributes:
        at: When the clear left.
        plan: What the phone was to play.
        clear_trip: Seconds to the phone and back, as far as earlier cuts show.
        items: What was queued.
        heard_ms: Position that was known to be heard.
        planned_ms: Position that was heard according to the plan.
        sent_ms: Position up to which audio was sent.
        last_echo: The last mark played before the cut, if any.
        awaited: By name, the marks that have not come back.
        cleared_at: When the clear was seen to return marks, once ``measured`` has seen it.
        ends_at: When what was heard ended, in the time of echoes, once it was ``measured``.
        waits: The clear has not left yet: what comes back meanwhile was played.
    """

    at: float
    plan: PlaybackPlan
    clear_trip: float | None
    items: list[QueuedItem]
    heard_ms: float
    planned_ms: float
    sent_ms: float
    last_echo: Echo | None
    awaited: dict[str, Mark]
    cleared_at: float | None = None
    ends_at: float = 0.0
    waits: bool = False
    deadline: float = field(init=False)
    _returned: list[tuple[Mark, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.deadline = self.at + WAIT

    @property
    def settled(self) -> bool:
        """Whether every mark is back."""
        return not self.awaited

    def earliest(self, name: str, *, sure: bool) -> float:
        """When an awaited mark can be back, be it that it was played or that it was cleared.

        Args:
            name: The mark's.
            sure: Its date is known, so it tells more of the way than what was seen of that before.
        """
        played_at = self.plan.earliest(self.awaited[name].position_ms, self.last_echo)
        return min(played_at, self._back_from if sure else self.at + self._trip)

    def mark_returned(self, name: str, now: float) -> None:
        """Take one of the awaited marks."""
        mark = self.awaited.pop(name)
        if self.waits:
            self.last_echo = Echo(mark.position_ms, now)
        else:
            self._returned.append((mark, now))

    def clear_left(self, now: float) -> None:
        """The clear had to wait, and leaves now."""
        if self.waits:
            self.waits, self.at = False, now

    def taken_back(self, duration_ms: float) -> None:
        """The last of what was sent had not left yet, and never will."""
        self.sent_ms = max(self.sent_ms - duration_ms, self.heard_ms)

    def measured(self) -> Measured:
        """Where the cut fell, as well as it is known; never beyond what was sent."""
        last = self.last_echo
        self.ends_at = self.at + self._trip
        for index, (mark, at) in enumerate(self._returned):
            if at < self._back_from:
                last = Echo(mark.position_ms, at)
                continue
            with_clear = self._came_with_clear(index)
            late_ms = self._reached_ms(last, at) - mark.position_ms
            if with_clear is None:
                if late_ms < -(UNEVEN if self.awaited else UNFORESEEN):
                    return self._cleared(mark, last, at)
            elif late_ms < -self._early_ms(at):
                return self._cleared(mark, last, with_clear)
            elif late_ms > self._tolerance_ms(last, mark) and self._may_be_cleared(at):
                return self._ran_dry(mark, last, at)
            last = Echo(mark.position_ms, at)
        if self.awaited:
            heard_ms = 0.0 if last is None else last.position_ms
            return Measured(min(max(self.planned_ms, heard_ms), self.sent_ms))
        # All were played; the clear came after the last of them.
        position_ms = self._reached_ms(last, self.ends_at)
        return self._counted(position_ms, last, self.ends_at, "trip")

    def _cleared(self, mark: Mark, last: Echo | None, at: float) -> Measured:
        """What was heard when the clear returned ``mark``, all before ``last`` being played."""
        self.cleared_at = self.ends_at = at
        # At most a little beyond the mark, should it have been played just before.
        most_ms = mark.position_ms + TOGETHER * 1000
        return self._counted(min(self._reached_ms(last, at), most_ms), last, at, "clear")

    def _ran_dry(self, mark: Mark, last: Echo | None, at: float) -> Measured:
        """What was heard if nothing was played for a while before the clear returned ``mark``.

        The way to the phone had stalled, and of the audio before the mark only pieces that were
        sent before the stall were there; which ones nobody knows.
        """
        self.cleared_at = at
        heard_ms = 0.0 if last is None else last.position_ms
        position_ms = (heard_ms + max(heard_ms, mark.after_ms)) / 2
        if last is not None:
            self.ends_at = last.at + (position_ms - heard_ms) / 1000
        return self._counted(position_ms, last, at, "gap")

    def _counted(
        self,
        position_ms: float,
        last: Echo | None,
        cleared_at: float,
        rule: Literal["clear", "trip", "gap"],
    ) -> Measured:
        position_ms = min(position_ms, self.sent_ms)
        if last is None:
            return Measured(position_ms)
        return Measured(
            position_ms,
            last.position_ms,
            (self.at - last.at) * 1000,
            (cleared_at - self.at) * 1000,
            rule,
        )

    @property
    def _trip(self) -> float:
        """Seconds to the phone and back: no more than anything has shown yet, 0 if nothing has."""
        shown = [self._took(index) for index in range(len(self._returned))]
        shown += [trip for trip in (self.clear_trip, self.plan.round_trip) if trip is not None]
        return max(0.0, min(shown, default=0.0))

    @property
    def _back_from(self) -> float:
        """When the clear can be back at the earliest: what came before was played."""
        round_trip = self.plan.round_trip
        if self.clear_trip is None or round_trip is None:
            return self.at
        if abs(round_trip - self.clear_trip) > MOST_PREBUFFER:
            return self.at  # one of them was held up
        return self.at + max(min(round_trip, self.clear_trip) - UNEVEN / 1000, 0.0)

    def _took(self, index: int) -> float:
        """How long the way is at most, by one mark.

        One that came before the others was played: it took the way since its audio was over. One
        that came with the last may have been cleared, and took the way since the clear was sent.
        """
        mark, at = self._returned[index]
        took = self.plan.took(Echo(mark.position_ms, at))
        played = not self.awaited and self._came_with_clear(index) is None
        return took if played else max(took, at - self.at)

    def _reached_ms(self, last: Echo | None, at: float) -> float:
        round_trip, trip = self.plan.round_trip, self._trip
        if round_trip is None or round_trip > trip + MOST_PREBUFFER:
            round_trip = trip  # nothing has shown it, but for what was held up
        if last is not None:
            at = max(at, last.at)
        return self.plan.position_at(at, last, round_trip)

    def _tolerance_ms(self, last: Echo | None, mark: Mark) -> float:
        """How late a mark may be without proving that the phone ran dry unforeseen."""
        played_ms = 0.0 if last is None else last.position_ms
        restarts = self.plan.begins_between(played_ms, mark.position_ms)
        return UNEVEN + (MOST_PREBUFFER * 1000 if restarts else 0.0)

    def _came_with_clear(self, index: int) -> float | None:
        """When the marks came that the clear returned, if this one came with them."""
        mark, at = self._returned[index]
        if at < self._back_from:
            return None
        final, final_at = mark, at
        for later, later_at in self._returned[index:]:
            if abs(later_at - at) <= TOGETHER:
                final, final_at = later, later_at
        if final.position_ms - mark.position_ms > UNEVEN + TOGETHER * 1000:
            return final_at  # not both can have been played
        last_at = self._returned[-1][1]
        return last_at if not self.awaited and last_at - at <= TOGETHER else None

    def _early_ms(self, at: float) -> float:
        """How early a mark may be that may have come with the clear, and still have been played."""
        uncertain = MOST_PREBUFFER if self.clear_trip is None else UNEVEN / 1000
        on_its_way = len(self._returned) == 1 and at < self.at + self._trip - uncertain
        return UNEVEN if on_its_way else EXACT

    def _may_be_cleared(self, at: float) -> bool:
        uncertain = MOST_PREBUFFER if self.clear_trip is None else TOGETHER
        return at >= self.at + self._trip - uncertain
