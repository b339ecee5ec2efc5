"""µ-law passes through as it came; anything else is transcoded, loudly."""

from __future__ import annotations

import asyncio
import base64
from typing import ClassVar

import numpy as np
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame, TTSStoppedFrame

from processors.audio_frames import ModelAudioFrame, ModelPcmFrame, PcmuInputFrame, PcmuOutputFrame
from processors.base import CallProcessor
from processors.configs import MulawPassthroughConfig
from processors.context import BothEnds
from processors.frames import AssistantAudioEndFrame, CallInterruptionFrame
from processors.state.g711 import pcm16_to_pcmu
from tests.processors.stage import Call, on_stage


def pcmu(byte: int, ms: int = 20) -> str:
    return base64.b64encode(bytes([byte]) * (8 * ms)).decode()


def tone(sample_rate: int, ms: int) -> bytes:
    """PCM16 of a 440 Hz tone."""
    times = np.arange(sample_rate * ms // 1000) / sample_rate
    return (8000 * np.sin(2 * np.pi * 440 * times)).astype("<i2").tobytes()


def ends(call: Call) -> BothEnds:
    return MulawPassthroughConfig(type="mulaw_passthrough").build(call.context)


async def test_caller_audio_waits_for_a_model_and_keeps_its_order_and_its_bytes() -> None:
    payloads = [pcmu(number) for number in range(100)]
    async with on_stage(ends(Call()).inbound) as stage:
        await stage.down(*[PcmuInputFrame(payload) for payload in payloads[:60]])
        assert stage.bottom.of(PcmuInputFrame) == []

        await stage.up(ModelAudioFrame("audio/pcmu", "audio/pcmu"))
        await stage.down(*[PcmuInputFrame(payload) for payload in payloads[60:]])

        assert [frame.payload for frame in stage.bottom.of(PcmuInputFrame)] == payloads


class SlowModel(CallProcessor):
    """Takes its time over each piece of audio, as a socket under pressure does."""

    wants_caller_audio: ClassVar[bool] = True

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        await asyncio.sleep(0)
        await self.push_audio(frame)


async def test_audio_that_comes_while_the_backlog_is_handed_over_stands_behind_it() -> None:
    payloads = [pcmu(number) for number in range(40)]
    async with on_stage(ends(Call()).inbound, SlowModel()) as stage:
        await stage.down(*[PcmuInputFrame(payload) for payload in payloads[:20]])
        handing_over = asyncio.create_task(stage.up(ModelAudioFrame("audio/pcmu", "audio/pcmu")))
        for payload in payloads[20:]:
            await asyncio.sleep(0)
            await stage.down(PcmuInputFrame(payload))
        await handing_over

        assert [frame.payload for frame in stage.bottom.of(PcmuInputFrame)] == payloads


async def test_audio_that_the_lost_model_did_not_get_waits_for_the_next() -> None:
    payloads = [pcmu(number) for number in range(40)]
    async with on_stage(ends(Call()).inbound, SlowModel()) as stage:
        await stage.down(*[PcmuInputFrame(payload) for payload in payloads[:20]])
        handing_over = asyncio.create_task(stage.up(ModelAudioFrame("audio/pcmu", "audio/pcmu")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await stage.up(ModelAudioFrame())
        await handing_over
        await stage.down(*[PcmuInputFrame(payload) for payload in payloads[20:]])
        assert len(stage.bottom.of(PcmuInputFrame)) < 20

        await asyncio.gather(
            stage.up(ModelAudioFrame("audio/pcmu", "audio/pcmu")),
            stage.up(ModelAudioFrame("audio/pcmu", "audio/pcmu")),
        )

        assert [frame.payload for frame in stage.bottom.of(PcmuInputFrame)] == payloads


async def test_what_no_longer_fits_the_backlog_is_told() -> None:
    call = Call()
    async with on_stage(ends(call).inbound) as stage:
        await stage.down(*[PcmuInputFrame(pcmu(1, ms=1000)) for _ in range(32)])
        await stage.up(ModelAudioFrame("audio/pcmu", "audio/pcmu"))

        assert len(stage.bottom.of(PcmuInputFrame)) == 30
        assert call.journal("audio_dropped") == [{"dropped_ms": 2000.0}]


async def test_model_that_takes_pcm_gets_pcm_and_the_journal_says_so_once() -> None:
    call = Call()
    async with on_stage(ends(call).inbound) as stage:
        for _ in range(2):
            await stage.up(ModelAudioFrame("audio/pcm", "audio/pcm"))
        await stage.down(*[PcmuInputFrame(pcmu(0x20)) for _ in range(50)])

        frames = stage.bottom.of(InputAudioRawFrame)
        assert {frame.sample_rate for frame in frames} == {24000}
        assert 0.8 * 48000 < sum(len(frame.audio) for frame in frames) <= 48000
        assert call.journal("transcoding") == [
            {"direction": "caller", "from_": "audio/pcmu", "to": "audio/pcm"}
        ]


async def test_model_that_takes_a_law_gets_a_law() -> None:
    async with on_stage(ends(Call()).inbound) as stage:
        await stage.up(ModelAudioFrame("audio/pcma", "audio/pcma"))
        await stage.down(PcmuInputFrame(pcmu(0xFF), timestamp_ms=20))

        (frame,) = stage.bottom.of(PcmuInputFrame)
        assert base64.b64decode(frame.payload) == bytes([0xD5]) * 160
        assert frame.timestamp_ms == 20


async def test_assistant_audio_passes_as_the_very_frame_it_is() -> None:
    frame = PcmuOutputFrame(pcmu(5), "item")
    async with on_stage(ends(Call()).outbound) as stage:
        await stage.down(frame)

        assert stage.bottom.heard == [frame]


async def test_pcm_of_the_model_is_made_mulaw_and_stays_its_items() -> None:
    call = Call()
    pcm = ModelPcmFrame(audio=tone(8000, 200), sample_rate=8000, num_channels=1)
    pcm.item_id, pcm.content_index, pcm.response_id, pcm.purpose = "item", 1, "resp", "greeting"
    async with on_stage(ends(call).outbound) as stage:
        await stage.down(pcm, pcm)

        frame, _ = stage.bottom.of(PcmuOutputFrame)
        assert base64.b64decode(frame.payload) == pcm16_to_pcmu(pcm.audio)
        assert (frame.item_id, frame.content_index) == ("item", 1)
        assert (frame.response_id, frame.purpose) == ("resp", "greeting")
        assert len(call.journal("transcoding")) == 1


async def test_voice_of_a_stock_processor_gets_names_so_that_its_playback_is_known() -> None:
    def audio() -> OutputAudioRawFrame:
        return OutputAudioRawFrame(audio=tone(24000, 500), sample_rate=24000, num_channels=1)

    async with on_stage(ends(Call()).outbound) as stage:
        await stage.down(audio(), TTSStoppedFrame(), audio(), TTSStoppedFrame())

        assert [frame.item_id for frame in stage.bottom.of(AssistantAudioEndFrame)] == [
            "local-0",
            "local-1",
        ]
        assert {frame.item_id for frame in stage.bottom.of(PcmuOutputFrame)} == {
            "local-0",
            "local-1",
        }


async def test_stock_voice_is_not_cut_short() -> None:
    speech = OutputAudioRawFrame(audio=tone(24000, 500), sample_rate=24000, num_channels=1)
    async with on_stage(ends(Call()).outbound) as stage:
        await stage.down(speech, TTSStoppedFrame())

        sent_ms = sum(frame.duration_ms for frame in stage.bottom.of(PcmuOutputFrame))
        assert sent_ms == 500
        assert isinstance(stage.bottom.heard[-1], AssistantAudioEndFrame)


async def test_what_was_interrupted_does_not_sound_in_what_comes_next() -> None:
    def audio(item_id: str, loudness: int) -> ModelPcmFrame:
        samples = np.full(24000 // 10, loudness, dtype="<i2").tobytes()
        frame = ModelPcmFrame(audio=samples, sample_rate=24000, num_channels=1)
        frame.item_id = item_id
        return frame

    async with on_stage(ends(Call()).outbound) as stage:
        await stage.down(audio("a", 8000), CallInterruptionFrame())
        await stage.down(audio("b", 0), AssistantAudioEndFrame("b"))

        said = b"".join(base64.b64decode(f.payload) for f in stage.bottom.of(PcmuOutputFrame))
        assert len(said) == 800
        assert set(said) <= {0xFF, 0x7F}


async def test_items_and_voices_follow_each_other_whole() -> None:
    model = ModelPcmFrame(audio=tone(24000, 100), sample_rate=24000, num_channels=1)
    model.item_id = "a"
    voice = OutputAudioRawFrame(audio=tone(16000, 100), sample_rate=16000, num_channels=1)
    async with on_stage(ends(Call()).outbound) as stage:
        await stage.down(model, voice, model, AssistantAudioEndFrame("a"))

        sent_ms: dict[str, float] = {}
        for frame in stage.bottom.of(PcmuOutputFrame):
            sent_ms[frame.item_id] = sent_ms.get(frame.item_id, 0.0) + frame.duration_ms
        assert sent_ms == {"a": 200, "local-0": 100}
