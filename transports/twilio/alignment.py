"""Assistant audio in whole frames of 20 ms, for a phone network that stumbles over odd ones.

Twilio takes payloads of any size (Twilio, Media Streams WebSocket messages); some users still
report jitter when they are no multiple of 20 ms (openai-agents-js, pull request 1184). Only a call
file with ``align_20ms: true`` comes here, and only here is the model's audio decoded.
"""

from __future__ import annotations

import binascii
from typing import Final

FRAME_BYTES: Final = 160
"""20 ms of µ-law at 8 kHz."""


class FrameAligner:
    """Cuts one item's audio anew: whole frames at once, the odd rest with what comes next."""

    def __init__(self) -> None:
        self._rest = b""

    def audio(self, payload: str) -> str:
        """Take a payload; return the whole frames that are complete, as a payload or ""."""
        pcmu = self._rest + binascii.a2b_base64(payload)
        whole = len(pcmu) - len(pcmu) % FRAME_BYTES
        self._rest = pcmu[whole:]
        return _encode(pcmu[:whole])

    def flush(self) -> str:
        """Return the rest, as a payload or "", and begin anew."""
        rest, self._rest = self._rest, b""
        return _encode(rest)


def _encode(pcmu: bytes) -> str:
    return binascii.b2a_base64(pcmu, newline=False).decode("ascii")
