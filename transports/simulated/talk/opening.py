"""When the business is open, as callers ask for it; a tool of the client's looks it up."""

from __future__ import annotations

from datetime import date
from typing import Final

from transports.simulated.talk.written import iso_moment
from transports.simulated.words import is_question, words

_ABOUT_HOURS: Final = frozenset(("hours", "open", "opening", "close", "closed", "closing"))


def asks_hours(text: str) -> bool:
    """Whether the caller wants to know when the business is open."""
    said = set(words(text))
    return is_question(text) and bool(said & _ABOUT_HOURS) and "half" not in said


def day_asked(text: str, today: date | None) -> str:
    """The one day that is asked about, as YYYY-MM-DD; empty: none is named."""
    return iso_moment(text, today)[:10]
