"""How long a call may last: a warning in time, and then its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

LAST_WORDS: Final = 15.0
"""Seconds after which a call is ended once more that went on after its end, by an interruption."""


@dataclass(slots=True)
class DurationLimit:
    """Fed with nothing but time; ends a call that lasts too long.

    Attributes:
        started_at: When the call began.
        seconds: How long it may last; None: for ever.
        warn_before: Seconds before its end at which the caller is told; None: never.
    """

    started_at: float
    seconds: float | None
    warn_before: float | None = None
    _warned: bool = False
    _ended: bool = False
    _again_at: float | None = None
    _held: bool = False

    def held(self, *, held: bool) -> None:
        """A person is being called, and nobody must speak or hang up meanwhile; or no more."""
        self._held = held

    def interrupted(self, now: float) -> None:
        """The caller cut in; if that was into the call's end, it is ended again soon."""
        if self._ended:
            self._again_at = now + LAST_WORDS

    def timer_fired(self, now: float) -> Literal["warn", "end"] | None:
        """``deadline`` may have passed."""
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return None
        self._warned = True
        if now < self._ends_at:
            return "warn"
        self._ended, self._again_at = True, None
        return "end"

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        if self.seconds is None or self._held:
            return None
        if self._ended:
            return self._again_at
        if self._warned or self.warn_before is None:
            return self._ends_at
        return self._ends_at - self.warn_before

    @property
    def _ends_at(self) -> float:
        assert self.seconds is not None, "what lasts for ever has no end"
        return self.started_at + self.seconds
