"""The part of a call's record that tells what it took: tokens and money."""

from __future__ import annotations

from processors.state.record_part import RecordPart


class ModelUsage(RecordPart):
    """What one model took in and put out."""

    model: str = ""
    """Its name."""

    responses: int = 0
    """How many responses it gave."""

    text_in: int = 0
    """Tokens of text taken in, cached ones too."""

    text_cached: int = 0
    """Those of them that were cached."""

    text_out: int = 0
    """Tokens of text put out."""

    audio_in: int = 0
    """Tokens of audio taken in, cached ones too."""

    audio_cached: int = 0
    """Those of them that were cached."""

    audio_out: int = 0
    """Tokens of audio put out."""

    usd: float | None = None
    """What that costs; null: no price is known."""


class TranscriptionUsage(RecordPart):
    """What the transcription of the caller took; its price is not in ``usd``."""

    input_tokens: int = 0
    """Tokens taken in, for models that are paid by tokens."""

    output_tokens: int = 0
    """Tokens put out."""

    seconds: float = 0.0
    """Audio, for models that are paid by time."""


class UsageRecord(RecordPart):
    """Tokens and cost."""

    models: tuple[ModelUsage, ...] = ()
    """By model; what is said and what is asked aside together."""

    transcription: TranscriptionUsage = TranscriptionUsage()
    """What writing the caller's words down took."""

    usd: float | None = None
    """All models together; null: not every price is known."""

    prices_as_of: str = ""
    """The day of the price list."""
