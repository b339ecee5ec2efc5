"""What to do with the model's audio when it is not µ-law."""

from __future__ import annotations

import binascii

from pipecat.audio.utils import alaw_to_pcm, create_stream_resampler

PCM_RATE = 24000
"""Hz of ``audio/pcm`` (``openai`` package, ``realtime/realtime_audio_formats.py``)."""

G711_RATE = 8000


async def to_pcm16(payload: str, audio_format: str) -> tuple[bytes, int]:
    """Decode a delta to PCM16 mono.

    Returns:
        The samples and their rate in Hz.

    Raises:
        binascii.Error: The payload is no base64.
    """
    audio = binascii.a2b_base64(payload)
    if audio_format == "audio/pcma":
        pcm = await alaw_to_pcm(audio, G711_RATE, G711_RATE, create_stream_resampler())
        return pcm, G711_RATE
    return audio, PCM_RATE
