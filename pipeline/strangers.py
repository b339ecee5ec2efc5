"""Connections that have not shown yet who they are: how many are borne, and which has to go.

Whoever can reach the port can open sockets and say nothing. What is Twilio's shows it within a
second or so, so where there are too many the oldest goes, never the newest: a flood pushes out
itself. Behind a proxy all connections have one source; there, too, the idle make room for the new.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Generic, TypeVar

PER_SOURCE: Final = 100
TOTAL: Final = 500
FRESH_SECONDS: Final = 2.0
"""So young, a connection has had no time to show who it is, above all where the loop is busy."""

Key = TypeVar("Key", bound=Hashable)


class Strangers(Generic[Key]):
    """Fed with comings and goings; says who has to go."""

    def __init__(self, per_source: int = PER_SOURCE, total: int = TOTAL) -> None:
        """Know the limits.

        Args:
            per_source: So many of one address.
            total: So many in all.
        """
        self._per_source = per_source
        self._total = total
        self._source_of: dict[Key, str] = {}
        self._of_source: dict[str, dict[Key, float]] = {}

    def __len__(self) -> int:
        """How many are there."""
        return len(self._source_of)

    def came(self, key: Key, source: str, now: float) -> Key | None:
        """A connection came, or showed that it is worth its place: it is the newest now.

        Returns:
            Who has to go for it.
        """
        self.went(key)
        self._source_of[key] = source
        same = self._of_source.setdefault(source, {})
        same[key] = now
        if len(same) > self._per_source:
            oldest, came_at = next(iter(same.items()))
            if now >= came_at + FRESH_SECONDS:
                return oldest
        if len(self._source_of) > self._total:
            return next(iter(self._source_of))
        return None

    def went(self, key: Key) -> None:
        """A connection is closed, or no stranger any more."""
        source = self._source_of.pop(key, None)
        if source is None:
            return
        same = self._of_source[source]
        del same[key]
        if not same:
            del self._of_source[source]
