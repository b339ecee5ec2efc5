"""The judge itself: what the API takes passes, what it would refuse does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openai_types import assert_client_event, assert_server_event, assert_session


@pytest.mark.parametrize(
    "event",
    [
        {"type": "input_audio_buffer.append", "audio": "////"},
        {"type": "response.cancel"},
        {
            "type": "conversation.item.truncate",
            "item_id": "i",
            "content_index": 0,
            "audio_end_ms": 1,
        },
        {"type": "response.create", "response": {"conversation": "none", "tools": []}},
        {"type": "response.create", "response": {"input": [], "instructions": "Say hello."}},
        {
            "type": "conversation.item.create",
            "item": {
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "1"}],
            },
        },
        {
            "type": "conversation.item.create",
            "item": {"type": "function_call_output", "call_id": "c", "output": "{}"},
        },
        {"type": "session.update", "session": {"type": "realtime", "tools": []}},
    ],
)
def test_what_the_api_takes_passes(event: dict[str, Any]) -> None:
    assert_client_event(event)


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ({"type": "input_audio_buffer.apend"}, "no event has the type"),
        ({"type": "input_audio_buffer.append"}, "audio: is missing"),
        (
            {"type": "response.cancel", "item_id": "i"},
            "item_id: ResponseCancelEvent has no such key",
        ),
        (
            {
                "type": "conversation.item.truncate",
                "item_id": "i",
                "content_index": 0,
                "audio_end_ms": 1.5,
            },
            "audio_end_ms: 1.5 is not a int",
        ),
        ({"type": "session.update", "session": {"type": "realtime", "voice": "marin"}}, "voice"),
        ({"type": "session.update", "session": {"tools": []}}, "type: is missing"),
        (
            {
                "type": "conversation.item.create",
                "item": {
                    "type": "message",
                    "role": "assistant",
                    "content": [{"type": "input_text", "text": "1"}],
                },
            },
            "input_text",
        ),
    ],
)
def test_what_the_api_would_refuse_fails(event: dict[str, Any], fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        assert_client_event(event)


def test_the_fault_of_the_nearest_branch_is_told() -> None:
    vad = {"type": "semantic_vad", "threshold": 0.5}
    session = {"type": "realtime", "audio": {"input": {"turn_detection": vad}}}

    with pytest.raises(AssertionError, match="threshold: SemanticVad has no such key"):
        assert_session(session)


def test_server_events_are_judged_too() -> None:
    assert_server_event(
        {
            "type": "input_audio_buffer.speech_started",
            "event_id": "e",
            "item_id": "i",
            "audio_start_ms": 5,
        }
    )
    with pytest.raises(AssertionError, match="audio_start_ms: is missing"):
        assert_server_event(
            {"type": "input_audio_buffer.speech_started", "event_id": "e", "item_id": "i"}
        )
