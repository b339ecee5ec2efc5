"""The three audio formats of the Realtime API, each to and from the µ-law both ends speak.

``audio/pcmu`` is G.711 µ-law and ``audio/pcma`` G.711 A-law, 8 kHz mono, one byte a sample;
``audio/pcm`` is little-endian PCM16, 24 kHz mono (OpenAI, Realtime API reference, audio formats).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16

FormatType = Literal["audio/pcmu", "audio/pcma", "audio/pcm"]

_UPSAMPLING: Final = 3
"""24 kHz over 8 kHz."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One format, as a session is set to.

    Attributes:
        type: Its name on the wire.
    """

    type: FormatType = "audio/pcm"

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> AudioFormat:
        """The format that a checked ``format`` object names."""
        return cls(wire["type"])

    def to_wire(self) -> dict[str, Any]:
        """The object that says this format; only PCM has a rate."""
        return (
            {"type": self.type, "rate": 24000} if self.type == "audio/pcm" else {"type": self.type}
        )

    @property
    def bytes_per_ms(self) -> int:
        """How many bytes play in one millisecond."""
        return 48 if self.type == "audio/pcm" else 8

    def encode(self, pcmu: bytes) -> bytes:
        """µ-law in this format; PCM is interpolated to three times the samples."""
        if self.type == "audio/pcmu":
            return pcmu
        if self.type == "audio/pcma":
            return pcmu.translate(_law_tables()[0])
        samples = np.frombuffer(pcmu_to_pcm16(pcmu), dtype="<i2")
        if not len(samples):
            return b""
        at = np.arange(len(samples) * _UPSAMPLING) / _UPSAMPLING
        pcm16: bytes = np.interp(at, np.arange(len(samples)), samples).astype("<i2").tobytes()
        return pcm16


class AudioDecoder:
    """Turns one session's input into µ-law, piece by piece, however the pieces are cut."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._type = audio_format.type
        self._rest = b""

    def feed(self, audio: bytes) -> bytes:
        """The µ-law of this piece and of what an earlier one left unfinished."""
        if self._type == "audio/pcmu":
            return audio
        if self._type == "audio/pcma":
            return audio.translate(_law_tables()[1])
        audio = self._rest + audio
        whole = len(audio) // (2 * _UPSAMPLING) * (2 * _UPSAMPLING)
        self._rest = audio[whole:]
        triples = np.frombuffer(audio[:whole], dtype="<i2").reshape(-1, _UPSAMPLING)
        # The mean of three is filter enough for speech out of a telephone.
        return pcm16_to_pcmu(triples.mean(axis=1).astype("<i2").tobytes())


@functools.cache
def _law_tables() -> tuple[bytes, bytes]:
    """Translations µ-law to A-law and back: to the code of the nearest amplitude."""
    mu = np.frombuffer(pcmu_to_pcm16(bytes(range(256))), dtype="<i2").astype(np.int32)
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code & 0x70) >> 4, (code & 0x0F) << 4
    magnitude = np.where(
        exponent > 0, (mantissa + 0x108) << np.maximum(exponent - 1, 0), mantissa + 8
    )
    a = np.where(code & 0x80, magnitude, -magnitude)
    distance = np.abs(mu[:, None] - a[None, :])
    return (
        distance.argmin(axis=1).astype(np.uint8).tobytes(),
        distance.argmin(axis=0).astype(np.uint8).tobytes(),
    )
