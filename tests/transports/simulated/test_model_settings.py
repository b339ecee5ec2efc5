"""``session.update``: what merges, what clears, what is refused, and that a refusal is whole."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from transports.simulated.audio_format import AudioFormat
from transports.simulated.client_error import ClientError
from transports.simulated.session_settings import SessionSettings
from transports.simulated.vad import VadRules

PCMU = {"type": "audio/pcmu"}


def fresh(model: str = "gpt-realtime-2.1") -> SessionSettings:
    return SessionSettings("sess_1", model, 3600)


def updated(*changes: dict[str, Any], model: str = "gpt-realtime-2.1") -> SessionSettings:
    session = fresh(model)
    for change in changes:
        session.update({"type": "realtime", **change}, voice_locked=False)
    return session


def turn_detection(rules: dict[str, Any] | None) -> dict[str, Any]:
    return {"audio": {"input": {"turn_detection": rules}}}


def refusal(change: Any, *, voice_locked: bool = False, **first: Any) -> ClientError:
    session = updated(first) if first else fresh()
    before = copy.deepcopy(session.effective)
    with pytest.raises(ClientError) as error:
        session.update(change, voice_locked=voice_locked)
    assert session.effective == before, "a refused update changes nothing"
    return error.value


def test_only_what_is_sent_changes() -> None:
    session = updated(
        {"instructions": "Be brief.", "audio": {"input": {"format": PCMU}}},
        {"audio": {"output": {"voice": "cedar"}}},
    )

    audio = session.effective["audio"]
    assert session.effective["instructions"] == "Be brief."
    assert audio["input"]["format"] == PCMU
    assert audio["input"]["turn_detection"]["type"] == "server_vad"
    assert audio["output"] == {
        "format": {"type": "audio/pcm", "rate": 24000},
        "voice": "cedar",
        "speed": 1.0,
    }
    assert session.input_format == AudioFormat("audio/pcmu")
    assert session.output_format == AudioFormat("audio/pcm")


@pytest.mark.parametrize("field", ["turn_detection", "noise_reduction", "transcription"])
def test_null_clears_a_part_of_the_input(field: str) -> None:
    on = {
        "turn_detection": {"type": "semantic_vad"},
        "noise_reduction": {"type": "near_field"},
        "transcription": {"model": "whisper-1"},
    }
    session = updated({"audio": {"input": on}}, {"audio": {"input": {field: None}}})

    assert session.effective["audio"]["input"][field] is None


def test_empty_instructions_and_tools_clear() -> None:
    tool = {"type": "function", "name": "end_call", "parameters": {"type": "object"}}
    session = updated({"instructions": "x", "tools": [tool]}, {"instructions": "", "tools": []})

    assert (session.effective["instructions"], session.effective["tools"]) == ("", [])


def test_turn_detection_gets_the_defaults_of_its_type() -> None:
    server = updated(turn_detection({"type": "server_vad", "silence_duration_ms": 700}))
    semantic = updated(turn_detection({"type": "semantic_vad", "eagerness": "low"}))

    assert server.vad_rules == VadRules(0.5, 300, 700, 700)
    assert server.turn_detection is not None
    assert server.turn_detection["interrupt_response"] is True
    assert semantic.turn_detection is not None
    assert semantic.turn_detection["create_response"] is True
    assert semantic.vad_rules == VadRules(pause_ms=400, max_pause_ms=8000)
    assert updated(turn_detection(None)).vad_rules is None


def test_noise_reduction_keeps_its_strength() -> None:
    session = updated(
        {"audio": {"input": {"noise_reduction": {"type": "near_field", "strength": 0.4}}}},
        {"audio": {"input": {"noise_reduction": {"type": "far_field"}}}},
    )

    assert session.effective["audio"]["input"]["noise_reduction"] == {
        "type": "far_field",
        "strength": 0.4,
    }


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"temperature": 0.8}, "session.temperature"),
        ({"voice": "alloy"}, "session.voice"),
        ({"modalities": ["audio"]}, "session.modalities"),
        ({"input_audio_format": "g711_ulaw"}, "session.input_audio_format"),
        ({"turn_detection": None}, "session.turn_detection"),
        ({"audio": {"output": {"rate": 1}}}, "session.audio.output.rate"),
        (
            {"audio": {"input": {"format": {"type": "audio/pcmu", "rate": 8000}}}},
            "session.audio.input.format.rate",
        ),
        (
            turn_detection({"type": "semantic_vad", "silence_duration_ms": 500}),
            "session.audio.input.turn_detection.silence_duration_ms",
        ),
        (
            {"tools": [{"type": "function", "name": "x", "strict": True}]},
            "session.tools[0].strict",
        ),
    ],
)
def test_unknown_keys_are_named(change: dict[str, Any], param: str) -> None:
    error = refusal({"type": "realtime", "instructions": "new", **change})

    assert (error.code, error.param) == ("unknown_parameter", param)
    assert error.message == f"Unknown parameter: '{param}'."


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"output_modalities": ["audio", "text"]}, "session.output_modalities"),
        ({"output_modalities": ["video"]}, "session.output_modalities[0]"),
        ({"audio": {"output": {"speed": 1.6}}}, "session.audio.output.speed"),
        (
            {"audio": {"input": {"format": {"type": "g711_ulaw"}}}},
            "session.audio.input.format.type",
        ),
        ({"max_output_tokens": 4097}, "session.max_output_tokens"),
        ({"max_output_tokens": "many"}, "session.max_output_tokens"),
        ({"tool_choice": "sometimes"}, "session.tool_choice"),
        ({"reasoning": {"effort": "huge"}}, "session.reasoning.effort"),
        ({"type": "transcription"}, "session.type"),
        ({"model": "gpt-realtime-1.5"}, "session.model"),
        ({"truncation": "sometimes"}, "session.truncation"),
        (
            turn_detection({"type": "server_vad", "threshold": 1.1}),
            "session.audio.input.turn_detection.threshold",
        ),
        (
            turn_detection({"type": "server_vad", "idle_timeout_ms": 4000}),
            "session.audio.input.turn_detection.idle_timeout_ms",
        ),
        (
            turn_detection({"type": "semantic_vad", "eagerness": "eager"}),
            "session.audio.input.turn_detection.eagerness",
        ),
    ],
)
def test_values_out_of_bounds_are_named(change: dict[str, Any], param: str) -> None:
    error = refusal({"type": "realtime", "instructions": "new", **change})

    assert (error.code, error.param) == ("invalid_value", param)


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"instructions": "x"}, "missing_required_parameter", "session.type"),
        (
            {"type": "realtime", "tools": [{"type": "function"}]},
            "missing_required_parameter",
            "session.tools[0].name",
        ),
        ({"type": "realtime", "instructions": 5}, "invalid_type", "session.instructions"),
        ({"type": "realtime", "tools": {}}, "invalid_type", "session.tools"),
        (
            {"type": "realtime", **turn_detection({"type": "server_vad", "threshold": "high"})},
            "invalid_type",
            "session.audio.input.turn_detection.threshold",
        ),
        ("realtime", "invalid_type", "session"),
    ],
)
def test_missing_and_mistyped_fields_are_named(change: Any, code: str, param: str) -> None:
    error = refusal(change)

    assert (error.code, error.param) == (code, param)


def test_the_voice_is_frozen_once_the_assistant_spoke() -> None:
    error = refusal({"type": "realtime", "audio": {"output": {"voice": "ash"}}}, voice_locked=True)

    assert (error.code, error.param) == ("cannot_update_voice", None)
    assert error.message == "Cannot update a conversation's voice if assistant audio is present."
    fresh().update({"type": "realtime", "audio": {"output": {"voice": "marin"}}}, voice_locked=True)


def test_tracing_is_frozen_once_it_is_on() -> None:
    error = refusal({"type": "realtime", "tracing": None}, tracing="auto")

    assert error.param == "session.tracing"


@pytest.mark.parametrize("field", ["reasoning", "parallel_tool_calls"])
def test_older_models_do_not_reason(field: str) -> None:
    value: Any = {"effort": "low"} if field == "reasoning" else True

    with pytest.raises(ClientError) as error:
        updated({field: value}, model="gpt-realtime-1.5")

    assert error.value.param == f"session.{field}"
    assert field not in fresh("gpt-realtime-2025-08-28").effective
    assert updated({field: value}, model="gpt-realtime-2.1-mini").effective[field] == value


def test_the_same_model_may_be_sent_again() -> None:
    assert updated({"model": "gpt-realtime-2.1"}).effective["model"] == "gpt-realtime-2.1"
