"""Since when nobody has had the floor, by what the caller hears and not by what was sent.

The assistant has it from the first moment of a response until the last of its audio was heard;
the caller while the model's voice activity detection hears them; and after the caller's turn it
is the assistant's for as long as an answer may take to begin.
"""

from __future__ import annotations

from typing import Final, Literal

ANSWER_WAIT: Final = 6.0
"""Seconds after a caller's turn in which an answer may begin: the model is asked once more after
five (``state.responses``)."""

SPEECH_LIMIT: Final = 60.0
"""Seconds after which speech that never ends is taken for noise on the line."""

Holder = Literal["caller", "response", "playback"]


class Floor:
    """Fed with both sides' speech."""

    def __init__(self) -> None:
        self._holders: set[Holder] = set()
        self._free_from: float | None = None
        self._caller_until = 0.0

    # What happened.

    def caller_started(self, now: float) -> None:
        """The caller began to speak, or something sounded so."""
        self._holders.add("caller")
        self._caller_until = now + SPEECH_LIMIT

    def caller_stopped(self, now: float) -> None:
        """They stopped."""
        self._release("caller", now)

    def turn_committed(self, now: float) -> None:
        """What they said is a turn: it will be answered, unless the assistant talks on."""
        self._release("caller", now)
        if not self._holders:
            self._free_from = now + ANSWER_WAIT

    def response_started(self) -> None:
        """The model began a response."""
        self._holders.add("response")

    def response_ended(self, now: float) -> None:
        """The model ended it; it may still be heard."""
        self._release("response", now)

    def playback_changed(self, *, idle: bool, now: float) -> bool:
        """Note whether something is queued at the phone; ``idle``: all was heard, or cut.

        Returns:
            Whether the last of it has just gone.
        """
        if not idle:
            self._holders.add("playback")
            return False
        was_heard = "playback" in self._holders
        self._release("playback", now)
        return was_heard

    def opened(self, now: float) -> None:
        """Anybody could speak from now on: the model is there."""
        self._free_from = now

    # What is known.

    @property
    def free_from(self) -> float | None:
        """From when on nobody has the floor, perhaps in a while; None: somebody has it."""
        if self._holders == {"caller"}:
            return self._caller_until
        return None if self._holders else self._free_from

    def _release(self, holder: Holder, now: float) -> None:
        if holder in self._holders:
            self._holders.remove(holder)
            self._free_from = now
