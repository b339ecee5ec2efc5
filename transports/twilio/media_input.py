"""The phone leg's opening: what Twilio sends becomes frames."""

from __future__ import annotations

import asyncio
import binascii
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from loguru import logger
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    EndWorkerFrame,
    Frame,
    InputDTMFFrame,
    StartFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_frames import PcmuInputFrame
from processors.base import CallProcessor
from processors.context import CallContext
from processors.state.g711 import SILENCE
from processors.state.gaps import GapFiller
from processors.state.mark_dates import DatedMark, MarkDates
from processors.timer import DeadlineTimer
from transports.socket import Socket, SocketClosedError
from transports.twilio.messages import (
    DtmfMessage,
    MarkMessage,
    Media,
    MediaMessage,
    StopMessage,
    TwilioProtocolError,
    decode,
)

if TYPE_CHECKING:
    from transports.twilio.config import TwilioSerializerConfig

STREAM_STOPPED: Final = "stream_stopped"
"""Why a call ended: Twilio sent ``stop`` (the caller hung up, or the call was taken elsewhere)."""

STREAM_LOST: Final = "stream_lost"
"""Why a call ended: the phone's socket closed without a ``stop``."""

_FAILED: Final = "phone_leg_failed"

_KEYS: Final = {str(entry.value): entry for entry in KeypadEntry}
_SILENCE_CHUNK_MS: Final = 1000


class TwilioInput(CallProcessor):
    """Reads the phone's socket from the pipeline's start to the end of the call.

    The caller's audio goes to the model in three steps: ``Socket.receive`` takes the message,
    ``messages.decode`` finds the payload in it, ``push_caller_audio`` hands it on as it is.
    """

    visited_by = (UserStartedSpeakingFrame, UserStoppedSpeakingFrame)

    def __init__(
        self,
        config: TwilioSerializerConfig,
        context: CallContext,
        socket: Socket,
        *,
        mark_received: Callable[[DatedMark], Awaitable[None]],
        stream_started: Callable[[], Awaitable[None]],
        stream_ended: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__()
        self._context = context
        self._socket = socket
        self._mark_received = mark_received
        self._on_stream_started = stream_started
        self._on_stream_ended = stream_ended
        self._dates = MarkDates()
        self._dates_timer = DeadlineTimer(
            self, self._dates.deadline, self._media_missed, context.clock
        )
        self._gaps = GapFiller(enabled=config.pad_gaps, max_gap_ms=config.max_gap_ms)
        self._timer = DeadlineTimer(self, self._gaps.deadline, self._fill_stall, context.clock)
        self._reader: asyncio.Task[None] | None = None
        self._reading = False
        self._malformed = 0
        self._log = logger.bind(call_sid=context.info.call_sid)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Start and stop with the pipeline; watch for a caller who falls silent."""
        if isinstance(frame, (EndFrame, CancelFrame)):
            await self._stop()
        elif isinstance(frame, UserStartedSpeakingFrame):
            self._gaps.caller_started()
            self._timer.arm()
        elif isinstance(frame, UserStoppedSpeakingFrame):
            self._gaps.caller_stopped()
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._reading = True
            self._reader = self.create_task(self._read(), "reader")
            await self._on_stream_started()

    async def cleanup(self) -> None:
        """Stop reading."""
        await self._stop()
        await super().cleanup()

    async def _read(self) -> None:
        reason = _FAILED
        try:
            reason = await self._read_to_the_end()
        finally:
            if self._reading:  # the stream ended, not the pipeline
                self._reading = False
                await self._stream_ended(reason)

    async def _read_to_the_end(self) -> str:
        while True:
            try:
                received = await self._socket.receive()
            except SocketClosedError:
                return STREAM_LOST
            try:
                message = decode(received)
            except TwilioProtocolError as error:
                self._count_malformed(error)
                continue
            if type(message) is MediaMessage:
                await self._media_received(message.media)
            elif type(message) is MarkMessage:
                now = self._context.clock()
                await self._marks_dated(self._dates.mark_received(message.mark.name, now))
            elif type(message) is DtmfMessage:
                await self._key_pressed(message.dtmf.digit)
            elif type(message) is StopMessage:
                return STREAM_STOPPED
            else:
                self._log.debug("Message from Twilio ignored")

    async def _media_received(self, media: Media) -> None:
        now = self._context.clock()
        dated = self._dates.media_received(media.timestamp, now)
        if dated:
            await self._marks_dated(dated)
        frame = PcmuInputFrame(media.payload, media.timestamp)
        stalled, next_ms = self._gaps.stall_filled, self._gaps.next_timestamp_ms
        missing_ms = self._gaps.media_received(media.timestamp, frame.duration_ms, now)
        if missing_ms:
            await self._push_silence(missing_ms, next_ms)
        await self.push_caller_audio(frame)
        if stalled:
            self._timer.arm()

    async def _marks_dated(self, marks: list[DatedMark]) -> None:
        for mark in marks:
            await self._mark_received(mark)
        self._dates_timer.arm()

    async def _media_missed(self) -> None:
        await self._marks_dated(self._dates.timer_fired(self._context.clock()))

    async def _fill_stall(self) -> None:
        next_ms = self._gaps.next_timestamp_ms
        await self._push_silence(self._gaps.timer_fired(self._context.clock()), next_ms)

    async def _push_silence(self, duration_ms: int, timestamp_ms: int) -> None:
        self._log.debug("Silence put in place of missing caller audio: {ms} ms", ms=duration_ms)
        for begin_ms in range(0, duration_ms, _SILENCE_CHUNK_MS):
            chunk_ms = min(_SILENCE_CHUNK_MS, duration_ms - begin_ms)
            await self.push_caller_audio(
                PcmuInputFrame(_silence(chunk_ms), timestamp_ms + begin_ms)
            )

    async def _key_pressed(self, digit: str) -> None:
        key = _KEYS.get(digit)
        if key is None:
            self._log.debug("Key outside the keypad ignored")
            return
        self._context.record("dtmf", private={"digit": digit})
        await self.push_frame(InputDTMFFrame(button=key))

    def _count_malformed(self, error: TwilioProtocolError) -> None:
        self._malformed += 1
        if self._malformed == 1:
            self._log.warning("Malformed message from Twilio dropped: {fault}", fault=str(error))
            self._context.record("malformed", peer="twilio", count=1)

    async def _stream_ended(self, reason: str) -> None:
        if self._malformed > 1:
            self._context.record("malformed", peer="twilio", count=self._malformed)
        self._log.info("Media stream ended: {reason}", reason=reason)
        self._context.end_playback()
        self._context.record(reason)
        await self._on_stream_ended()
        await self.push_frame(EndWorkerFrame(reason=reason), FrameDirection.UPSTREAM)

    async def _stop(self) -> None:
        self._reading = False
        await self._timer.stop()
        await self._dates_timer.stop()
        if self._reader is not None:
            await self.cancel_task(self._reader)
            self._reader = None


def _silence(duration_ms: int) -> str:
    pcmu = bytes([SILENCE]) * (duration_ms * 8)
    return binascii.b2a_base64(pcmu, newline=False).decode("ascii")
