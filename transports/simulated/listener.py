"""The model's ear: the input buffer, the caller's turns in it, their transcripts, and silence."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import Any, Final

from transports.simulated.audio_format import AudioDecoder
from transports.simulated.client_error import ClientError
from transports.simulated.conversation import Item, Part, heard_words
from transports.simulated.generation import Generation
from transports.simulated.input_buffer import InputBuffer
from transports.simulated.item_rules import decode_base64
from transports.simulated.responder import Responder
from transports.simulated.session_state import SessionState
from transports.simulated.turn_end import sounds_complete
from transports.simulated.usage import CALLER_MS_PER_TOKEN, text_tokens
from transports.simulated.vad import SpeechEvent, SpeechPaused, SpeechStarted
from transports.simulated.voice import PCMU_BYTES_PER_MS
from transports.simulated.wire import Timer

_WHOLE_TRANSCRIPT_MODEL: Final = "whisper-1"
"""Sends its transcript in one delta and bills by duration."""


class Listener:
    """Takes the caller's audio and turns it into items of the conversation.

    Attributes:
        appended_bytes: How much audio came in, in the session's format.
        turns: (audio_start_ms, audio_end_ms) of each turn that the VAD found.
    """

    def __init__(self, state: SessionState, responder: Responder) -> None:
        self.appended_bytes = 0
        self.turns: list[tuple[int, int]] = []
        self._state = state
        self._responder = responder
        self._buffer = InputBuffer(state.senses.new_sound)
        self._format = state.settings.input_format
        self._decoder = AudioDecoder(self._format)
        self._item_id = ""
        self._turn_start_ms = 0
        self._early: asyncio.Future[str] | None = None
        self._idle: Timer | None = None
        self._prompted = False
        self.settings_changed()

    @property
    def written_ms(self) -> int:
        """How much audio was ever written to the input buffer."""
        return self._buffer.written_ms

    def settings_changed(self) -> None:
        """Listen by the session's new format and turn detection."""
        self._drop_early()
        if self._format != self._state.settings.input_format:
            self._format = self._state.settings.input_format
            self._decoder = AudioDecoder(self._format)
        rules = self._state.settings.vad_rules
        early_ms = self._state.senses.early_ms
        self._buffer.detect_turns(rules and replace(rules, early_ms=early_ms))

    def append(self, audio: str) -> None:
        """Take a piece of audio; nothing is answered unless a turn begins or ends in it.

        Raises:
            ClientError: It is not base64.
        """
        raw = decode_base64(audio, "audio")
        self.appended_bytes += len(raw)
        for event in self._buffer.append(self._decoder.feed(raw), self._sounds_complete):
            self._heard(event)

    def commit(self) -> None:
        """Make what was appended an item, by the client's own decision; nobody answers it.

        Raises:
            ClientError: There is too little.
        """
        turn_was_open = self._buffer.speaking
        self._drop_early()
        pcmu = self._buffer.commit()
        self._commit(self._item_id if turn_was_open else self._state.wire.new_id("item"), pcmu)

    def clear(self) -> None:
        """Forget what was appended."""
        self._drop_early()
        self._buffer.clear()
        self._state.wire.emit("input_audio_buffer.cleared")

    def response_ended(self, generation: Generation) -> None:
        """Wait for the caller, from the end of the response's audio on (``idle_timeout_ms``).

        The audio is taken to play from ``response.done`` on, as the API does; on a phone it has
        been playing for a while by then.
        """
        if generation.params.aside:
            return
        self._stop_waiting()
        rules = self._state.settings.turn_detection or {}
        timeout_ms = rules.get("idle_timeout_ms")
        spent = self._prompted and not self._state.options.idle_rearms
        if timeout_ms is not None and generation.status == "completed" and not spent:
            wait = (generation.audio_ms + timeout_ms) / 1000
            silent_from_ms = self._buffer.written_ms + int(generation.audio_ms)
            self._idle = self._state.wire.later(wait, lambda: self._nobody_spoke(silent_from_ms))

    def response_started(self) -> None:
        """Stop waiting for the caller: the assistant has the floor."""
        self._stop_waiting()

    def _heard(self, event: SpeechEvent) -> None:
        if isinstance(event, SpeechStarted):
            self._turn_began(event.audio_start_ms)
        elif isinstance(event, SpeechPaused):
            self._listen_early()
        else:
            self._turn_ended(event.audio_end_ms)

    def _turn_began(self, audio_start_ms: int) -> None:
        rules = self._state.settings.turn_detection or {}
        wire = self._state.wire
        self._stop_waiting()
        self._prompted = False
        self._item_id = wire.new_id("item")
        self._turn_start_ms = audio_start_ms
        wire.emit(
            "input_audio_buffer.speech_started",
            audio_start_ms=audio_start_ms,
            item_id=self._item_id,
        )
        if rules.get("interrupt_response"):
            self._responder.interrupt()

    def _listen_early(self) -> None:
        """Make out the turn's words while it is not yet sure that it is over.

        Of another pause in the same turn before, what was made out is dropped: the newest holds
        it all, and if the turn ends, it ends with this pause.
        """
        self._drop_early()
        self._early = self._state.senses.hear(self._buffer.since(self._turn_start_ms))

    def _drop_early(self) -> None:
        if self._early is not None:
            self._early.cancel()
            self._early = None

    def _turn_ended(self, audio_end_ms: int) -> None:
        rules = self._state.settings.turn_detection or {}
        self._state.wire.emit(
            "input_audio_buffer.speech_stopped",
            audio_end_ms=audio_end_ms,
            item_id=self._item_id,
        )
        self.turns.append((self._turn_start_ms, audio_end_ms))
        pcmu = self._buffer.take(self._turn_start_ms, audio_end_ms)
        early, self._early = self._early, None
        self._commit(self._item_id, pcmu, heard=early)
        if rules.get("create_response"):
            self._answer()

    def _answer(self) -> None:
        """Answer a turn unasked.

        While another response runs (``interrupt_response: false``) this "may fail to create a
        response" (OpenAI, Realtime API reference); here it always does, with an ``error`` event.
        """
        try:
            self._responder.create({})
        except ClientError as error:
            self._state.wire.fail(error)

    def _commit(
        self,
        item_id: str,
        pcmu: bytes,
        *,
        heard: asyncio.Future[str] | None = None,
        silent: bool = False,
    ) -> None:
        part = Part("input_audio", audio=bytearray(pcmu))
        self._state.listen_to(part, heard)
        item = Item(item_id, "message", "user", content=[part], silent=silent)
        self._state.wire.emit(
            "input_audio_buffer.committed",
            previous_item_id=self._state.conversation.last_id,
            item_id=item_id,
        )
        self._state.add_item(item)
        transcription = self._state.settings.transcription
        if transcription is not None:
            self._state.wire.later(
                self._state.options.transcription_delay,
                lambda: self._transcribe_heard(item_id, part, transcription.get("model", "")),
            )

    def _transcribe_heard(self, item_id: str, part: Part, model: str) -> None:
        """Send the transcript as soon as there is one."""
        assert part.heard is not None, "it is listened to"
        if part.heard.done():
            self._transcribe(item_id, part, model)
        else:
            part.heard.add_done_callback(lambda _: self._transcribe(item_id, part, model))

    def _transcribe(self, item_id: str, part: Part, model: str) -> None:
        wire = self._state.wire
        kind = "conversation.item.input_audio_transcription."
        if self._state.faults.unintelligible or part.broken:
            error = {
                "type": "transcription_error",
                "code": "audio_unintelligible",
                "message": "The audio could not be transcribed.",
                "param": None,
            }
            wire.emit(f"{kind}failed", item_id=item_id, content_index=0, error=error)
            return
        part.transcript = part.spoken
        whole = model == _WHOLE_TRANSCRIPT_MODEL
        first, space, rest = part.spoken.partition(" ")
        for delta in (part.spoken,) if whole else (first + space, rest):
            if delta:
                wire.emit(f"{kind}delta", item_id=item_id, content_index=0, delta=delta)
        wire.emit(
            f"{kind}completed",
            item_id=item_id,
            content_index=0,
            transcript=part.spoken,
            usage=_transcription_usage(part, whole=whole),
        )

    def _nobody_spoke(self, silent_from_ms: int) -> None:
        """The idle timeout: commit the silence and answer it."""
        if self._buffer.speaking or self._responder.active is not None:
            return
        self._prompted = True
        end_ms = self._buffer.written_ms
        start_ms = min(silent_from_ms, end_ms)
        item_id = self._state.wire.new_id("item")
        self._state.wire.emit(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=start_ms,
            audio_end_ms=end_ms,
            item_id=item_id,
        )
        self._commit(item_id, self._buffer.take(start_ms, end_ms), silent=True)
        self._answer()

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _sounds_complete(self) -> bool:
        """Whether the turn's words so far are a sentence (``semantic_vad``, approximated)."""
        rules = self._state.settings.turn_detection
        if rules is None or rules["type"] == "server_vad":
            return True
        heard = self._early or self._state.senses.hear(self._buffer.since(self._turn_start_ms))
        return sounds_complete(heard_words(heard))


def _transcription_usage(part: Part, *, whole: bool) -> dict[str, Any]:
    heard_ms = len(part.audio) / PCMU_BYTES_PER_MS
    if whole:
        return {"type": "duration", "seconds": heard_ms / 1000}
    taken, given = math.ceil(heard_ms / CALLER_MS_PER_TOKEN), text_tokens(part.spoken)
    return {
        "type": "tokens",
        "input_tokens": taken,
        "output_tokens": given,
        "total_tokens": taken + given,
        "input_token_details": {"audio_tokens": taken, "text_tokens": 0},
    }
