"""RTVI, the language of pipecat's eval harness, as far as a phone call has words for it."""

from __future__ import annotations

import json
from typing import Any, Final

import pipecat.processors.frameworks.rtvi.models as rtvi
from pipecat.evals.serializer import (
    EVAL_BOT_AUDIO_TYPE,
    EVAL_CANCEL_MESSAGE_TYPE,
    EvalConnectionFlags,
    parse_eval_connect,
)

from processors.state.journal import Entry

_BARE: Final = {
    "response_started": "bot-llm-started",
    "response_ended": "bot-llm-stopped",
    "caller_speech_started": "user-started-speaking",
    "caller_speech_stopped": "user-stopped-speaking",
    "assistant_audio_started": "bot-started-speaking",
    "assistant_heard": "bot-stopped-speaking",
    "interruption": "bot-interrupted",
}
"""What the journal has a word for and RTVI has, too, with nothing more to say."""


def eval_flags(text: str | bytes) -> EvalConnectionFlags | None:
    """What a harness asks for in its first message; None: it is none's."""
    message = read(text)
    return None if message is None else parse_eval_connect(message)


def read(text: str | bytes) -> dict[str, Any] | None:
    """A message of the harness; None: it is not RTVI."""
    try:
        message = json.loads(text)
    except ValueError:
        return None
    if not isinstance(message, dict) or message.get("label") != rtvi.MESSAGE_LABEL:
        return None
    return message


def is_cancel(message: dict[str, Any]) -> bool:
    """Whether the harness ends the session."""
    data = message.get("data")
    return isinstance(data, dict) and data.get("t") == EVAL_CANCEL_MESSAGE_TYPE


def ready(to: str) -> str:
    """The call is about to begin."""
    data = rtvi.BotReadyData(version=rtvi.PROTOCOL_VERSION)
    return rtvi.BotReady(id=to, data=data).model_dump_json()


def bot_audio(payload: str, sample_rate: int) -> str:
    """What the caller hears: base64 of PCM16."""
    return _message(EVAL_BOT_AUDIO_TYPE, {"audio": payload, "sampleRate": sample_rate})


def told(entry: Entry) -> list[str]:
    """What the journal's entry is in RTVI; nothing for most."""
    fields = {**entry.fields, **entry.private}
    match entry.kind:
        case kind if kind in _BARE:
            return [_message(_BARE[kind])]
        case "assistant_said":
            text = {"text": fields.get("text", "")}
            return [_message("bot-llm-text", text), _message("bot-tts-text", text)]
        case "caller_said":
            said = rtvi.UserInputMessageData(
                text=str(fields.get("text", "")),
                input_type="transcription",
                timestamp=f"{entry.at:.3f}",
                final=True,
            )
            return [_message("user-input", said.model_dump(exclude_none=True))]
        case "tool_started":
            called = {"tool_call_id": fields["call_id"], "function_name": fields["name"]}
            arguments = {"arguments": fields.get("arguments", {})}
            return [_message("llm-function-call-in-progress", {**called, **arguments})]
        case "tool_ended":
            ended = {"tool_call_id": fields["call_id"], "function_name": fields["name"]}
            return [_message("llm-function-call-stopped", {**ended, "cancelled": False})]
    return []


def _message(kind: str, data: dict[str, Any] | None = None) -> str:
    body: dict[str, Any] = {"label": rtvi.MESSAGE_LABEL, "type": kind}
    return json.dumps(body if data is None else {**body, "data": data})
