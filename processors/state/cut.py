"""What was heard when the caller cut in, measured by the marks that the clear returns.

At the moment of a cut the ledger only has its plan. A round trip later the phone has returned
every outstanding mark: first, on their own, those that it still played before the clear reached
it, then all others at once. So the clear took effect as long after the last mark that was played
as the others came back after that mark, and neither the way there nor a stall on it matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from processors.state.playback_plan import Echo, PlaybackPlan

BURST: Final = 0.02
"""Seconds within which marks came back together, so that one clear returned them."""

EXACT: Final = 2.0
"""ms by which a mark that came in such a burst may miss its time and still have been played."""

UNEVEN: Final = 60.0
"""ms by which any mark may miss its time, because the way back is uneven."""

LONGEST_HOLD: Final = 2.5
"""Seconds for which a stalled way to the phone is believed to hold audio back. Audio that was
sent earlier is there: then it is the way back that stalled, and the phone played on."""

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
        sent_at: When that piece was sent, seconds.
    """

    name: str
    position_ms: float
    after_ms: float
    sent_at: float


@dataclass(slots=True)
class Cut:
    """One cut of the queue, until it is known where it fell.

    Attributes:
        at: When the clear was sent.
        plan: What the phone was to play.
        clear_trip: Seconds to the phone and back, as far as earlier cuts show.
        planned_ms: Position that was heard according to the plan.
        sent_ms: Position up to which audio was sent.
        last_echo: The last mark played before the cut, if any.
        awaited: By name, the marks that have not come back.
        cleared_at: When the clear was seen to return marks, once ``heard_ms`` has seen it.
    """

    at: float
    plan: PlaybackPlan
    clear_trip: float | None
    planned_ms: float
    sent_ms: float
    last_echo: Echo | None
    awaited: dict[str, Mark]
    cleared_at: float | None = None
    _returned: list[tuple[Mark, float]] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether every mark is back."""
        return not self.awaited

    @property
    def deadline(self) -> float:
        """When to stop waiting."""
        return self.at + WAIT

    @property
    def ends_at(self) -> float:
        """When what was heard ended, in the time of echoes."""
        return self.at + self._trip if self.cleared_at is None else self.cleared_at

    def earliest(self, name: str) -> float:
        """When an awaited mark can be back, be it that it was played or that it was cleared."""
        trip = self.plan.round_trip if self.clear_trip is None else self.clear_trip
        played_at = self.plan.earliest(self.awaited[name].position_ms, self.last_echo)
        return min(played_at, self.at + (trip or 0.0))

    def mark_returned(self, name: str, now: float) -> None:
        """Take one of the awaited marks."""
        self._returned.append((self.awaited.pop(name), now))

    def heard_ms(self) -> float:
        """The position that was heard when the clear took effect, as well as it is known."""
        last = self.last_echo
        for mark, at in self._returned:
            reached_ms = self._reached_ms(last, at)
            in_burst = not self.awaited and self._returned[-1][1] - at <= BURST
            exact = in_burst and not self._was_on_its_way(at)
            if reached_ms < mark.position_ms - (EXACT if exact else UNEVEN):
                self.cleared_at = at
                return reached_ms
            late_ms = reached_ms - mark.position_ms
            if in_burst and late_ms > self._tolerance_ms(last, mark) and self._may_be_cleared(at):
                return self._ran_dry_ms(last, mark, at)
            last = Echo(mark.position_ms, at)
        heard_ms = 0.0 if last is None else last.position_ms
        if self.awaited:
            return max(self.planned_ms, heard_ms)
        # All were played; the clear came after the last of them.
        return min(self._reached_ms(last, self.at + self._trip), self.sent_ms)

    @property
    def _trip(self) -> float:
        """Seconds to the phone and back."""
        if self.clear_trip is not None:
            return self.clear_trip
        if self.plan.round_trip is not None:
            return self.plan.round_trip
        # The first echoes of the call: the way took at least as long as any of them shows.
        took = [self.plan.took(Echo(mark.position_ms, at)) for mark, at in self._returned]
        return max([0.0, *took, *(at - self.at for _, at in self._returned)])

    def _reached_ms(self, last: Echo | None, at: float) -> float:
        round_trip = self.plan.round_trip
        if last is not None:
            at = max(at, last.at)
        return self.plan.position_at(at, last, self._trip if round_trip is None else round_trip)

    def _tolerance_ms(self, last: Echo | None, mark: Mark) -> float:
        """How late a mark may be without proving that the phone ran dry unforeseen."""
        played_ms = 0.0 if last is None else last.position_ms
        restarts = self.plan.begins_between(played_ms, mark.position_ms)
        return UNEVEN + (MOST_PREBUFFER * 1000 if restarts else 0.0)

    def _was_on_its_way(self, at: float) -> bool:
        """Whether the one mark there was came sooner than a clear returns it: it was played."""
        uncertain = MOST_PREBUFFER if self.clear_trip is None else UNEVEN / 1000
        return len(self._returned) == 1 and at < self.at + self._trip - uncertain

    def _may_be_cleared(self, at: float) -> bool:
        uncertain = BURST / 4 if self.clear_trip is not None else MOST_PREBUFFER
        return at >= self.at + self._trip - uncertain

    def _ran_dry_ms(self, last: Echo | None, mark: Mark, at: float) -> float:
        """What was heard if nothing was played for a while before the clear.

        The way to the phone had stalled, and of the audio before ``mark`` only pieces that were
        sent before the stall were there; which ones nobody knows.
        """
        if at - self._trip - mark.sent_at > LONGEST_HOLD:
            return min(self._reached_ms(last, self.at + self._trip), self.sent_ms)
        heard_ms = 0.0 if last is None else last.position_ms
        return (heard_ms + max(heard_ms, mark.after_ms)) / 2
