"""A call as two lanes of samples: the caller as they spoke, the assistant as it was heard.

The clock of both is the caller's audio: sample 0 is the start of their stream, 8000 a second, and
every sample of it comes with its place (Twilio, Media Streams WebSocket messages, ``timestamp``).
The echo that tells that a piece of the assistant's audio was played comes the same way as the
caller's audio of that moment, so where the caller's lane has come by then, the piece ends. From
there on audio follows audio without a gap, however unevenly the echoes come; only one that is so
late that the phone must have stopped moves what comes after it.

Lanes are cut into blocks in which nothing can change any more. Positions are samples; µ-law has
one byte each.
"""

from __future__ import annotations

import binascii
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import numpy as np

SAMPLE_RATE: Final = 8000
SILENCE: Final = b"\xff"

STALL_SAMPLES: Final = 480
"""60 ms by which an echo in the midst of an item may be late before the phone had stopped."""

_SPAN: Final = 10.0
"""Seconds for which a prompt arrival counts, at least; so the clocks may drift."""

Part = tuple[str, int]
"""An item and its content part."""


class MediaClock:
    """Tells which of the caller's samples arrives when, by the promptest that came lately."""

    def __init__(self) -> None:
        self._offset: float | None = None
        self._newest = float("inf")
        self._since: float | None = None

    def arrived(self, end: int, now: float) -> None:
        """The caller's audio up to sample ``end`` arrived."""
        offset = now - end / SAMPLE_RATE
        if self._since is None:
            self._since = now
        elif now - self._since > _SPAN:
            self._offset, self._newest, self._since = self._newest, offset, now
        self._newest = min(self._newest, offset)

    def sample_at(self, at: float) -> int:
        """The sample that arrives at this instant."""
        offset = self._newest if self._offset is None else min(self._offset, self._newest)
        return 0 if offset == float("inf") else max(round((at - offset) * SAMPLE_RATE), 0)


class StereoTrack:
    """Puts the lanes together; ``take`` hands out what is certain, interleaved."""

    def __init__(self) -> None:
        self.taken = 0
        self._left = bytearray()  # from ``taken`` on, as the other
        self._right = bytearray()
        self._sent: OrderedDict[Part, bytearray] = OrderedDict()

    # What happened.

    def caller(self, position: int, payloads: Iterable[str]) -> None:
        """The caller's audio from a position on; what is missing before it was silence."""
        _silence_up_to(self._left, position - self.taken)
        self._left += b"".join(map(decoded, payloads))

    def assistant(self, part: Part, payload: str) -> None:
        """Audio went out to the phone; whether it is heard is told later."""
        self._sent.setdefault(part, bytearray()).extend(decoded(payload))

    def heard(self, part: Part, first: int, last: int, end: int | None) -> None:
        """Bytes ``first`` to ``last`` of a part were heard, the last of them at ``end``.

        Args:
            part: Whose audio.
            first: The first byte.
            last: The one after the last.
            end: The position after it; None: right after what was heard before.
        """
        while self._sent and next(iter(self._sent)) != part and part in self._sent:
            self._sent.popitem(last=False)  # what was queued before it is over
        audio = bytes(self._sent.get(part, b"")[first:last]).ljust(last - first, SILENCE)
        head = self.taken + len(self._right)
        begins = head if end is None else end - len(audio)
        late = begins - head
        if late > (STALL_SAMPLES if first else 0):
            _silence_up_to(self._right, begins - self.taken)
        self._right += audio

    def nothing_queued(self) -> None:
        """All that was sent was heard or cut: its audio is needed no more."""
        self._sent.clear()

    # What came of it.

    @property
    def heard_until(self) -> int:
        """The position up to which the assistant was heard."""
        return self.taken + len(self._right)

    @property
    def caller_until(self) -> int:
        """The position up to which the caller's audio is there."""
        return self.taken + len(self._left)

    def take(self, until: int) -> bytes:
        """Hand out both lanes up to a position, silence where there was nothing."""
        samples = until - self.taken
        if samples <= 0:
            return b""
        both = np.full((samples, 2), SILENCE[0], dtype=np.uint8)
        for side, lane in enumerate((self._left, self._right)):
            there = lane[:samples]
            both[: len(there), side] = np.frombuffer(there, dtype=np.uint8)
            del lane[:samples]
        self.taken = until
        return both.tobytes()


def decoded(payload: str) -> bytes:
    """The bytes of a payload; none of one that is no base64, as nobody plays it."""
    try:
        return binascii.a2b_base64(payload, strict_mode=True)
    except binascii.Error:
        return b""


def _silence_up_to(lane: bytearray, length: int) -> None:
    missing = length - len(lane)
    if missing > 0:
        lane += SILENCE * missing
