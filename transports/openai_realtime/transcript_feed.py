"""Tells the transcript what the model's events mean for it: order, words, audio, times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from processors.audio_frames import payload_bytes
from processors.state.responses import ResponseLedger
from processors.state.transcript import Transcript
from transports.openai_realtime.events import (
    AudioDelta,
    CallerTranscribed,
    CallerTranscriptionFailed,
    Committed,
    Item,
    ItemAdded,
    OutputItemAdded,
    OutputItemDone,
    ServerEvent,
    SpeechStarted,
    SpeechStopped,
    TranscriptDelta,
)
from transports.openai_realtime.session import RealtimeSession

_BYTES_PER_MS: Final = {"audio/pcm": 48}
"""Bytes in a ms of audio; 8 where it is G.711 (OpenAI, Realtime API reference: audio formats)."""


class TranscriptFeed:
    """Follows the model's events, from session to session."""

    def __init__(
        self, transcript: Transcript, responses: ResponseLedger, clock: Callable[[], float]
    ) -> None:
        self._transcript = transcript
        self._responses = responses
        self._clock = clock
        self._audio_begins_at = clock()  # the caller's first audio that this session was given
        self._turn_detection: dict[str, Any] = {}
        self._bytes_per_ms = 8
        self._handlers: dict[type, Callable[[Any], None]] = {
            AudioDelta: self._audio_delta,
            TranscriptDelta: self._transcript_delta,
            SpeechStarted: self._speech_started,
            SpeechStopped: self._speech_stopped,
            Committed: self._committed,
            CallerTranscribed: self._caller_transcribed,
            CallerTranscriptionFailed: self._caller_not_transcribed,
            ItemAdded: self._item_added,
            OutputItemAdded: self._output_item_added,
            OutputItemDone: self._output_item_done,
        }

    def session_up(self, session: RealtimeSession) -> None:
        """Learn what this session does with the caller's audio, and what its own is like."""
        taken = (session.confirmed.get("audio") or {}).get("input") or {}
        self._turn_detection = taken.get("turn_detection") or {}
        self._transcript.transcribes(taken.get("transcription") is not None)
        self._bytes_per_ms = _BYTES_PER_MS.get(session.output_format, 8)

    def session_down(self) -> None:
        """The session is gone; the next one is given the caller's audio from here on."""
        self._transcript.session_lost()
        self._audio_begins_at = self._clock()

    def take(self, event: ServerEvent) -> None:
        """Take one event of the model."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    # The caller. Positions count the audio that the session was given; a turn's begins with the
    # padding before the speech and ends with the silence after it (OpenAI, Realtime API
    # reference, ``input_audio_buffer.speech_started`` and ``speech_stopped``).

    def _speech_started(self, event: SpeechStarted) -> None:
        padding_ms = self._turn_detection.get("prefix_padding_ms") or 0
        at = self._time_of(event.audio_start_ms + (padding_ms if event.audio_start_ms else 0))
        self._transcript.caller_started(event.item_id, at)

    def _speech_stopped(self, event: SpeechStopped) -> None:
        silence_ms = self._turn_detection.get("silence_duration_ms") or 0
        at = self._time_of(event.audio_end_ms - silence_ms)
        self._transcript.caller_stopped(event.item_id, at)

    def _committed(self, event: Committed) -> None:
        self._transcript.caller_committed(event.item_id, event.previous_item_id, self._clock())

    def _caller_transcribed(self, event: CallerTranscribed) -> None:
        self._transcript.caller_said(event.item_id, event.transcript)

    def _caller_not_transcribed(self, event: CallerTranscriptionFailed) -> None:
        self._transcript.caller_not_transcribed(event.item_id)

    def _item_added(self, event: ItemAdded) -> None:
        self._transcript.item_added(event.item.id, event.previous_item_id)

    def _time_of(self, audio_ms: float) -> float:
        return min(self._audio_begins_at + audio_ms / 1000, self._clock())

    # The assistant.

    def _output_item_added(self, event: OutputItemAdded) -> None:
        if event.item.type == "message" and self._responses.on_conversation(event.response_id):
            self._transcript.assistant_began(event.item.id)

    def _transcript_delta(self, event: TranscriptDelta) -> None:
        if self._responses.on_conversation(event.response_id):
            self._transcript.assistant_said(event.item_id, event.delta)

    def _audio_delta(self, event: AudioDelta) -> None:
        audio_ms = payload_bytes(event.delta) / self._bytes_per_ms
        if self._responses.audible(event.response_id):
            self._transcript.audio_sent(event.item_id, audio_ms, self._clock())
        elif self._responses.on_conversation(event.response_id):
            self._transcript.audio_dropped(event.item_id, audio_ms)

    def _output_item_done(self, event: OutputItemDone) -> None:
        item = event.item
        if item.type == "message" and self._responses.on_conversation(event.response_id):
            self._transcript.assistant_finished(
                item.id, completed=item.status == "completed", text=spoken(item)
            )


def spoken(item: Item) -> str:
    """The transcript of an item, as far as the item has it."""
    return "".join(part.get("transcript") or "" for part in item.content if isinstance(part, dict))
