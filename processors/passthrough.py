"""µ-law passthrough: the caller's bytes are the model's bytes, and the other way round.

Twilio speaks G.711 µ-law at 8 kHz, and so does the Realtime API when asked (``audio/pcmu``). What
counts is what the model *confirmed* in ``session.updated``: if that is something else, audio is
transcoded here, and one warning says so, rather than static being played. Until a model has
confirmed anything the caller's audio waits here, in order.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import ClassVar

from loguru import logger
from pipecat.audio.resamplers.base_audio_resampler import BaseAudioResampler
from pipecat.audio.utils import create_stream_resampler, pcm_to_alaw
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    TTSStoppedFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_frames import (
    PCMU_SAMPLE_RATE,
    ModelAudioFrame,
    ModelPcmFrame,
    PcmuInputFrame,
    PcmuOutputFrame,
)
from processors.base import CallProcessor
from processors.configs import MulawPassthroughConfig
from processors.context import BothEnds, CallContext
from processors.frames import AssistantAudioEndFrame
from processors.state.backlog import AudioBacklog
from processors.state.g711 import pcm16_to_pcmu
from processors.state.playback import Purpose


class MulawPassthrough:
    """The two sides of the passthrough, as a call file's one entry stands for them."""

    @staticmethod
    def ends(config: MulawPassthroughConfig, context: CallContext) -> BothEnds:
        """Make both sides for one call."""
        return BothEnds(CallerPassthrough(config, context), AssistantPassthrough(context))


class CallerPassthrough(CallProcessor):
    """Phone to model."""

    wants_caller_audio: ClassVar[bool] = True
    visited_by = (ModelAudioFrame,)

    def __init__(self, config: MulawPassthroughConfig, context: CallContext) -> None:
        super().__init__(name="mulaw_passthrough")
        self._context = context
        self._format: str | None = None
        self._rate = 0
        self._backlog = AudioBacklog(config.buffer_seconds * 1000)
        self._handing_over = False
        self._resampler = create_stream_resampler(clear_after_secs=None)
        self._warned = False

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        """Pass the caller's audio to the model as it came, if the model takes it so."""
        if self._handing_over or self._format is None:
            self._backlog.add(frame.payload, frame.duration_ms)
        elif self._format == "audio/pcmu":
            await self.push_caller_audio(frame)
        else:
            await self._transcode(frame)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Learn what the model takes, and hand it what has waited."""
        await self.push_frame(frame, direction)
        if isinstance(frame, ModelAudioFrame) and direction is FrameDirection.UPSTREAM:
            self._format, self._rate = frame.input_format, frame.input_rate
            if self._format is not None:
                await self._hand_over()

    async def _hand_over(self) -> None:
        if self._backlog.dropped_ms:
            self._context.record("audio_dropped", dropped_ms=self._backlog.dropped_ms)
            self._backlog.dropped_ms = 0.0
        if self._format not in ("audio/pcmu", None) and not self._warned:
            self._warned = True
            logger.warning("The model did not confirm audio/pcmu for input: transcoding")
            self._context.record(
                "transcoding", direction="caller", from_="audio/pcmu", to=self._format
            )
        if self._handing_over:
            return
        # The model may be slow to take it; what comes meanwhile stands behind it.
        self._handing_over = True
        try:
            while self._format is not None and (payload := self._backlog.take()) is not None:
                await self._pass(PcmuInputFrame(payload))
        finally:
            self._handing_over = False

    async def _pass(self, frame: PcmuInputFrame) -> None:
        if self._format == "audio/pcmu":
            await self.push_caller_audio(frame)
        else:
            await self._transcode(frame)

    async def _transcode(self, frame: PcmuInputFrame) -> None:
        if self._format == "audio/pcma":
            pcma = await pcm_to_alaw(
                frame.audio, PCMU_SAMPLE_RATE, PCMU_SAMPLE_RATE, self._resampler
            )
            payload = binascii.b2a_base64(pcma, newline=False).decode("ascii")
            await self.push_caller_audio(PcmuInputFrame(payload, frame.timestamp_ms))
            return
        pcm = await self._resampler.resample(frame.audio, PCMU_SAMPLE_RATE, self._rate)
        if pcm:
            await self.push_frame(InputAudioRawFrame(pcm, self._rate, 1))


class AssistantPassthrough(CallProcessor):
    """Model to phone; µ-law passes it by, anything else is made µ-law here."""

    visited_by = (OutputAudioRawFrame, AssistantAudioEndFrame, TTSStoppedFrame, InterruptionFrame)

    def __init__(self, context: CallContext) -> None:
        super().__init__(name="mulaw_passthrough (out)")
        self._context = context
        self._resamplers: dict[int, BaseAudioResampler] = {}  # by the rate that they take, Hz
        self._speaking: _Speaker | None = None  # whose last samples a resampler still holds
        self._foreign_item = 0

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Transcode audio that is not µ-law; let everything else through."""
        if isinstance(frame, OutputAudioRawFrame) and direction is FrameDirection.DOWNSTREAM:
            await self._transcode(frame)
            return
        if isinstance(frame, AssistantAudioEndFrame | TTSStoppedFrame):
            await self._finish()
        elif isinstance(frame, InterruptionFrame) and self._speaking is not None:
            await self._resampler(self._speaking.sample_rate).reset()
            self._speaking = None
        await self.push_frame(frame, direction)
        if isinstance(frame, TTSStoppedFrame):
            await self.push_frame(AssistantAudioEndFrame(self._foreign_name()))
            self._foreign_item += 1

    async def _transcode(self, frame: OutputAudioRawFrame) -> None:
        if isinstance(frame, ModelPcmFrame):
            speaker = _Speaker(
                frame.sample_rate,
                frame.item_id,
                frame.content_index,
                frame.response_id,
                frame.purpose,
            )
        else:
            speaker = _Speaker(frame.sample_rate, self._foreign_name())
        if speaker != self._speaking:
            await self._finish()
            self._speaking = speaker
        resampler = self._resampler(frame.sample_rate)
        pcm = await resampler.resample(frame.audio, frame.sample_rate, PCMU_SAMPLE_RATE)
        await self._speak(speaker, pcm)

    async def _finish(self) -> None:
        """Send the last samples of what was said."""
        speaker, self._speaking = self._speaking, None
        if speaker is not None:
            await self._speak(speaker, await self._resampler(speaker.sample_rate).flush())

    async def _speak(self, speaker: _Speaker, pcm: bytes) -> None:
        if pcm:
            payload = binascii.b2a_base64(pcm16_to_pcmu(pcm), newline=False).decode("ascii")
            await self.push_audio(
                PcmuOutputFrame(
                    payload,
                    speaker.item_id,
                    speaker.content_index,
                    speaker.response_id,
                    speaker.purpose,
                )
            )

    def _resampler(self, sample_rate: int) -> BaseAudioResampler:
        if sample_rate not in self._resamplers:
            self._resamplers[sample_rate] = create_stream_resampler(clear_after_secs=None)
            logger.warning("Assistant audio is PCM at {} Hz, not µ-law: transcoding", sample_rate)
            self._context.record(
                "transcoding",
                direction="assistant",
                from_=f"pcm16/{sample_rate}",
                to="audio/pcmu",
            )
        return self._resamplers[sample_rate]

    def _foreign_name(self) -> str:
        """Names audio that no model item stands for, so that its playback is known, too."""
        return f"local-{self._foreign_item}"


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Whose voice it is, and at what rate it comes, Hz."""

    sample_rate: int
    item_id: str
    content_index: int = 0
    response_id: str = ""
    purpose: Purpose = "answer"
