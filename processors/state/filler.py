"""When to say something short because a function takes long.

Counted is time in which nobody has the floor (``state.floor``) while a function runs: a model that
says "let me look" before it calls has said enough for a while, and a caller who talks needs no
filling. It is said once, however long it takes and however many functions run at once.
"""

from __future__ import annotations

from collections.abc import Sequence


class FillerPolicy:
    """Fed with functions and with who has the floor; says what to say, and when."""

    def __init__(self, after: float, words: Sequence[str]) -> None:
        """Begin with no function running.

        Args:
            after: Seconds of silence.
            words: What is said, one after the other in turn.
        """
        self._after = after
        self._words = words
        self._next = 0
        self._running: dict[str, str] = {}  # what is to be said for each, if that is its own
        self._since = 0.0
        self._said = False
        self._free_from: float | None = None
        self._over = False

    def tool_started(self, call_id: str, filler: str, now: float) -> None:
        """A function began to run; ``filler``: what is to be said for it, if not the usual."""
        if not self._running:
            self._since = now
            self._said = False
        self._running[call_id] = filler

    def tool_ended(self, call_id: str) -> None:
        """It is over."""
        self._running.pop(call_id, None)

    def floor_changed(self, free_from: float | None) -> None:
        """Nobody has the floor from then on; None: somebody has it."""
        self._free_from = free_from

    def silenced(self, *, silenced: bool) -> None:
        """Nothing is to be said: the call ends, or the caller waits for a person; or no more."""
        self._over = silenced

    def timer_fired(self, now: float) -> str | None:
        """``deadline`` may have passed.

        Returns:
            What to say, if anything.
        """
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return None
        self._said = True
        own = next((words for words in self._running.values() if words), "")
        if own:
            return own
        words = self._words[self._next % len(self._words)]
        self._next += 1
        return words

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        if self._said or self._over or not self._running or self._free_from is None:
            return None
        return max(self._since, self._free_from) + self._after
