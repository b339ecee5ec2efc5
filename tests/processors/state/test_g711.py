"""µ-law by table, against ITU-T G.711 as the standard library had it."""

from __future__ import annotations

import struct
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.state.g711 import SILENCE, pcm16_to_pcmu, pcmu_to_pcm16

EVERY_BYTE = bytes(range(256))
NEGATIVE_ZERO = 0x7F
CLIP = 32124
"""The loudest that µ-law can say."""


def decoded(code: int) -> int:
    return int(struct.unpack("<h", pcmu_to_pcm16(bytes([code])))[0])


if sys.version_info < (3, 13):  # audioop went with it
    import audioop

    def test_decoding_equals_audioop() -> None:
        assert pcmu_to_pcm16(EVERY_BYTE) == audioop.ulaw2lin(EVERY_BYTE, 2)


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xFF, 0), (NEGATIVE_ZERO, 0), (0x80, CLIP), (0x00, -CLIP), (0xFE, 8), (0x7E, -8)],
)
def test_known_values(code: int, sample: int) -> None:
    assert decoded(code) == sample


def test_decoding_and_encoding_again_gives_the_same_bytes() -> None:
    expected = EVERY_BYTE.replace(bytes([NEGATIVE_ZERO]), bytes([SILENCE]))

    assert pcm16_to_pcmu(pcmu_to_pcm16(EVERY_BYTE)) == expected


def test_every_sample_is_encoded_within_one_step() -> None:
    samples = range(-32768, 32768)
    codes = pcm16_to_pcmu(struct.pack(f"<{len(samples)}h", *samples))
    levels = sorted({decoded(code) for code in range(256)})
    steps = {low: high - low for low, high in pairwise(levels)}
    values = struct.unpack(f"<{len(codes)}h", pcmu_to_pcm16(codes))

    assert all(
        abs(value - max(-CLIP, min(CLIP, sample))) <= max(steps.get(value, 0), steps.get(-value, 0))
        for sample, value in zip(samples, values, strict=True)
    )


@given(st.binary(max_size=400))
@settings(derandomize=True, max_examples=50, deadline=None)
def test_sound_keeps_its_length(pcmu: bytes) -> None:
    assert len(pcmu_to_pcm16(pcmu)) == 2 * len(pcmu)
    assert len(pcm16_to_pcmu(pcmu_to_pcm16(pcmu))) == len(pcmu)
