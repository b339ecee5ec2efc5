"""A session's settings: the defaults, what may be changed, and when.

An update that is refused changes nothing (OpenAI, Realtime API reference, ``session.update``).
"""

from __future__ import annotations

import copy
import re
from typing import Any, Final

from transports.simulated.audio_format import AudioFormat
from transports.simulated.client_error import ClientError, invalid_value
from transports.simulated.session_schema import SESSION
from transports.simulated.vad import VadRules

DEFAULT_INSTRUCTIONS: Final = (
    "You are a helpful, friendly assistant on a telephone line. Speak naturally and briefly."
)

_SERVER_VAD: Final = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    # The reference says 500, its example of session.created shows 200: send it explicitly.
    "silence_duration_ms": 200,
    "idle_timeout_ms": None,
    "create_response": True,
    "interrupt_response": True,
}
_SEMANTIC_VAD: Final = {
    "type": "semantic_vad",
    "eagerness": "auto",
    "create_response": True,
    "interrupt_response": True,
}
_TURN_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "server_vad": _SERVER_VAD,
    "semantic_vad": _SEMANTIC_VAD,
}
_EAGERNESS_MS: Final = {"low": 8000, "medium": 4000, "high": 2000, "auto": 4000}
"""Longest wait of ``semantic_vad`` (OpenAI, Realtime VAD guide)."""
_SEMANTIC_PAUSE_MS: Final = 400

_REASONING_MODEL: Final = re.compile(r"gpt-realtime-2(\.\d+)?(-mini)?$")


class SessionSettings:
    """What a session is set to; ``effective`` is the object that ``session.updated`` shows."""

    def __init__(self, session_id: str, model: str, expires_at: int) -> None:
        pcm = AudioFormat().to_wire()
        self.effective: dict[str, Any] = {
            "type": "realtime",
            "object": "realtime.session",
            "id": session_id,
            "model": model,
            "output_modalities": ["audio"],
            "instructions": DEFAULT_INSTRUCTIONS,
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": None,
            "truncation": "auto",
            "prompt": None,
            "expires_at": expires_at,
            "audio": {
                "input": {
                    "format": pcm,
                    "transcription": None,
                    "noise_reduction": None,
                    "turn_detection": dict(_SERVER_VAD),
                },
                "output": {"format": dict(pcm), "voice": "marin", "speed": 1.0},
            },
            "include": None,
        }
        if _REASONING_MODEL.match(model):
            self.effective.update(reasoning={"effort": "low"}, parallel_tool_calls=True)

    def update(self, change: Any, *, voice_locked: bool) -> None:
        """Apply what the client sent; fields it left out stay.

        Args:
            change: The ``session`` of the event.
            voice_locked: The assistant has spoken: its voice can't change any more.

        Raises:
            ClientError: Some field is wrong or frozen; then nothing changes.
        """
        SESSION(change, "session")
        self._check_frozen(change, voice_locked)
        change = copy.deepcopy(change)
        merged = copy.deepcopy(self.effective)
        audio = change.pop("audio", {})
        merged.update(change)
        _merge_input(merged["audio"]["input"], audio.get("input", {}))
        _merge_output(merged["audio"]["output"], audio.get("output", {}))
        self.effective = merged

    def _check_frozen(self, change: dict[str, Any], voice_locked: bool) -> None:
        model = self.effective["model"]
        if change.get("model", model) != model:
            raise invalid_value("session.model", "the model of a session can't be changed.")
        tracing = self.effective["tracing"]
        if tracing is not None and change.get("tracing", tracing) != tracing:
            raise invalid_value("session.tracing", "tracing can't be modified once it is enabled.")
        voice = change.get("audio", {}).get("output", {}).get("voice", self.voice)
        if voice_locked:
            check_voice(voice, self.voice)
        for key in ("reasoning", "parallel_tool_calls"):
            if key in change and not _REASONING_MODEL.match(model):
                raise invalid_value(f"session.{key}", f"not supported by the model '{model}'.")

    @property
    def voice(self) -> Any:
        """Its name, or an object with the id of a custom one."""
        return self.effective["audio"]["output"]["voice"]

    @property
    def speed(self) -> float:
        """How fast it talks; 1 is the voice's own pace."""
        return float(self.effective["audio"]["output"]["speed"])

    @property
    def input_format(self) -> AudioFormat:
        """What the client sends."""
        return AudioFormat.from_wire(self.effective["audio"]["input"]["format"])

    @property
    def output_format(self) -> AudioFormat:
        """What the client gets."""
        return AudioFormat.from_wire(self.effective["audio"]["output"]["format"])

    @property
    def transcription(self) -> dict[str, Any] | None:
        """How the caller's turns are transcribed, if they are."""
        transcription: dict[str, Any] | None = self.effective["audio"]["input"]["transcription"]
        return transcription

    @property
    def turn_detection(self) -> dict[str, Any] | None:
        """Who ends turns: the server by these rules, or (None) the client."""
        turn_detection: dict[str, Any] | None = self.effective["audio"]["input"]["turn_detection"]
        return turn_detection

    @property
    def vad_rules(self) -> VadRules | None:
        """The same, as the detector takes it."""
        rules = self.turn_detection
        if rules is None:
            return None
        if rules["type"] == "semantic_vad":
            longest = _EAGERNESS_MS[rules["eagerness"]]
            return VadRules(pause_ms=_SEMANTIC_PAUSE_MS, max_pause_ms=longest)
        silence_ms = rules["silence_duration_ms"]
        return VadRules(rules["threshold"], rules["prefix_padding_ms"], silence_ms, silence_ms)


def check_voice(voice: Any, current: Any) -> None:
    """Refuse another voice than the one the caller has heard.

    Raises:
        ClientError: It is another one.
    """
    if voice != current:
        raise ClientError(
            "Cannot update a conversation's voice if assistant audio is present.",
            "cannot_update_voice",
        )


def _merge_input(current: dict[str, Any], change: dict[str, Any]) -> None:
    rules = change.get("turn_detection")
    if rules is not None:
        change["turn_detection"] = {**_TURN_DEFAULTS[rules["type"]], **rules}
    noise = change.get("noise_reduction")
    if noise is not None:
        change["noise_reduction"] = {"strength": 1.0, **(current["noise_reduction"] or {}), **noise}
    _merge_output(current, change)


def _merge_output(current: dict[str, Any], change: dict[str, Any]) -> None:
    if "format" in change:
        change["format"] = AudioFormat.from_wire(change["format"]).to_wire()
    current.update(change)
