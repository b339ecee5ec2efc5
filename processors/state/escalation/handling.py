"""How an escalation is dealt with while the call goes on: the offer's answer, what is collected."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from processors.state.hours import BusinessHours

_UNCLEAR: Final = 2
"""Turns that don't say yes or no, after which an offer counts as passed over."""


@dataclass(slots=True)
class Offer:
    """The assistant has asked whether the caller wants a person.

    Attributes:
        taken: What they said; None: not yet.
        over: Whether it is answered, or was passed over.
    """

    taken: bool | None = None
    over: bool = False
    _unclear: int = field(default=0, init=False)

    def caller_said(self, answer: bool | None) -> None:
        """The caller said something; ``answer`` is what it says to the offer, if anything."""
        if self.over:
            return
        self.taken = answer
        self._unclear += answer is None
        self.over = answer is not None or self._unclear >= _UNCLEAR


@dataclass(slots=True)
class Collecting:
    """What must be known before the call is handed over.

    Attributes:
        fields: Names of the fields.
        turns_left: Turns of the caller that it may take.
    """

    fields: tuple[str, ...]
    turns_left: int

    def missing(self, known: Collection[str]) -> tuple[str, ...]:
        """What is not known yet."""
        return tuple(name for name in self.fields if name not in known)

    def caller_said(self) -> None:
        """A turn of the caller is over."""
        self.turns_left -= 1

    def over(self, known: Collection[str]) -> bool:
        """Whether all is known, or it took too long."""
        return self.turns_left <= 0 or not self.missing(known)


def callback_time(now: datetime | None, hours: BusinessHours | None) -> datetime | None:
    """When somebody can call back; None: now, or nobody knows."""
    if now is None or hours is None or hours.is_open(now):
        return None
    return hours.next_opening(now)


def in_words(at: datetime | None, now: datetime | None) -> str:
    """When that is, as it is said; ``at`` has the business's zone."""
    if at is None or now is None:
        return "as soon as possible"
    hour = at.hour % 12 or 12
    minutes = f":{at.minute:02}" if at.minute else ""
    clock = f"{hour}{minutes} {'am' if at.hour < 12 else 'pm'}"
    days = (at.date() - now.astimezone(at.tzinfo).date()) // timedelta(days=1)
    day = {0: "today", 1: "tomorrow"}.get(days, f"on {at:%A}")
    return f"{day} after {clock}"
