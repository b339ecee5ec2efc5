"""µ-law frames pose as pipecat's PCM frames, for whoever asks."""

from __future__ import annotations

import base64
import copy
import dataclasses
import pickle

import pytest
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat.processors.audio.audio_buffer_processor import AudioBufferProcessor

from processors.audio_frames import PcmuInputFrame, PcmuOutputFrame, payload_bytes
from processors.base import CallProcessor
from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from tests.processors.stage import on_stage

EVERY_BYTE = bytes(range(256))
PAYLOAD = base64.b64encode(EVERY_BYTE).decode()

Pcmu = PcmuInputFrame | PcmuOutputFrame


def caller_audio() -> PcmuInputFrame:
    return PcmuInputFrame(PAYLOAD, timestamp_ms=40)


def assistant_audio() -> PcmuOutputFrame:
    return PcmuOutputFrame(PAYLOAD, "item", 1, "resp", "greeting")


def own_fields(frame: Pcmu) -> tuple[object, ...]:
    if isinstance(frame, PcmuInputFrame):
        return (frame.payload, frame.timestamp_ms)
    return (
        frame.payload,
        frame.item_id,
        frame.content_index,
        frame.response_id,
        frame.purpose,
    )


BOTH = pytest.mark.parametrize("frame", [caller_audio(), assistant_audio()], ids=["in", "out"])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 159, 160, 161, 4000])
def test_bytes_are_counted_without_decoding(size: int) -> None:
    assert payload_bytes(base64.b64encode(bytes(size)).decode()) == size


@BOTH
def test_it_is_a_pipecat_audio_frame(frame: Pcmu) -> None:
    assert isinstance(frame, InputAudioRawFrame | OutputAudioRawFrame)
    assert frame.audio == pcmu_to_pcm16(EVERY_BYTE)
    assert (frame.sample_rate, frame.num_channels, frame.num_frames) == (8000, 1, 256)
    assert frame.duration_ms == 32
    assert frame.pts is None
    assert frame.transport_source is None
    assert frame.transport_destination is None
    assert frame.interruptible


@BOTH
def test_identity_is_made_on_first_use_and_kept(frame: Pcmu) -> None:
    other = copy.deepcopy(frame)

    assert frame.id == frame.id
    assert isinstance(frame.id, int)
    assert frame.name == f"{type(frame).__name__}#{frame.id}"
    frame.metadata["seen"] = True
    assert frame.metadata == {"seen": True}
    assert other.metadata == {}
    assert str(frame) == f"{frame.name}(32 ms)"
    with pytest.raises(AttributeError):
        frame.nonsense  # noqa: B018 - reading it is the test


def test_two_frames_are_two() -> None:
    assert caller_audio().id != caller_audio().id


@BOTH
def test_new_audio_changes_the_payload(frame: Pcmu) -> None:
    changed = copy.deepcopy(frame)

    changed.audio = bytes(320)

    assert base64.b64decode(changed.payload) == pcm16_to_pcmu(bytes(320))
    assert changed.num_frames == 160


@BOTH
def test_same_audio_leaves_every_byte_of_the_payload(frame: Pcmu) -> None:
    changed = copy.deepcopy(frame)

    changed.audio = frame.audio

    assert changed.payload == PAYLOAD


@BOTH
def test_replaced_frame_keeps_the_rest(frame: Pcmu) -> None:
    changed = dataclasses.replace(frame, payload="////")

    assert own_fields(changed) == ("////", *own_fields(frame)[1:])
    assert changed.id != frame.id


@BOTH
def test_frame_can_be_pickled_and_copied(frame: Pcmu) -> None:
    for other in (pickle.loads(pickle.dumps(frame)), copy.copy(frame)):
        assert own_fields(other) == own_fields(frame)
        assert other.id == frame.id


@BOTH
async def test_frame_can_be_broadcast(frame: Pcmu) -> None:
    broadcaster = CallProcessor()
    async with on_stage(broadcaster) as stage:
        await broadcaster.broadcast_frame_instance(frame)

        (down,) = stage.bottom.of(type(frame))
        (up,) = stage.top.of(type(frame))
        assert own_fields(down) == own_fields(up) == own_fields(frame)
        assert down.broadcast_sibling_id == up.id
        assert up.broadcast_sibling_id == down.id
        assert len({frame.id, down.id, up.id}) == 3


async def test_stock_processor_records_both_sides_of_a_call() -> None:
    recorder = AudioBufferProcessor(sample_rate=8000, num_channels=2)
    recorded: list[tuple[bytes, int, int]] = []

    @recorder.event_handler("on_audio_data")  # type: ignore[untyped-decorator]  # pipecat's
    async def keep(
        _: AudioBufferProcessor, audio: bytes, sample_rate: int, num_channels: int
    ) -> None:
        recorded.append((audio, sample_rate, num_channels))

    async with on_stage(recorder) as stage:
        await recorder.start_recording()
        await stage.down(caller_audio(), assistant_audio())
        await stage.settle()
        await recorder.stop_recording()
        await stage.settle()

        assert len(stage.bottom.heard) == 2

    assert recorded
    audio, sample_rate, num_channels = recorded[0]
    assert (sample_rate, num_channels) == (8000, 2)
    assert len(audio) >= 4 * 256
