"""What OpenAI's models are known to take, and until when they live.

From the ``openai`` package's types (``realtime_session_create_request``, ``audio_transcription``,
``realtime_audio_config_output``) and OpenAI's deprecations page, as of November 2026. A model that
is not in these lists may be newer than this file: it is let through, with a word of warning.
"""

from __future__ import annotations

from typing import Final, Literal

Voice = Literal[
    "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"
]

REASONING_MODELS: Final = frozenset({"gpt-realtime-2", "gpt-realtime-2.1", "gpt-realtime-2.1-mini"})
"""They take ``reasoning`` and ``parallel_tool_calls``."""

SHUTDOWN: Final = {
    "gpt-realtime": "2027-01-20",
    "gpt-realtime-2025-08-28": "2027-01-20",
    "gpt-realtime-mini": "2027-01-20",
    "gpt-realtime-mini-2025-12-15": "2027-01-20",
    "gpt-audio-mini": "2027-01-20",
    "gpt-audio-mini-2025-12-15": "2027-01-20",
    "whisper-1": "2027-02-26",
    "gpt-4o-mini-transcribe": "2027-02-26",
    "gpt-4o-mini-transcribe-2025-12-15": "2027-02-26",
    "gpt-4o-transcribe": "2027-02-26",
    "gpt-4o-transcribe-diarize": "2027-02-26",
}
"""Announced last days."""

OTHER_MODELS: Final = frozenset(
    {
        "gpt-realtime",
        "gpt-realtime-1.5",
        "gpt-realtime-2025-08-28",
        "gpt-realtime-mini",
        "gpt-realtime-mini-2025-10-06",
        "gpt-realtime-mini-2025-12-15",
        "gpt-4o-realtime-preview",
        "gpt-4o-realtime-preview-2024-10-01",
        "gpt-4o-realtime-preview-2024-12-17",
        "gpt-4o-realtime-preview-2025-06-03",
        "gpt-4o-mini-realtime-preview",
        "gpt-4o-mini-realtime-preview-2024-12-17",
        "gpt-audio-1.5",
        "gpt-audio-mini",
        "gpt-audio-mini-2025-10-06",
        "gpt-audio-mini-2025-12-15",
    }
)
"""Realtime models without reasoning."""

KEYWORD_MODELS: Final = frozenset({"gpt-transcribe", "gpt-live-transcribe"})
"""Transcription models that take ``keywords`` and ``languages``."""

DELAY_MODELS: Final = frozenset({"gpt-realtime-whisper"})
"""Transcription models that take ``delay``, and no ``prompt``."""

DIARIZE_MODELS: Final = frozenset({"gpt-4o-transcribe-diarize"})
"""Transcription models that tell speakers apart, and take no ``prompt``."""

TRANSCRIPTION_MODELS: Final = (
    KEYWORD_MODELS
    | DELAY_MODELS
    | DIARIZE_MODELS
    | {
        "whisper-1",
        "gpt-4o-transcribe",
        "gpt-4o-mini-transcribe",
        "gpt-4o-mini-transcribe-2025-12-15",
    }
)


def takes_reasoning(model: str) -> bool:
    """Whether a model takes the reasoning fields; one that is not known gets the benefit."""
    return model not in OTHER_MODELS


def model_advice(model: str, known: frozenset[str], instead: str) -> str | None:
    """What to tell the owner of a file about the model that it names, if anything."""
    if model in SHUTDOWN:
        return f"{model} is shut down on {SHUTDOWN[model]}; {instead} takes its place"
    if model not in known:
        return f"{model} is not a model that this version knows; if it is new, this is fine"
    return None
