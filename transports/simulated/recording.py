"""What a call sounded like: a stereo recording and a log of events.

Left is the caller, right the assistant as it was heard: what a clear threw away is not there, and
every pause is as long as it was. The sample clock is the phone's, 8000 a second from the stream's
start. µ-law in a WAV file (format tag 7, WAVE_FORMAT_MULAW, with the ``fact`` chunk that RIFF asks
of all but PCM), written as the call goes; the sizes in its header are filled in at the end.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self, TextIO

from processors.state.journal import Entry

SAMPLE_RATE: Final = 8000
_SILENCE: Final = b"\xff"
_MULAW_TAG: Final = 7
_CHANNELS: Final = 2
_BLOCK_BYTES: Final = SAMPLE_RATE
"""Samples to collect before some are written: a second."""
_ROUNDING_SAMPLES: Final = 1


def wav_header(samples: int) -> bytes:
    """The header of a stereo µ-law file with so many samples a side."""
    data_bytes = samples * _CHANNELS
    fmt = struct.pack(
        "<HHIIHHH", _MULAW_TAG, _CHANNELS, SAMPLE_RATE, SAMPLE_RATE * _CHANNELS, _CHANNELS, 8, 0
    )
    chunks = b"".join(
        (
            b"WAVE",
            b"fmt " + struct.pack("<I", len(fmt)) + fmt,
            b"fact" + struct.pack("<II", 4, samples),
            b"data" + struct.pack("<I", data_bytes),
        )
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + data_bytes) + chunks


class Recorder(Protocol):
    """Takes both sides of a stream as it goes on."""

    def caller(self, pcmu: bytes) -> None:
        """Add the caller's next audio."""
        ...

    def assistant(self, pcmu: bytes, at: float) -> None:
        """Add what the caller heard from ``at`` on, in seconds after the stream's start."""
        ...

    def close(self) -> None:
        """The stream is over; harmless when it was before."""
        ...


class Recorders:
    """Several at once."""

    def __init__(self, recorders: Sequence[Recorder]) -> None:
        self._recorders = recorders

    def caller(self, pcmu: bytes) -> None:
        """Add the caller's next audio."""
        for recorder in self._recorders:
            recorder.caller(pcmu)

    def assistant(self, pcmu: bytes, at: float) -> None:
        """Add what the caller heard from ``at`` on."""
        for recorder in self._recorders:
            recorder.assistant(pcmu, at)

    def close(self) -> None:
        """The stream is over."""
        for recorder in self._recorders:
            recorder.close()


class Sides:
    """Puts both sides side by side, a block at a time."""

    def __init__(self, write: Callable[[bytes], None], block: int) -> None:
        """Begin at the stream's start.

        Args:
            write: Takes stereo audio, a sample of the caller's before each of the assistant's.
            block: Samples to collect before some are written.
        """
        self.written = 0
        self._to = write
        self._block = block
        self._left = bytearray()
        self._right = bytearray()

    def caller(self, pcmu: bytes) -> None:
        """Add the caller's next audio."""
        self._left += pcmu
        if len(self._left) >= self._block:
            # The two sides may differ by a rounding error: the last frame waits for the next.
            self._write(len(self._left) - len(pcmu))

    def assistant(self, pcmu: bytes, at: float) -> None:
        """Add what the caller heard from ``at`` on, in seconds after the stream's start."""
        pause = round(at * SAMPLE_RATE) - self.written - len(self._right)
        if pause > _ROUNDING_SAMPLES:
            self._right += _SILENCE * pause
        self._right += pcmu

    def finish(self) -> None:
        """Write what is left."""
        self._write(max(len(self._left), len(self._right)))

    def _write(self, samples: int) -> None:
        both = bytearray(samples * _CHANNELS)
        both[0::2] = bytes(self._left[:samples]).ljust(samples, _SILENCE)
        both[1::2] = bytes(self._right[:samples]).ljust(samples, _SILENCE)
        self._to(bytes(both))
        self.written += samples
        del self._left[:samples]
        del self._right[:samples]


class Recording:
    """Writes the stereo file of one stream, as it goes on."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.write(wav_header(0))
        self._sides = Sides(self._keep, _BLOCK_BYTES)

    def caller(self, pcmu: bytes) -> None:
        """Add the caller's next audio."""
        self._sides.caller(pcmu)

    def assistant(self, pcmu: bytes, at: float) -> None:
        """Add what the caller heard from ``at`` on, in seconds after the stream's start."""
        self._sides.assistant(pcmu, at)

    def close(self) -> None:
        """Write what is left, and the header; the file is complete."""
        if self._file.closed:
            return
        self._sides.finish()
        self._file.seek(0)
        self._file.write(wav_header(self._sides.written))
        self._file.close()

    def _keep(self, both: bytes) -> None:
        self._file.write(both)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class EventLog:
    """Writes each entry of a journal as one line of JSON; the caller's words are among them."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8")

    def write(self, source: str, at: float, entry: Entry) -> None:
        """Write one entry; ``source`` is whose journal it is from, ``at`` seconds of the call."""
        line: dict[str, Any] = {"at": round(at, 4), "source": source, "kind": entry.kind}
        json.dump({**line, **entry.fields, **entry.private}, self._file, default=str)
        self._file.write("\n")

    def close(self) -> None:
        """Close the file; harmless when it is closed."""
        self._file.close()
