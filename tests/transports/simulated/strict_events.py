"""Judges the simulated server's events by the ``openai`` package's types, to the last key.

The package's models take unknown keys and keep them aside; here they are looked at. What the API
sends although the types don't know it is listed, with its source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from openai.types.realtime import RealtimeServerEvent
from pydantic import BaseModel, TypeAdapter

_KNOWN_EXTRAS = {
    # session.created shows them (OpenAI, Realtime API reference, example); the types model the
    # session by the client's request.
    ("RealtimeSessionCreateRequest", "id"),
    ("RealtimeSessionCreateRequest", "object"),
    ("RealtimeSessionCreateRequest", "expires_at"),
    # gpt-realtime-2 marks preambles and answers (OpenAI, Realtime prompting guide).
    ("RealtimeConversationItemAssistantMessage", "phase"),
}
_RESPONSE_KEYS = {
    "status_details",
    "conversation_id",
    "output_modalities",
    "max_output_tokens",
    "audio",
    "metadata",
}
"""Always there, also when null (stdapi-ai/stdapi.ai, measured against OpenAI)."""

_UNION = get_args(RealtimeServerEvent)[0]
_ADAPTERS: dict[str, TypeAdapter[BaseModel]] = {
    get_args(model.model_fields["type"].annotation)[0]: TypeAdapter(model)
    for model in get_args(_UNION)
}


def assert_server_event(event: Mapping[str, Any]) -> None:
    """Fail unless the API might have sent this event."""
    assert event["type"] in _ADAPTERS, f"no server event has the type {event['type']!r}"
    parsed = _ADAPTERS[event["type"]].validate_python(dict(event), strict=True)
    unknown = [place for place in _extras(parsed) if place not in _KNOWN_EXTRAS]
    assert not unknown, f"{event['type']}: unknown keys {unknown}"
    if "response" in event:
        assert event["response"].keys() >= _RESPONSE_KEYS


def _extras(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        for key in value.model_extra or {}:
            yield type(value).__name__, key
        for name in type(value).model_fields:
            yield from _extras(getattr(value, name))
    elif isinstance(value, list):
        for element in value:
            yield from _extras(element)
