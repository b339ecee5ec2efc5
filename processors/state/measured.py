"""Where a cut fell, and what says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
