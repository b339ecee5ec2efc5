"""The parts of OpenAI's session object that a call file may set.

Names, bounds and meanings are the API's (OpenAI, Realtime API reference, ``session.update``; the
``openai`` package's ``RealtimeSessionCreateRequest``). What the API would refuse is refused here,
when the file is checked, not when somebody calls.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo
from pydantic import field_validator as checks

from processors.block import Block
from processors.fields import (
    MAPPING,
    NUMERIC,
    PLAIN,
    Milliseconds,
    Shape,
    plain_or_mapping,
)
from transports.openai_realtime.models import (
    DELAY_MODELS,
    DIARIZE_MODELS,
    KEYWORD_MODELS,
    TRANSCRIPTION_MODELS,
    Voice,
)

Language = Annotated[str, Shape("[a-z]{2}", "two small letters, ISO 639-1, as in en")]


class ServerVad(Block):
    """Ends the caller's turn after a silence of fixed length."""

    type: Literal["server_vad"]
    """By loudness and silence."""

    threshold: Annotated[float, Field(ge=0, le=1), NUMERIC] = 0.5
    """How loud speech must be, 0 to 1. Higher for a noisy line."""

    prefix_padding_ms: Milliseconds = 300
    """Audio from before the speech began that belongs to it, ms."""

    silence_duration_ms: Milliseconds = 500
    """Silence that ends the turn, ms. Shorter answers sooner, and cuts in on pauses."""

    create_response: bool = True
    """Answer by itself when the turn ends."""

    interrupt_response: bool = True
    """Stop the answer that is being made when the caller speaks."""

    idle_timeout_ms: Annotated[int, Field(ge=5000, le=30_000), NUMERIC] | None = None
    """Speak up by itself after so much silence of both sides, ms. null: wait for ever."""


class SemanticVad(Block):
    """Ends the caller's turn when what was said sounds finished."""

    type: Literal["semantic_vad"]
    """By meaning."""

    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    """How soon to answer. At most 8 s (low), 4 s (medium, auto) or 2 s (high) of waiting."""

    create_response: bool = True
    """Answer by itself when the turn ends."""

    interrupt_response: bool = True
    """Stop the answer that is being made when the caller speaks."""


TurnDetection = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class NoiseReduction(Block):
    """Cleans caller audio before turn detection and the model hear it."""

    type: Literal["near_field", "far_field"]
    """near_field: a handset or headset. far_field: a speakerphone or a room."""

    strength: Annotated[float, Field(ge=0, allow_inf_nan=False), NUMERIC] | None = None
    """How strongly; higher suppresses more. null: the API's own, 1."""


class Transcription(Block):
    """Writes down what the caller said, beside the model, which hears the audio itself."""

    model: str = "gpt-transcribe"
    """The transcription model. The default has no announced end and can be told names to expect
    (`keywords`); whisper-1 and the gpt-4o models end on 2027-02-26."""

    language: Language | None = None
    """The caller's language, ISO 639-1 (`en`): better and faster, if it is sure."""

    languages: tuple[Language, ...] | None = None
    """Languages to expect, ISO 639-1. Only gpt-transcribe and gpt-live-transcribe."""

    keywords: tuple[str, ...] | None = None
    """Names and words to expect. Only gpt-transcribe and gpt-live-transcribe."""

    prompt: str | None = None
    """Text to guide it. Not with gpt-realtime-whisper and gpt-4o-transcribe-diarize."""

    delay: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None
    """How long to wait for more context. Only gpt-realtime-whisper."""

    @checks("languages", "keywords")
    @classmethod
    def _only_keyword_models(cls, value: Any, info: ValidationInfo) -> Any:
        return _only_with(value, info, KEYWORD_MODELS)

    @checks("delay")
    @classmethod
    def _only_delay_models(cls, value: Any, info: ValidationInfo) -> Any:
        return _only_with(value, info, DELAY_MODELS)

    @checks("prompt")
    @classmethod
    def _only_prompt_models(cls, value: Any, info: ValidationInfo) -> Any:
        return _only_with(value, info, TRANSCRIPTION_MODELS - DELAY_MODELS - DIARIZE_MODELS)


def _only_with(value: Any, info: ValidationInfo, takers: frozenset[str]) -> Any:
    model = info.data.get("model")
    if value is None or model is None or model in takers or model not in TRANSCRIPTION_MODELS:
        return value
    allowed = ", ".join(sorted(takers))
    raise ValueError(f"{model} takes no {info.field_name}; allowed with {allowed}")


class Reasoning(Block):
    """How much the model thinks before it speaks."""

    effort: Literal["minimal", "low", "medium", "high", "xhigh"] = "low"
    """More effort, later answers. On the phone: minimal or low."""


class TokenLimits(Block):
    """Limits on what of the conversation is kept."""

    post_instructions: Annotated[int, Field(ge=0), NUMERIC] | None = None
    """The most tokens of conversation after instructions and tools. null: the model's limit."""


class RetentionRatio(Block):
    """Drops more than needed when the context is full, so that it happens rarely."""

    type: Literal["retention_ratio"]
    """Keep a fraction."""

    retention_ratio: Annotated[float, Field(ge=0, le=1), NUMERIC]
    """The fraction of the conversation that is kept, 0 to 1. 0.8 keeps the cache useful."""

    token_limits: TokenLimits | None = None
    """Limits below the model's own."""


class FunctionChoice(Block):
    """Makes the model call one function."""

    type: Literal["function"]
    """A function tool."""

    name: str
    """Its name."""


class Tracing(Block):
    """Where the session's trace is filed in OpenAI's Traces dashboard."""

    workflow_name: str | None = None
    """The name of the workflow."""

    group_id: str | None = None
    """Traces of one group are found together."""

    metadata: dict[str, Any] | None = None
    """Anything to filter by."""


class CustomVoice(Block):
    """A voice of your own."""

    id: Annotated[str, Field(min_length=1)]
    """Its id at OpenAI, as in `voice_1234`."""


VoiceChoice = Annotated[
    Annotated[Voice, Tag(PLAIN)] | Annotated[CustomVoice, Tag(MAPPING)],
    Discriminator(plain_or_mapping),
]
Truncation = Annotated[
    Annotated[Literal["auto", "disabled"], Tag(PLAIN)] | Annotated[RetentionRatio, Tag(MAPPING)],
    Discriminator(plain_or_mapping),
]
ToolChoice = Annotated[
    Annotated[Literal["none", "auto", "required"], Tag(PLAIN)]
    | Annotated[FunctionChoice, Tag(MAPPING)],
    Discriminator(plain_or_mapping),
]
TracingChoice = Annotated[
    Annotated[Literal["auto"], Tag(PLAIN)] | Annotated[Tracing, Tag(MAPPING)],
    Discriminator(plain_or_mapping),
]
