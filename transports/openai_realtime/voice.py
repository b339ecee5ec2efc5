"""The assistant's voice and words, from the model's deltas to frames for the phone."""

from __future__ import annotations

import binascii
from typing import Any

from loguru import logger

from processors.audio_frames import ModelPcmFrame, PcmuOutputFrame
from processors.context import CallContext
from processors.frames import AssistantAudioEndFrame, AssistantTextFrame
from processors.state.responses import ResponseLedger
from transports.openai_realtime.audio import to_pcm16
from transports.openai_realtime.events import (
    AudioDelta,
    AudioDone,
    OutputItemDone,
    SpeechStarted,
    SpeechStopped,
    TranscriptDelta,
)
from transports.openai_realtime.owner import DialogueOwner, Handlers
from transports.openai_realtime.session import RealtimeSession


class AssistantVoice:
    """Lets through what may be heard, in the format that the session confirmed."""

    def __init__(
        self, owner: DialogueOwner, context: CallContext, responses: ResponseLedger
    ) -> None:
        self._owner = owner
        self._context = context
        self._responses = responses
        self._format = "audio/pcmu"
        self._open_part: tuple[str, int] | None = None  # whose audio is still coming
        self._caller_stopped_at: float | None = None
        self._warned = False
        self.handlers: Handlers = {
            AudioDelta: self._audio_delta,
            AudioDone: self._audio_done,
            TranscriptDelta: self._transcript_delta,
            OutputItemDone: self._output_item_done,
            SpeechStarted: self._speech_started,
            SpeechStopped: self._speech_stopped,
        }

    def session_up(self, session: RealtimeSession) -> None:
        """Learn what this session's audio is like."""
        self._format = session.output_format

    async def session_down(self) -> None:
        """No more audio will come of what had begun; the phone plays on."""
        part, self._open_part = self._open_part, None
        if part is not None:
            await self._owner.push_frame(AssistantAudioEndFrame(*part))

    async def item_over(self, item_id: str) -> None:
        """An item of an ended response has all its audio."""
        await self._owner.push_frame(AssistantAudioEndFrame(item_id))

    async def _audio_delta(self, event: AudioDelta) -> None:
        if not self._responses.audible(event.response_id):
            return
        self._responses.audio_passed(event.response_id, event.item_id)
        self._open_part = event.item_id, event.content_index
        if self._caller_stopped_at is not None:
            self._first_audio(event.response_id, self._caller_stopped_at)
        if self._format == "audio/pcmu":
            purpose = self._responses.purpose_of(event.response_id)
            await self._owner.push_assistant_audio(
                PcmuOutputFrame(
                    event.delta, event.item_id, event.content_index, event.response_id, purpose
                )
            )
        else:
            await self._push_pcm(event)

    async def _push_pcm(self, event: AudioDelta) -> None:
        try:
            pcm, sample_rate = await to_pcm16(event.delta, self._format)
        except binascii.Error as error:
            self._warn_once(error)
            return
        frame = ModelPcmFrame(audio=pcm, sample_rate=sample_rate, num_channels=1)
        frame.item_id, frame.content_index = event.item_id, event.content_index
        frame.response_id = event.response_id
        frame.purpose = self._responses.purpose_of(event.response_id)
        await self._owner.push_frame(frame)

    def _first_audio(self, response_id: str, stopped_at: float) -> None:
        self._caller_stopped_at = None
        self._context.record(
            "turn_latency",
            response_id=response_id,
            caller_stopped_to_first_audio_sent_ms=round(
                (self._context.clock() - stopped_at) * 1000, 1
            ),
        )

    async def _audio_done(self, event: AudioDone) -> None:
        if self._open_part == (event.item_id, event.content_index):
            self._open_part = None
        if self._responses.audible(event.response_id):
            await self._owner.push_frame(AssistantAudioEndFrame(event.item_id, event.content_index))

    async def _transcript_delta(self, event: TranscriptDelta) -> None:
        if not self._responses.audible(event.response_id):
            return
        frame = AssistantTextFrame(event.delta)
        frame.item_id, frame.response_id = event.item_id, event.response_id
        await self._owner.push_assistant_text(frame)

    async def _output_item_done(self, event: OutputItemDone) -> None:
        item = event.item
        if item.type == "message" and self._responses.audible(event.response_id):
            words: dict[str, Any] = {"text": self._context.transcript.words_of(item.id)}
            self._context.record(
                "assistant_said",
                item_id=item.id,
                purpose=self._responses.purpose_of(event.response_id),
                private=words,
            )

    async def _speech_started(self, event: SpeechStarted) -> None:
        self._caller_stopped_at = None

    async def _speech_stopped(self, event: SpeechStopped) -> None:
        self._caller_stopped_at = self._context.clock()

    def _warn_once(self, error: binascii.Error) -> None:
        if not self._warned:
            self._warned = True
            logger.warning("The model sent audio that is no base64: {}", error)
