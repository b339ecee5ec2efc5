"""What was heard when the caller cut in, measured by the marks that the clear returns.

At the moment of a cut the ledger only has its plan. A round trip later the phone has returned
every outstanding mark: first, on their own, those that it still played before the clear reached
it, then all others at once. So the clear took effect as long after the last mark that was played
as the others came back after that mark, and neither the way there nor a stall on it matters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

BURST: Final = 0.02
"""Seconds within which marks came back together, so that one clear returned them."""

DRY: Final = 0.06
"""Seconds by which a mark may miss its time before the phone is taken to have run dry."""

WAIT: Final = 2.0
"""Seconds to wait for the marks before the plan has to do."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A mark that came back.

    Attributes:
        position_ms: Where it stood in the queue.
        at: When it came back, seconds.
    """

    position_ms: float
    at: float


@dataclass(slots=True)
class Cut:
    """One cut of the queue, until it is known where it fell.

    Attributes:
        planned_ms: Position that was heard according to the plan.
        last_echo: The last mark played before the cut in the same stretch of audio, if any.
        awaited: Positions by name of the marks that have not come back.
        deadline: When to stop waiting.
    """

    planned_ms: float
    last_echo: Echo | None
    awaited: dict[str, float]
    deadline: float
    _returned: list[Echo] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether every mark is back."""
        return not self.awaited

    def mark_returned(self, name: str, now: float) -> None:
        """Take one of the awaited marks."""
        self._returned.append(Echo(self.awaited.pop(name), now))

    def heard_ms(self) -> float:
        """The position that was heard when the clear took effect, as well as it is known."""
        played, returned = self._split()
        if self.awaited or not returned:
            return max([self.planned_ms, *(echo.position_ms for echo in played)])
        cleared = returned[0]
        if not played:
            return min(self.planned_ms, cleared.position_ms)
        last = played[-1]
        reached_ms = last.position_ms + (cleared.at - last.at) * 1000
        if reached_ms > cleared.position_ms + DRY * 1000:
            return last.position_ms
        return min(reached_ms, cleared.position_ms)

    def _split(self) -> tuple[list[Echo], list[Echo]]:
        """Tell the marks that were played from those that the clear returned.

        Played marks come back as far apart as they stand in the queue. The first that comes
        much sooner was returned by the clear, and so were those that came with it.
        """
        echoes = [*([self.last_echo] if self.last_echo is not None else []), *self._returned]
        if not self._returned:
            return echoes, []
        # The last counts as returned: if it was played after all, the time it took says so, too.
        first_returned = len(echoes) - 1
        for index in range(1, first_returned):
            apart_ms = echoes[index].position_ms - echoes[index - 1].position_ms
            if (echoes[index].at - echoes[index - 1].at) * 1000 < apart_ms / 2:
                first_returned = index
                break
        burst_at = echoes[first_returned].at - BURST
        while first_returned > 0 and echoes[first_returned - 1].at >= burst_at:
            first_returned -= 1
        return echoes[:first_returned], echoes[first_returned:]
