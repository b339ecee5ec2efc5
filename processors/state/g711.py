"""G.711 µ-law and PCM16, by table (ITU-T G.711).

Only those who must read or write samples come here: transcoding, stock processors that ask a
frame for PCM, the simulated ends. The straight path never does. numpy tables instead of the
standard library's ``audioop``, which is gone from Python 3.13.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

SILENCE: Final = 0xFF
"""The µ-law byte of zero amplitude."""

_BIAS: Final = 0x84
_CLIP: Final = 32635


def _decode_table() -> npt.NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + _BIAS) << ((code & 0x70) >> 4)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encode_table() -> npt.NDArray[np.uint8]:
    pcm = np.arange(-32768, 32768, dtype=np.int32)
    biased = np.minimum(np.abs(pcm), _CLIP) + _BIAS
    exponent = np.floor(np.log2(biased)).astype(np.int32) - 7
    mantissa = (biased >> (exponent + 3)) & 0x0F
    code = np.where(pcm < 0, 0x80, 0) | (exponent << 4) | mantissa
    table: npt.NDArray[np.uint8] = (~code & 0xFF).astype(np.uint8)
    return table


_TO_PCM16: Final = _decode_table()
_TO_PCMU: Final = _encode_table()


def pcmu_to_pcm16(pcmu: bytes) -> bytes:
    """Decode µ-law bytes to little-endian PCM16 of the same sample rate."""
    return _TO_PCM16[np.frombuffer(pcmu, dtype=np.uint8)].astype("<i2").tobytes()


def pcm16_to_pcmu(pcm16: bytes) -> bytes:
    """Encode little-endian PCM16 as µ-law bytes of the same sample rate."""
    samples = np.frombuffer(pcm16, dtype="<i2").astype(np.int32)
    return _TO_PCMU[samples + 32768].tobytes()
