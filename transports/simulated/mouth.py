"""What a caller has begun to say, cut into the frames in which a phone sends it."""

from __future__ import annotations

from transports.simulated.stream_messages import FRAME_BYTES, SILENT_FRAME


class Mouth:
    """Speech on its way into the phone."""

    def __init__(self) -> None:
        self._pcmu = bytearray()

    def say(self, pcmu: bytes) -> None:
        """Say something, after what is still being said."""
        self._pcmu += pcmu

    def next_frame(self) -> bytes:
        """The next 20 ms; ``SILENT_FRAME`` itself when nothing is said."""
        if not self._pcmu:
            return SILENT_FRAME
        frame = bytes(self._pcmu[:FRAME_BYTES])
        del self._pcmu[:FRAME_BYTES]
        return frame + SILENT_FRAME[len(frame) :]
