"""The model's settings: all of the API's, in the API's shape, and nothing that it would refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.openai_types import assert_client_event, assert_session
from tests.pipeline.files import problems, with_model
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.models import SHUTDOWN

TOOL = {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}}


def config(**settings: Any) -> OpenAIRealtimeConfig:
    return OpenAIRealtimeConfig.model_validate({"type": "openai_realtime", **settings})


def session(**settings: Any) -> dict[str, Any]:
    return config(**settings).session(instructions="Be brief.", tools=[TOOL])


def test_the_default_session_is_whole_and_the_api_takes_it() -> None:
    found = session()

    assert found == {
        "type": "realtime",
        "output_modalities": ["audio"],
        "instructions": "Be brief.",
        "audio": {
            "input": {
                "format": {"type": "audio/pcmu"},
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 500,
                    "create_response": True,
                    "interrupt_response": True,
                    "idle_timeout_ms": None,
                },
                "noise_reduction": None,
                "transcription": {"model": "gpt-transcribe"},
            },
            "output": {"format": {"type": "audio/pcmu"}, "voice": "marin", "speed": 1.0},
        },
        "tools": [TOOL],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "truncation": "auto",
    }
    assert_client_event({"type": "session.update", "session": found})
    assert config().model == "gpt-realtime-2.1"


@pytest.mark.parametrize(
    ("settings", "key", "value"),
    [
        ({"voice": {"id": "voice_1"}}, "audio.output.voice", {"id": "voice_1"}),
        ({"speed": 1.5}, "audio.output.speed", 1.5),
        ({"turn_detection": None}, "audio.input.turn_detection", None),
        (
            {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}},
            "audio.input.turn_detection",
            {
                "type": "semantic_vad",
                "eagerness": "low",
                "create_response": True,
                "interrupt_response": True,
            },
        ),
        (
            {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 5000}},
            "audio.input.turn_detection.idle_timeout_ms",
            5000,
        ),
        (
            {"noise_reduction": {"type": "near_field"}},
            "audio.input.noise_reduction",
            {"type": "near_field"},
        ),
        (
            {"noise_reduction": {"type": "far_field", "strength": 0.5}},
            "audio.input.noise_reduction.strength",
            0.5,
        ),
        ({"transcription": None}, "audio.input.transcription", None),
        (
            {"transcription": {"keywords": ["Acme"], "languages": ["en", "es"]}},
            "audio.input.transcription",
            {"model": "gpt-transcribe", "keywords": ["Acme"], "languages": ["en", "es"]},
        ),
        (
            {"transcription": {"model": "gpt-realtime-whisper", "delay": "low"}},
            "audio.input.transcription.delay",
            "low",
        ),
        (
            {"transcription": {"model": "gpt-4o-transcribe", "prompt": "homes", "language": "en"}},
            "audio.input.transcription.prompt",
            "homes",
        ),
        ({"reasoning": {"effort": "minimal"}}, "reasoning", {"effort": "minimal"}),
        ({"parallel_tool_calls": False}, "parallel_tool_calls", False),
        ({"max_output_tokens": 4096}, "max_output_tokens", 4096),
        ({"truncation": "disabled"}, "truncation", "disabled"),
        (
            {"truncation": {"type": "retention_ratio", "retention_ratio": 0.8}},
            "truncation",
            {"type": "retention_ratio", "retention_ratio": 0.8},
        ),
        (
            {
                "truncation": {
                    "type": "retention_ratio",
                    "retention_ratio": 1,
                    "token_limits": {"post_instructions": 8000},
                }
            },
            "truncation.token_limits",
            {"post_instructions": 8000},
        ),
        (
            {"tool_choice": {"type": "function", "name": "f"}},
            "tool_choice",
            {"type": "function", "name": "f"},
        ),
        ({"tool_choice": "required"}, "tool_choice", "required"),
        ({"tracing": "auto"}, "tracing", "auto"),
        (
            {"tracing": {"workflow_name": "w", "metadata": {"a": 1}}},
            "tracing",
            {"workflow_name": "w", "metadata": {"a": 1}},
        ),
        (
            {"include": ["item.input_audio_transcription.logprobs"]},
            "include",
            ["item.input_audio_transcription.logprobs"],
        ),
    ],
)
def test_every_setting_reaches_the_session_in_the_shape_of_the_api(
    settings: dict[str, Any], key: str, value: Any
) -> None:
    found = session(**settings)

    assert_session(found)
    for step in key.split("."):
        found = found[step]
    assert found == value


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("voice: nobody", "voice: found 'nobody'; allowed: 'alloy', 'ash'"),
        ("voice: {id: ''}", "voice.id: found ''; allowed: text that is not empty"),
        ("speed: 0.2", "speed: found 0.2; allowed: at least 0.25 and at most 1.5"),
        ("speed: 1.6", "speed: found 1.6; allowed: at least 0.25 and at most 1.5"),
        ("turn_detection: {threshold: 1}", "allowed: type: server_vad or type: semantic_vad"),
        ("turn_detection: {type: server_vad, threshold: 1.1}", "at least 0 and at most 1"),
        ("turn_detection: {type: server_vad, silence_duration_ms: -1}", "at least 0"),
        ("turn_detection: {type: server_vad, idle_timeout_ms: 4999}", "at least 5000 and at most"),
        ("turn_detection: {type: server_vad, idle_timeout_ms: 30001}", "and at most 30000"),
        ("turn_detection: {type: server_vad, eagerness: low}", "belongs to type: semantic_vad"),
        ("turn_detection: {type: semantic_vad, idle_timeout_ms: 6000}", "belongs to type: server"),
        ("turn_detection: {type: semantic_vad, eagerness: eager}", "'low', 'medium', 'high' or"),
        ("turn_detection: none", "turn_detection: found 'none'; allowed: a mapping"),
        ("noise_reduction: {type: on}", "'near_field' or 'far_field'"),
        ("noise_reduction: {type: near_field, strength: -1}", "strength: found -1; allowed"),
        (
            "transcription: {delay: low}",
            "gpt-transcribe takes no delay; allowed with gpt-realtime-",
        ),
        ("transcription: {model: whisper-1, keywords: [a]}", "whisper-1 takes no keywords"),
        ("transcription: {model: gpt-4o-transcribe, languages: [en]}", "takes no languages"),
        ("transcription: {model: gpt-realtime-whisper, prompt: x}", "takes no prompt"),
        ("transcription: {model: gpt-4o-transcribe-diarize, prompt: x}", "takes no prompt"),
        ("transcription: {language: English}", "two small letters, ISO 639-1"),
        ("reasoning: {effort: none}", "reasoning.effort: found 'none'; allowed: 'minimal'"),
        (
            "model: gpt-realtime-1.5, reasoning: {effort: low}",
            "gpt-realtime-1.5 takes no reasoning",
        ),
        ("model: gpt-realtime, parallel_tool_calls: true", "takes no parallel_tool_calls"),
        (
            "max_output_tokens: 0",
            "max_output_tokens: found 0; allowed: at least 1 and at most 4096",
        ),
        ("max_output_tokens: 4097", "at least 1 and at most 4096 or 'inf'"),
        ("max_output_tokens: all", "a whole number or 'inf'"),
        ("truncation: none", "truncation: found 'none'; allowed: 'auto' or 'disabled'"),
        ("truncation: {type: retention_ratio}", "truncation.retention_ratio: is missing"),
        ("truncation: {type: retention_ratio, retention_ratio: 1.1}", "at least 0 and at most 1"),
        ("tool_choice: any", "tool_choice: found 'any'; allowed: 'none', 'auto' or 'required'"),
        ("tool_choice: {type: mcp, server_label: x}", "tool_choice.type: found 'mcp'"),
        ("tracing: on", "tracing: found 'on'; allowed: 'auto'"),
        (
            "tracing: {workflow: x}",
            "tracing.workflow: found an unknown key; allowed: workflow_name",
        ),
        ("include: [all]", "include[0]: found 'all'; allowed: 'item.input_audio_transcription"),
        ("connect_timeout: 0", "connect_timeout: found 0; allowed: more than 0"),
        ("connect_timeout: .inf", "connect_timeout: found '.inf'; allowed: a"),
        ("temperature: 0.8", "temperature: found an unknown key"),
        ("modalities: [audio]", "modalities: found an unknown key"),
    ],
)
def test_what_the_api_would_refuse_is_refused_by_the_check(
    tmp_path: Path, settings: str, told: str
) -> None:
    found = "\n".join(problems(tmp_path, with_model(settings)))

    assert "5: pipeline[2]." in found
    assert told in found


def test_models_that_end_and_models_that_are_new_are_told() -> None:
    ends = config(model="gpt-realtime-mini", transcription={"model": "gpt-4o-transcribe"})
    new = config(model="gpt-realtime-3", reasoning={"effort": "low"}, transcription=None)

    assert ends.advice() == [
        (
            "model",
            "gpt-realtime-mini is shut down on 2027-01-20; gpt-realtime-2.1-mini takes its place",
        ),
        (
            "transcription.model",
            "gpt-4o-transcribe is shut down on 2027-02-26; gpt-transcribe takes its place",
        ),
    ]
    assert [key for key, _ in new.advice()] == ["model"]
    assert config().advice() == []


def test_the_defaults_outlive_the_announced_shutdowns() -> None:
    default = config()

    assert default.transcription is not None
    assert not {default.model, default.transcription.model} & set(SHUTDOWN)
