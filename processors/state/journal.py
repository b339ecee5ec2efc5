"""What happened on a call, as a list of facts: the one source of its log lines and live view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact.

    Attributes:
        at: Seconds since the call began.
        kind: What happened, one of a fixed vocabulary (``interruption``, ``turn``, ``tool`` ...).
        fields: Its particulars. Units are in the names.
        private: Fields that hold a caller's words or digits: never logged above DEBUG.
    """

    at: float
    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[Entry], None]


class Journal:
    """Tells every listener what happens on a call, as it happens; keeps nothing itself."""

    def __init__(self, started_at: float) -> None:
        self._started_at = started_at
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with each entry from now on."""
        self._listeners.append(listener)

    def record(
        self, now: float, kind: str, *, private: dict[str, Any] | None = None, **fields: Any
    ) -> None:
        """Tell the listeners that ``kind`` happened at ``now``."""
        entry = Entry(now - self._started_at, kind, fields, private or {})
        for listener in self._listeners:
            listener(entry)
