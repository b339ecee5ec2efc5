"""What a ``session.update`` may hold, and what a ``response.create`` may override.

Fields and bounds follow the GA reference (OpenAI, Realtime API reference, ``session.update``);
the spellings of the beta (``voice``, ``modalities``, ``input_audio_format`` at the top) are
unknown parameters. MCP tools are not simulated: only functions.
"""

from __future__ import annotations

from typing import Any, Final

from transports.simulated.schema import (
    Check,
    anything,
    array,
    boolean,
    either,
    integer,
    literal,
    mapping,
    nullable,
    number,
    record,
    tagged,
    text,
)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_FORMAT: Final = tagged(
    "type",
    {
        "audio/pcm": record(
            {"type": anything, "rate": integer(24000, 24000)},
        ),
        "audio/pcmu": record({"type": anything}),
        "audio/pcma": record({"type": anything}),
    },
)
_VOICE: Final = either(_is_text, text(), record({"id": text()}, required=("id",)))
_TOOLS: Final = array(
    tagged(
        "type",
        {
            "function": record(
                {
                    "type": anything,
                    "name": text(maximum=64),
                    "description": text(),
                    "parameters": mapping(anything, pairs=1000, key_chars=1000),
                },
                required=("name",),
            ),
        },
    )
)
_TOOL_CHOICE: Final = either(
    _is_text,
    literal("none", "auto", "required"),
    tagged("type", {"function": record({"type": anything, "name": text()}, required=("name",))}),
)
_REASONING: Final = record(
    {"effort": literal("minimal", "low", "medium", "high", "xhigh")},
)
_MAX_OUTPUT_TOKENS: Final = either(_is_text, literal("inf"), integer(1, 4096))
_MODALITIES: Final = array(literal("audio", "text"), length=1)
_OUTPUT_AUDIO: Final[dict[str, Check]] = {"format": _FORMAT, "voice": _VOICE}

_TURN_DETECTION: Final = tagged(
    "type",
    {
        "server_vad": record(
            {
                "type": anything,
                "threshold": number(0, 1),
                "prefix_padding_ms": integer(0, 10_000),
                "silence_duration_ms": integer(0, 10_000),
                "idle_timeout_ms": nullable(integer(5000, 30_000)),
                "create_response": boolean(),
                "interrupt_response": boolean(),
            }
        ),
        "semantic_vad": record(
            {
                "type": anything,
                "eagerness": literal("low", "medium", "high", "auto"),
                "create_response": boolean(),
                "interrupt_response": boolean(),
            }
        ),
    },
)
_TRANSCRIPTION: Final = record(
    {
        "model": text(),
        "language": nullable(text()),
        "languages": array(text()),
        "keywords": array(text()),
        "prompt": nullable(text()),
        "delay": literal("minimal", "low", "medium", "high", "xhigh"),
    }
)
_NOISE_REDUCTION: Final = record(
    {"type": literal("near_field", "far_field"), "strength": number(0, 1)}
)
_TRUNCATION: Final = either(
    _is_text,
    literal("auto", "disabled"),
    record(
        {
            "type": literal("retention_ratio"),
            "retention_ratio": number(0, 1),
            "token_limits": record({"post_instructions": integer(0)}),
        },
        required=("type", "retention_ratio"),
    ),
)
_TRACING: Final = either(
    _is_text,
    literal("auto"),
    record(
        {
            "workflow_name": text(),
            "group_id": text(),
            "metadata": mapping(anything, pairs=1000, key_chars=1000),
        }
    ),
)
SESSION: Final = record(
    {
        "type": literal("realtime"),
        "model": text(),
        "output_modalities": _MODALITIES,
        "instructions": text(),
        "audio": record(
            {
                "input": record(
                    {
                        "format": _FORMAT,
                        "noise_reduction": nullable(_NOISE_REDUCTION),
                        "transcription": nullable(_TRANSCRIPTION),
                        "turn_detection": nullable(_TURN_DETECTION),
                    }
                ),
                "output": record({**_OUTPUT_AUDIO, "speed": number(0.25, 1.5)}),
            }
        ),
        "tools": _TOOLS,
        "tool_choice": _TOOL_CHOICE,
        "parallel_tool_calls": boolean(),
        "reasoning": _REASONING,
        "max_output_tokens": _MAX_OUTPUT_TOKENS,
        "truncation": _TRUNCATION,
        "tracing": nullable(_TRACING),
        "include": nullable(array(literal("item.input_audio_transcription.logprobs"))),
        "prompt": nullable(record({"id": text(), "version": text(), "variables": anything})),
    },
    required=("type",),
)

RESPONSE: Final = record(
    {
        "conversation": literal("auto", "none"),
        "input": array(anything),
        "instructions": text(),
        "output_modalities": _MODALITIES,
        "audio": record({"output": record(_OUTPUT_AUDIO)}),
        "tools": _TOOLS,
        "tool_choice": _TOOL_CHOICE,
        "parallel_tool_calls": boolean(),
        "reasoning": _REASONING,
        "max_output_tokens": _MAX_OUTPUT_TOKENS,
        "metadata": nullable(mapping(text(maximum=512), pairs=16, key_chars=64)),
        "prompt": nullable(anything),
    }
)
