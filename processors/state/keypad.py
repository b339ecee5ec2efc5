"""Keys that belong together: a number typed on the phone reaches the model as one."""

from __future__ import annotations

from typing import Final

PAUSE: Final = 1.5
"""Seconds without a key that end an entry."""

END_KEY: Final = "#"
"""The key that ends an entry at once, as callers know it from other systems."""

MOST_KEYS: Final = 32
"""An entry this long is handed over as it is."""


class KeypadEntry:
    """Gathers keys until a pause or the end key."""

    def __init__(self) -> None:
        self._keys = ""
        self._deadline: float | None = None

    def pressed(self, key: str, now: float) -> str | None:
        """Take one key.

        Returns:
            The whole entry if this key ended it.
        """
        self._keys += key
        self._deadline = now + PAUSE
        if key == END_KEY or len(self._keys) >= MOST_KEYS:
            return self._take()
        return None

    def timer_fired(self, now: float) -> str | None:
        """``deadline`` has passed.

        Returns:
            The whole entry if the pause ended it.
        """
        if self._deadline is None or now < self._deadline:
            return None
        return self._take()

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        return self._deadline

    def _take(self) -> str:
        keys, self._keys, self._deadline = self._keys, "", None
        return keys
