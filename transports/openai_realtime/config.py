"""The call file's ``openai_realtime``: the model, its voice and how it takes turns."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from processors.context import CallContext, ProcessorConfig
from processors.fields import NUMERIC, Seconds
from transports.openai_realtime.models import (
    OTHER_MODELS,
    REASONING_MODELS,
    TRANSCRIPTION_MODELS,
    model_advice,
    takes_reasoning,
)
from transports.openai_realtime.session_settings import (
    NoiseReduction,
    Reasoning,
    ServerVad,
    ToolChoice,
    TracingChoice,
    Transcription,
    Truncation,
    TurnDetection,
    VoiceChoice,
)

_PCMU = {"type": "audio/pcmu"}


class OpenAIRealtimeConfig(ProcessorConfig):
    """Speaks the OpenAI Realtime API: hears the caller, answers, calls the tools."""

    wants_caller_audio: ClassVar[bool] = True

    type: Literal["openai_realtime"]
    """Names this processor."""

    model: Annotated[str, Field(min_length=1)] = "gpt-realtime-2.1"
    """The model. gpt-realtime-2.1-mini costs about a third."""

    voice: VoiceChoice = "marin"
    """A voice's name, or {id: ...} of your own. It can't change once a call has begun."""

    speed: Annotated[float, Field(ge=0.25, le=1.5), NUMERIC] = 1.0
    """How fast it speaks, 0.25 to 1.5 times its own pace."""

    turn_detection: TurnDetection | None = ServerVad(type="server_vad")
    """How the end of the caller's turn is found. null: not at all, your own processor does it."""

    noise_reduction: NoiseReduction | None = None
    """Cleaning of caller audio. null: none; phone networks clean already."""

    transcription: Transcription | None = Transcription()
    """What writes down the caller's words, billed apart. null: nothing does."""

    reasoning: Reasoning | None = None
    """How much it thinks; only the gpt-realtime-2 models. null: the API's own, low."""

    max_output_tokens: Annotated[int, Field(ge=1, le=4096), NUMERIC] | Literal["inf"] = "inf"
    """The most tokens of one answer, 1 to 4096, tool calls included. inf: the model's limit."""

    truncation: Truncation = "auto"
    """What happens when the context is full: auto, disabled (an error), or a retention ratio."""

    tool_choice: ToolChoice = "auto"
    """Whether it calls tools: auto, none, required, or {type: function, name: ...}."""

    parallel_tool_calls: bool | None = None
    """Several tools at once; only the gpt-realtime-2 models. null: the API's own."""

    tracing: TracingChoice | None = None
    """OpenAI's own traces: auto, or where to file them. null: none."""

    include: tuple[Literal["item.input_audio_transcription.logprobs"], ...] = ()
    """More than the usual in what the server sends."""

    warm: bool | None = None
    """Dial the model while the phone still rings. Only with one worker: of several, another one may
    get the stream. null: yes."""

    connect_timeout: Seconds = 10.0
    """How long the model may take to be ready, s; then the caller hears the fallback."""

    reconnect: bool = True
    """If the model's socket dies in mid call, go on with a fresh session."""

    @field_validator("reasoning", "parallel_tool_calls")
    @classmethod
    def _only_reasoning_models(cls, value: Any, info: ValidationInfo) -> Any:
        model = info.data.get("model")
        if value is None or model is None or takes_reasoning(model):
            return value
        raise ValueError(
            f"{model} takes no {info.field_name};"
            f" allowed with {', '.join(sorted(REASONING_MODELS))}"
        )

    @property
    def answers_by_itself(self) -> bool:
        """Whether the server answers each turn without being asked."""
        return self.turn_detection is not None and self.turn_detection.create_response

    def advice(self) -> list[tuple[str, str]]:
        """Models that end, and turns that nobody ends or answers."""
        said = [
            ("model", model_advice(self.model, OTHER_MODELS | REASONING_MODELS, _instead(self)))
        ]
        if self.transcription is not None:
            transcriber = self.transcription.model
            said.append(
                (
                    "transcription.model",
                    model_advice(transcriber, TRANSCRIPTION_MODELS, "gpt-transcribe"),
                )
            )
        if not self.answers_by_itself:
            said.append(
                (
                    "turn_detection",
                    "the model will not answer by itself; a processor of yours must ask it to",
                )
            )
        return [(key, sentence) for key, sentence in said if sentence is not None]

    def session(self, *, instructions: str, tools: list[dict[str, Any]]) -> dict[str, Any]:
        """The ``session`` of a ``session.update``: µ-law both ways, every VAD value explicit.

        The server's own defaults differ from their description (``silence_duration_ms``), so what
        has a value is sent. The model stands in the socket's URL and can't be changed here.
        """
        session: dict[str, Any] = {
            "type": "realtime",
            "output_modalities": ["audio"],
            "instructions": instructions,
            "audio": {
                "input": {
                    "format": dict(_PCMU),
                    "turn_detection": _whole(self.turn_detection),
                    "noise_reduction": _given(self.noise_reduction),
                    "transcription": _given(self.transcription),
                },
                "output": {
                    "format": dict(_PCMU),
                    "voice": _given(self.voice),
                    "speed": self.speed,
                },
            },
            "tools": tools,
            "tool_choice": _given(self.tool_choice),
            "max_output_tokens": self.max_output_tokens,
            "truncation": _given(self.truncation),
        }
        optional = {
            "reasoning": _given(self.reasoning),
            "parallel_tool_calls": self.parallel_tool_calls,
            "tracing": _given(self.tracing),
            "include": list(self.include) or None,
        }
        return session | {key: value for key, value in optional.items() if value is not None}

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the model side."""
        # Only a call needs the service; checking a file must not wait for its imports.
        from transports.openai_realtime.service import RealtimeService

        return RealtimeService(self, context)


def _instead(config: OpenAIRealtimeConfig) -> str:
    return "gpt-realtime-2.1-mini" if "mini" in config.model else "gpt-realtime-2.1"


def _whole(part: BaseModel | None) -> Any:
    return None if part is None else part.model_dump(mode="json")


def _given(part: BaseModel | str | None) -> Any:
    """A part as JSON, without what was left to the API."""
    return part.model_dump(mode="json", exclude_none=True) if isinstance(part, BaseModel) else part
