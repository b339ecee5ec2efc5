"""A stereo µ-law WAV file that is whole at every moment: who kills the process loses seconds.

Format tag 7 (WAVE_FORMAT_MULAW) with the ``fact`` chunk that RIFF asks of all but PCM. After
each block the sizes in the header follow, so they never promise more than there is.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Final

from processors.state.stereo import SAMPLE_RATE

_MULAW: Final = 7
_CHANNELS: Final = 2
MOST_BYTES: Final = 0xFFFFFFFF - 64
"""A RIFF size has 32 bits: 74 hours of such audio. What comes after that is not kept."""


def wav_header(samples: int) -> bytes:
    """The header of a file with so many samples a side."""
    data_bytes = samples * _CHANNELS
    form = struct.pack(
        "<HHIIHHH", _MULAW, _CHANNELS, SAMPLE_RATE, SAMPLE_RATE * _CHANNELS, _CHANNELS, 8, 0
    )
    chunks = b"".join(
        (
            b"WAVEfmt " + struct.pack("<I", len(form)) + form,
            b"fact" + struct.pack("<II", 4, samples),
            b"data" + struct.pack("<I", data_bytes),
        )
    )
    return b"RIFF" + struct.pack("<I", len(chunks) + data_bytes) + chunks


class WavFile:
    """Appends to one file; every method may raise ``OSError``."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._samples = 0
        self._most_bytes = most_bytes
        try:
            self._file.write(wav_header(0))
        except OSError:
            self._file.close()
            raise

    def append(self, interleaved: bytes) -> None:
        """Add samples of both sides."""
        samples = len(interleaved) // _CHANNELS
        if not samples or (self._samples + samples) * _CHANNELS > self._most_bytes:
            return
        begin = len(wav_header(0)) + self._samples * _CHANNELS
        written = 0
        while written < len(interleaved):  # a disk that fills up takes part of it
            written += os.pwrite(self._file.fileno(), interleaved[written:], begin + written)
        self._samples += samples
        os.pwrite(self._file.fileno(), wav_header(self._samples), 0)

    def close(self) -> None:
        """Close it; harmless when it is closed."""
        self._file.close()
