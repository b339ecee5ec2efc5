"""The phone leg's far end: what the assistant says goes out, and what was heard comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loguru import logger
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    OutputAudioRawFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_frames import PcmuOutputFrame, payload_bytes
from processors.base import CallProcessor
from processors.context import CallContext
from processors.frames import (
    AssistantAudioEndFrame,
    AssistantTextFrame,
    CutSettledFrame,
    PlaybackEndFrame,
)
from processors.state.mark_dates import DatedMark
from processors.state.playback import Purpose
from processors.timer import DeadlineTimer
from transports.socket import Socket
from transports.twilio.alignment import FrameAligner
from transports.twilio.messages import OutboundMessages, is_payload
from transports.twilio.outbox import Outbox

if TYPE_CHECKING:
    from transports.twilio.config import TwilioSerializerConfig

MAX_QUEUED_MS: Final = 10 * 60 * 1000.0
"""ms of audio that Twilio queues; it discards the rest (Twilio, error 31931)."""


class TwilioOutput(CallProcessor):
    """Sends the assistant's audio as it comes and tells the pipeline what of it was played.

    The ledger decides when to ask for a mark; its echo is what "heard" means here. Nothing is
    paced: Twilio queues and plays.
    """

    wants_assistant_audio = True
    wants_assistant_text = True
    visited_by = (InterruptionFrame, AssistantAudioEndFrame, OutputAudioRawFrame)

    def __init__(
        self, config: TwilioSerializerConfig, context: CallContext, socket: Socket
    ) -> None:
        super().__init__()
        self._context = context
        self._playback = context.playback
        self._messages = OutboundMessages(context.info.stream_sid)
        self._outbox = Outbox(self, socket, self._left_late)
        self._timer = DeadlineTimer(
            self, self._playback.deadline, self._echoes_overdue, context.clock
        )
        self._aligner = FrameAligner() if config.align_20ms else None
        self._last_audio: PcmuOutputFrame | None = None
        self._purposes: dict[str, Purpose] = {}
        self._marked_items: dict[str, str] = {}  # by mark: whose audio its echo proves
        self._playing_item = ""
        self._speaking = False
        self._malformed = 0
        self._warned: set[str] = set()
        self._log = logger.bind(call_sid=context.info.call_sid)

    async def assistant_audio(self, frame: PcmuOutputFrame) -> None:
        """Send a piece of the assistant's audio, unless its item was cut."""
        if not self._playback.accepts(frame.item_id):
            return
        if not is_payload(frame.payload):
            self._count_malformed()
            return
        if self._aligner is None:
            self._send_audio(frame, frame.payload)
            return
        if self._last_audio is not None and not _same_part(self._last_audio, frame):
            self._send_audio(self._last_audio, self._aligner.flush())
        self._last_audio = frame
        self._send_audio(frame, self._aligner.audio(frame.payload))

    async def assistant_text(self, frame: AssistantTextFrame) -> None:
        """End the words' way: the phone gets none, and nobody stands behind it."""

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Clear the phone's queue on an interruption; end an item; refuse what can't be sent."""
        if isinstance(frame, InterruptionFrame):
            self._cut()
            await self.push_frame(frame, direction)
            await self._stopped_speaking()
            return
        if isinstance(frame, AssistantAudioEndFrame):
            self._audio_ended(frame)
        elif isinstance(frame, OutputAudioRawFrame):
            self._warn("Audio that is not µ-law reached the phone's end and is dropped")
        else:
            await self.push_frame(frame, direction)

    async def mark_received(self, mark: DatedMark) -> None:
        """Take a mark that Twilio sent back."""
        now = self._context.clock()
        heard = self._playback.mark_received(mark.name, now, mark.due, sure=mark.sure)
        item_id = self._marked_items.pop(mark.name, None)
        if item_id is not None:
            await self._is_playing(item_id)
        await self._heard(heard)
        await self._tell_settled_cut()

    async def cleanup(self) -> None:
        """Stop waiting for marks, and send nothing more."""
        await self._timer.stop()
        await self._outbox.stop()
        await super().cleanup()

    # To the phone.

    def _send_audio(self, part: PcmuOutputFrame, payload: str) -> None:
        if not payload:
            return
        if self._playback.queued_ms > MAX_QUEUED_MS:
            self._warn("Ten minutes of audio wait at the phone; more is dropped")
            return
        if part.item_id not in self._purposes:
            self._purposes[part.item_id] = part.purpose
        mark = self._playback.audio_sent(
            part.item_id,
            part.content_index,
            payload_bytes(payload) / 8,
            self._context.clock(),
            response_id=part.response_id,
            purpose=part.purpose,
        )
        self._outbox.send(self._messages.media(payload))
        if self._playback.ran_dry:
            self._tell_of_underrun(part.item_id)
        if mark is not None:
            self._send_mark(mark, part.item_id)

    def _tell_of_underrun(self, item_id: str) -> None:
        ms, self._playback.ran_dry = round(self._playback.ran_dry * 1000), 0.0
        self._context.record("underrun", item_id=item_id, ms=ms)

    def _audio_ended(self, frame: AssistantAudioEndFrame) -> None:
        if self._aligner is not None and self._last_audio is not None:
            self._send_audio(self._last_audio, self._aligner.flush())
            self._last_audio = None
        mark = self._playback.audio_ended(frame.item_id, frame.content_index, self._context.clock())
        if mark is not None:
            self._send_mark(mark, frame.item_id)

    def _send_mark(self, name: str, item_id: str) -> None:
        self._marked_items[name] = item_id
        self._outbox.send(self._messages.mark(name))
        self._timer.arm()

    def _cut(self) -> None:
        mark = self._playback.last_mark()
        if mark is not None:
            self._outbox.send(self._messages.mark(mark))
        self._playback.cut(self._context.clock())
        if self._playback.take_clear():
            unsent = self._outbox.take_back()
            self._playback.taken_back(sum(self._messages.audio_ms(message) for message in unsent))
            self._context.record("clear", unsent=len(unsent))
            self._outbox.send(self._messages.clear)
            if self._outbox.stalled:
                self._playback.clear_waits()
            for message in unsent:
                if self._messages.is_mark(message):  # the ledger waits for its return
                    self._outbox.send(message)
            self._timer.arm()
        if self._aligner is not None:
            self._aligner.flush()
            self._last_audio = None
        self._purposes.clear()
        self._marked_items.clear()

    def _left_late(self, message: str) -> None:
        if message == self._messages.clear:
            self._playback.clear_left(self._context.clock())

    # From the phone.

    async def _echoes_overdue(self) -> None:
        await self._heard(self._playback.timer_fired(self._context.clock()))
        await self._tell_settled_cut()

    async def _tell_settled_cut(self) -> None:
        if self._playback.has_truncations:
            await self.push_frame(CutSettledFrame(), FrameDirection.UPSTREAM)

    async def _is_playing(self, item_id: str) -> None:
        if item_id != self._playing_item:
            self._playing_item = item_id
            self._context.record("assistant_audio_started", item_id=item_id)
        if not self._speaking:
            self._speaking = True
            await self.broadcast_frame(BotStartedSpeakingFrame)

    async def _heard(self, item_ids: list[str]) -> None:
        for item_id in item_ids:
            self._context.record("assistant_heard", item_id=item_id)
            purpose = self._purposes.pop(item_id, "answer")
            await self.broadcast_frame(PlaybackEndFrame, item_id=item_id, purpose=purpose)
        if self._playback.idle:
            self._marked_items.clear()
            await self._stopped_speaking()

    async def _stopped_speaking(self) -> None:
        if self._speaking:
            self._speaking = False
            await self.broadcast_frame(BotStoppedSpeakingFrame)

    # What should not happen.

    def _count_malformed(self) -> None:
        self._malformed += 1
        self._warn("Audio of the model that is not base64 is dropped")
        if self._malformed == 1:
            self._context.record("malformed", peer="openai", count=1)

    def _warn(self, text: str) -> None:
        """Log once a call."""
        if text not in self._warned:
            self._warned.add(text)
            self._log.warning(text)


def _same_part(one: PcmuOutputFrame, other: PcmuOutputFrame) -> bool:
    return one.item_id == other.item_id and one.content_index == other.content_index
