"""What was heard when the caller cut in, measured by the marks that the clear returns.

At the moment of a cut the ledger only has its plan. A round trip later the phone has returned
every outstanding mark: first, on their own, those that it still played before the clear reached
it, then all others at once. So the clear took effect as long after the last mark that was played
as the others came back after that mark, and neither the way there nor a stall on it matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

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


@dataclass(frozen=True, slots=True)
class Measured:
    """Where a cut fell, and what says so; all positions in ms of the queue.

    Attributes:
        position_ms: So far the caller had heard.
        from_ms: The last mark that was played, from which it is counted.
        to_clear_ms: From that mark's echo until the clear was sent; below 0: the clear came first.
        trip_ms: From the clear to its echo.
        rule: ``clear``: the marks that the clear returned show its echo. ``trip``: all marks were
            played, so that the clear came as long after as its way takes. ``gap``: the phone had
            run dry before it. ``plan``: there are no echoes to go by.
    """

    position_ms: float
    from_ms: float = 0.0
    to_clear_ms: float = 0.0
    trip_ms: float = 0.0
    rule: Literal["clear", "trip", "gap", "plan"] = "plan"

    def sum(self) -> str:
        """How the position comes about, for a person to check; ms."""
        position = f"{self.position_ms:.0f}"
        if self.rule == "plan":
            return f"{position} by what was sent when, as no mark came back"
        if self.rule == "gap":
            return (
                f"{position} after the mark at {self.from_ms:.0f}, before audio that came too late"
            )
        passed_ms = self.to_clear_ms + self.trip_ms
        text = (
            f"{position} = {self.from_ms:.0f} (last mark heard) + {passed_ms:.0f} "
            f"({self.to_clear_ms:.0f} to the clear, {self.trip_ms:.0f} there and back"
            f"{', measured' if self.rule == 'clear' else ''})"
        )
        silent_ms = self.from_ms + passed_ms - self.position_ms
        return f"{text} - {silent_ms:.0f} without audio" if silent_ms >= 1 else text


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
        cleared_at: When the clear was seen to return marks, once ``measured`` has seen it.
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

    def measured(self) -> Measured:
        """Where the cut fell, as well as it is known."""
        last = self.last_echo
        for mark, at in self._returned:
            reached_ms = self._reached_ms(last, at)
            in_burst = not self.awaited and self._returned[-1][1] - at <= BURST
            exact = in_burst and not self._was_on_its_way(at)
            if reached_ms < mark.position_ms - (EXACT if exact else UNEVEN):
                self.cleared_at = at
                return self._counted(reached_ms, last, at, "clear")
            late_ms = reached_ms - mark.position_ms
            if in_burst and late_ms > self._tolerance_ms(last, mark) and self._may_be_cleared(at):
                return self._counted(self._ran_dry_ms(last, mark, at), last, at, "gap")
            last = Echo(mark.position_ms, at)
        heard_ms = 0.0 if last is None else last.position_ms
        if self.awaited:
            return Measured(max(self.planned_ms, heard_ms))
        # All were played; the clear came after the last of them.
        cleared_at = self.at + self._trip
        position_ms = min(self._reached_ms(last, cleared_at), self.sent_ms)
        return self._counted(position_ms, last, cleared_at, "trip")

    def _counted(
        self,
        position_ms: float,
        last: Echo | None,
        cleared_at: float,
        rule: Literal["clear", "trip", "gap"],
    ) -> Measured:
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
