"""Stock pipecat's Twilio serializer at the other end of a simulated phone: it reads and writes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import pytest
from fastapi import WebSocket
from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.clocks.system_clock import SystemClock
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InputDTMFFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
)
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.utils.asyncio.task_manager import TaskManager

from processors.state.g711 import pcmu_to_pcm16
from tests.virtual_loop import virtual
from transports.simulated.memory_socket import MemorySocket
from transports.simulated.person import Act
from transports.simulated.phone import SimulatedPhone
from transports.simulated.phone_options import PhoneOptions
from transports.simulated.stream_facts import StreamEnd, StreamFacts
from transports.simulated.stream_messages import StreamIds
from transports.simulated.switchboard import CallSids, Switchboard
from transports.simulated.twilio_rest import TwilioRest
from transports.simulated.voice import ToneVoice
from transports.socket import SocketClosedError

IDS = StreamIds("AC1", "CA1", "MZ1")
VOICE = ToneVoice()


class Listener:
    """Holds the phone and only listens."""

    def __init__(self) -> None:
        self.audio = bytearray()

    def heard(self, pcmu: bytes, at: float) -> None:
        self.audio += pcmu

    def tick(self, now: float) -> Sequence[Act]:
        return ()


@dataclass
class StockLine:
    """A simulated phone, and at the other end of its socket stock pipecat."""

    phone: SimulatedPhone
    serializer: TwilioFrameSerializer
    person: Listener
    socket: MemorySocket
    running: asyncio.Task[StreamFacts]
    frames: list[Frame] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    async def read(self) -> None:
        """Read what the phone says until it leaves."""
        try:
            while True:
                message = await self.socket.receive()
                self.kinds.append(json.loads(message)["event"])
                frame = await self.serializer.deserialize(message)
                if frame is not None:
                    self.frames.append(frame)
        except SocketClosedError:
            return

    async def write(self, frame: Frame) -> None:
        """Send what the serializer makes of a frame."""
        message = await self.serializer.serialize(frame)
        assert isinstance(message, str)
        await self.socket.send(message)

    def pcm16(self) -> bytes:
        return b"".join(one.audio for one in self.frames if isinstance(one, InputAudioRawFrame))


@asynccontextmanager
async def stock_line(serializer: TwilioFrameSerializer | None = None) -> AsyncIterator[StockLine]:
    ours, theirs = MemorySocket.pair()
    person = Listener()
    phone = SimulatedPhone(ours, IDS, options=PhoneOptions(keep_audio=True), person=person)
    serializer = serializer or TwilioFrameSerializer(
        IDS.stream_sid, params=TwilioFrameSerializer.InputParams(auto_hang_up=False)
    )
    no_worker = cast(PipelineWorker, None)  # the serializer asks for the rate only
    await serializer.setup(
        FrameProcessorSetup(SystemClock(), TaskManager(), no_worker, audio_in_sample_rate=8000)
    )
    line = StockLine(phone, serializer, person, theirs, asyncio.create_task(phone.run()))
    reading = asyncio.create_task(line.read())
    await asyncio.sleep(0)
    yield line
    phone.hang_up()
    await line.running
    await reading


class AsWebSocket:
    """As much of a web socket as pipecat's runner reads a call's beginning from."""

    def __init__(self, socket: MemorySocket) -> None:
        self._socket = socket

    async def iter_text(self) -> AsyncIterator[str]:
        while True:
            yield str(await self._socket.receive())


@virtual
async def test_its_runner_knows_a_call_by_its_start() -> None:
    ours, theirs = MemorySocket.pair()
    phone = SimulatedPhone(ours, IDS, parameters={"from_number": "+15550100003"})
    running = asyncio.create_task(phone.run())
    kind, call = await parse_telephony_websocket(cast(WebSocket, AsWebSocket(theirs)))
    phone.hang_up()
    await running

    assert kind == "twilio"
    assert (call["stream_id"], call["call_id"]) == ("MZ1", "CA1")
    assert call["body"] == {"from_number": "+15550100003"}


@virtual
async def test_it_hears_each_byte_that_the_caller_said() -> None:
    async with stock_line() as line:
        line.phone.speak(VOICE.speak("Hello."))
        await asyncio.sleep(1.01)

    assert line.pcm16() == pcmu_to_pcm16(bytes(line.phone.facts.caller_audio))
    assert len(line.pcm16()) == 50 * 320
    assert line.kinds[:2] == ["connected", "start"]
    assert line.kinds[-1] == "stop"


@virtual
async def test_it_reads_each_key_that_was_pressed() -> None:
    async with stock_line() as line:
        line.phone.press("0123456789*#")
        await asyncio.sleep(0.1)

    keys = [frame.button for frame in line.frames if isinstance(frame, InputDTMFFrame)]
    assert keys == [KeypadEntry(key) for key in "0123456789*#"]


@virtual
async def test_what_it_plays_is_heard() -> None:
    async with stock_line() as line:
        await line.write(OutputAudioRawFrame(pcmu_to_pcm16(VOICE.speak("Good morning.")), 8000, 1))
        await asyncio.sleep(2.0)

    assert VOICE.hear(bytes(line.person.audio)) == "Good morning."
    assert line.phone.facts.warnings == {}


@virtual
async def test_its_clear_stops_what_is_played_and_returns_marks() -> None:
    async with stock_line() as line:
        await line.write(OutputAudioRawFrame(pcmu_to_pcm16(VOICE.speak("Good morning.")), 8000, 1))
        await line.write(
            OutputTransportMessageFrame(
                {"event": "mark", "streamSid": IDS.stream_sid, "mark": {"name": "one"}}
            )
        )
        await asyncio.sleep(4 * 0.066)
        await line.write(InterruptionFrame())
        await asyncio.sleep(0.5)

    assert VOICE.hear(bytes(line.person.audio)) == "Good"
    assert line.kinds.count("mark") == 1
    assert line.phone.facts.warnings == {}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pipecat's way to authenticate
async def test_its_hang_up_ends_the_call() -> None:
    switchboard = Switchboard()
    call = switchboard.begin(CallSids(IDS.account_sid, IDS.call_sid))
    rest = TwilioRest(switchboard, {"AC1": "secret"})
    await rest.start()
    serializer = TwilioFrameSerializer(
        IDS.stream_sid, IDS.call_sid, IDS.account_sid, "secret", base_url=rest.base_url
    )
    async with stock_line(serializer) as line:
        call.holds(line.phone)
        assert await serializer.serialize(EndFrame()) is None
        facts = await line.running
    await rest.stop()

    assert facts.end is StreamEnd.COMPLETED_BY_REST
    assert [(one.form, one.status) for one in rest.requests] == [({"Status": "completed"}, 200)]
