"""What a call says to the model: each client event in one place.

Shapes as in the ``openai`` package, ``openai/types/realtime/*_event_param.py``; the tests hold
them against those types.
"""

from __future__ import annotations

from typing import Any

from processors.state.compaction import Insert
from processors.state.playback import Truncation
from processors.state.response import ResponseRequest
from processors.state.side_questions import SideQuestion
from processors.state.turn import Line, Note, ToolUse

Event = dict[str, Any]

_CREATE, _DELETE = "create:", "delete:"

KEY = "callwright"
"""Metadata key by which a response that we asked for is known again."""


def turn_detection_update(turn_detection: dict[str, Any] | None) -> Event:
    """Change who answers and interrupts; the rest of the session stays."""
    return session_update({"audio": {"input": {"turn_detection": turn_detection}}})


def session_update(session: dict[str, Any]) -> Event:
    """Change the session's settings."""
    return {"type": "session.update", "session": {"type": "realtime", **session}}


def response_create(request: ResponseRequest) -> Event:
    """Ask for a response."""
    response: dict[str, Any] = {"metadata": {KEY: request.key, "purpose": request.purpose}}
    if request.exact_words is not None:
        # An empty input gives the words no context to wander off into (OpenAI, Realtime
        # conversations guide); instructions here replace the session's.
        words = request.exact_words.replace('"', "'")
        response["input"] = []
        response["instructions"] = (
            f'Say exactly: "{words}"\nSay nothing else. Keep the tone warm and the pace calm.'
        )
        response["tool_choice"] = "none"
    elif request.instructions is not None:
        response["instructions"] = request.instructions
    return {"type": "response.create", "event_id": request.key, "response": response}


def side_response(question: SideQuestion) -> Event:
    """Ask for a text beside the conversation, about the conversation or about a text.

    Its instructions replace the session's; without tools, as nobody would call them.
    """
    response: dict[str, Any] = {
        "conversation": "none",
        "output_modalities": ["text"],
        "instructions": question.instructions,
        "tools": [],
        "tool_choice": "none",
        "max_output_tokens": "inf",
        "metadata": {KEY: question.key, "purpose": question.purpose},
    }
    if question.text:
        response["input"] = [_message("user", question.text)]
    return {"type": "response.create", "event_id": question.key, "response": response}


def response_cancel(response_id: str) -> Event:
    """Stop a response."""
    return {"type": "response.cancel", "response_id": response_id}


def truncation(cut: Truncation) -> Event:
    """Have the model forget what was not heard of an item, or all of it.

    Of an item that was not heard at all nothing is to stay: deleting it is accepted everywhere,
    while some reports say that truncating to 0 ms is not.
    """
    if cut.nothing_heard:
        return item_delete(cut.item_id)
    return {
        "type": "conversation.item.truncate",
        "event_id": f"truncate:{cut.item_id}"[:512],
        "item_id": cut.item_id,
        "content_index": cut.content_index,
        "audio_end_ms": cut.audio_end_ms,
    }


def item_delete(item_id: str) -> Event:
    """Have the model forget an item."""
    return {
        "type": "conversation.item.delete",
        "event_id": f"{_DELETE}{item_id}"[:512],
        "item_id": item_id,
    }


def notes(insert: Insert) -> Event:
    """Put notes into the conversation, in place of turns that are to go."""
    return {
        **message("system", insert.notes, insert.item_id),
        "event_id": f"{_CREATE}{insert.item_id}",
        "previous_item_id": insert.previous_item_id,
    }


def edited_item(event_id: str) -> str:
    """The item that an event was to create or delete, by the event's id; empty: neither."""
    for prefix in (_CREATE, _DELETE):
        if event_id.startswith(prefix):
            return event_id.removeprefix(prefix)
    return ""


def message(role: str, text: str, item_id: str = "") -> Event:
    """Put a line of text into the conversation, under an id of ours if there is one."""
    return _item_create(_message(role, text), item_id)


def function_output(call_id: str, output: str) -> Event:
    """Tell what a function gave."""
    return _item_create({"type": "function_call_output", "call_id": call_id, "output": output})


def replay(line: Line) -> list[Event]:
    """Tell a fresh session one line of the conversation so far.

    It keeps the id that it had, so that what follows it on this session finds its place.
    """
    if isinstance(line, ToolUse):
        call = {
            "type": "function_call",
            "call_id": line.call_id,
            "name": line.name,
            "arguments": line.arguments,
        }
        return [
            _item_create(call, line.item_id),
            function_output(line.call_id, line.output or ""),
        ]
    if isinstance(line, Note):
        return [message(line.role, line.text, line.item_id)]
    role = "user" if line.role == "caller" else "assistant"
    return [message(role, line.text, line.item_id)]


def _message(role: str, text: str) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def _item_create(item: dict[str, Any], item_id: str = "") -> Event:
    named = {"id": item_id, **item} if item_id else item
    return {"type": "conversation.item.create", "item": named}
