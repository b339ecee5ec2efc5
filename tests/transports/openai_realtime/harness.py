"""A model leg in a pipeline of its own, with a scripted peer on the other end of its socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pipecat.frames.frames import EndFrame, Frame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from processors.audio_frames import PcmuOutputFrame
from processors.base import CallProcessor
from processors.configs import HangupConfig, InterruptionConfig, MulawPassthroughConfig
from processors.context import BothEnds, CallContext, CallInfo, ProcessorConfig, Speech
from processors.state.journal import Entry, Journal
from processors.state.playback import PlaybackLedger
from tests.openai_types import assert_client_event
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.dialer import ModelDialer
from transports.simulated.memory_socket import MemorySocket
from transports.socket import Socket, SocketClosedError

PCMU = {"type": "audio/pcmu"}


class FakePhone:
    """The caller's leg as REST sees it: notes what was asked of it."""

    def __init__(self) -> None:
        self.hung_up = asyncio.Event()
        self.said: list[str] = []

    async def hang_up(self) -> bool:
        self.hung_up.set()
        return True

    async def say_and_hang_up(self, words: str) -> bool:
        self.said.append(words)
        return True


class Recorder(CallProcessor):
    """Stands at one end of the pipeline and keeps what arrives."""

    wants_assistant_audio = True

    def __init__(self, context: CallContext, name: str) -> None:
        super().__init__(name=name)
        self._context = context
        self.frames: list[Frame] = []
        self.audio: list[PcmuOutputFrame] = []
        self.started = asyncio.Event()

    async def assistant_audio(self, frame: PcmuOutputFrame) -> None:
        self.audio.append(frame)
        self._context.playback.audio_sent(
            frame.item_id,
            frame.content_index,
            frame.duration_ms,
            self._context.clock(),
            response_id=frame.response_id,
            purpose=frame.purpose,
        )

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        self.frames.append(frame)
        self.started.set()
        await self.push_frame(frame, direction)

    def of(self, kind: type[Frame]) -> list[Any]:
        return [frame for frame in self.frames if isinstance(frame, kind)]


class ScriptedModel:
    """The peer: accepts sockets, answers the handshake, then does what the test says."""

    def __init__(self) -> None:
        self.sockets: list[MemorySocket] = []
        self.urls: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.session: dict[str, Any] = {}
        self.confirm: dict[str, Any] = {}
        self.refuse_dials = 0
        self.accepted = asyncio.Event()

    async def connect(self, url: str, headers: dict[str, str]) -> Socket:
        if self.refuse_dials > 0:
            self.refuse_dials -= 1
            raise ConnectionRefusedError("nobody there")
        ours, theirs = MemorySocket.pair()
        self.urls.append(url)
        self.headers.append(headers)
        self.sockets.append(theirs)
        self.accepted.set()
        await self.emit({"type": "session.created", "session": {"type": "realtime"}})
        return ours

    async def emit(self, event: dict[str, Any]) -> None:
        await self.sockets[-1].send(json.dumps({"event_id": "e", **event}))

    async def dialled_again(self) -> None:
        """Wait for the socket after the first one."""
        while len(self.sockets) < 2:
            self.accepted.clear()
            await self.accepted.wait()

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(2):
            await self.accepted.wait()
            event: dict[str, Any] = json.loads(await self.sockets[-1].receive())
        assert_client_event(event)
        if event["type"] == "session.update":
            self.session = merged(self.session, event["session"])
            confirmed = merged(self.session, self.confirm)
            await self.emit({"type": "session.updated", "session": confirmed})
        return event

    async def expect(self, kind: str) -> dict[str, Any]:
        """The next event of this type; session updates before it are answered."""
        while (event := await self.next())["type"] != kind:
            assert event["type"] == "session.update", event
        return event

    async def nothing_more(self) -> None:
        """Let everything run that is ready, and see that nothing was sent."""
        for _ in range(20):
            await asyncio.sleep(0)
        while self.sockets[-1].pending:
            event = await self.next()
            assert event["type"] == "session.update", event

    async def refuse(self, event: dict[str, Any], code: str = "invalid_value") -> None:
        """Answer an event with an error."""
        error = {"type": "invalid_request_error", "code": code, "message": "No."}
        await self.emit({"type": "error", "error": {**error, "event_id": event["event_id"]}})

    async def aside(self, response_id: str, create: dict[str, Any], *pieces: str) -> None:
        """Begin an answer beside the conversation, and write these pieces of it."""
        begun = {"id": response_id, "status": "in_progress", "conversation_id": None}
        metadata = create["response"]["metadata"]
        await self.emit({"type": "response.created", "response": {**begun, "metadata": metadata}})
        for piece in pieces:
            await self.emit(
                {
                    "type": "response.output_text.delta",
                    "response_id": response_id,
                    "item_id": f"{response_id}_item",
                    "output_index": 0,
                    "content_index": 0,
                    "delta": piece,
                }
            )

    async def added(self, item: dict[str, Any], previous_item_id: str | None = None) -> None:
        """Say that an item stands in the conversation."""
        previous = {"previous_item_id": previous_item_id}
        await self.emit({"type": "conversation.item.added", "item": item, **previous})

    async def response(self, response_id: str, create: dict[str, Any] | None = None) -> None:
        """Begin a response, ours if ``create`` is given, else the model's own."""
        metadata = create["response"].get("metadata") if create else None
        await self.emit(
            {
                "type": "response.created",
                "response": {
                    "id": response_id,
                    "status": "in_progress",
                    "conversation_id": "conv",
                    "metadata": metadata,
                },
            }
        )

    async def item(self, response_id: str, item_id: str, kind: str = "message") -> None:
        await self.emit(
            {
                "type": "response.output_item.added",
                "response_id": response_id,
                "item": {"id": item_id, "type": kind, "role": "assistant"},
            }
        )

    async def audio(self, response_id: str, item_id: str, payload: str) -> None:
        await self.emit(
            {
                "type": "response.output_audio.delta",
                "response_id": response_id,
                "item_id": item_id,
                "output_index": 0,
                "content_index": 0,
                "delta": payload,
            }
        )

    async def done(self, response_id: str, status: str = "completed", **fields: Any) -> None:
        await self.emit(
            {
                "type": "response.done",
                "response": {
                    "id": response_id,
                    "status": status,
                    "conversation_id": "conv",
                    **fields,
                },
            }
        )

    async def caller_speaks(self, item_id: str = "u1") -> None:
        await self.emit(
            {
                "type": "input_audio_buffer.speech_started",
                "item_id": item_id,
                "audio_start_ms": 100,
            }
        )

    async def caller_turn(self, item_id: str = "u1") -> None:
        await self.emit(
            {"type": "input_audio_buffer.speech_stopped", "item_id": item_id, "audio_end_ms": 900}
        )
        await self.emit(
            {
                "type": "input_audio_buffer.committed",
                "item_id": item_id,
                "previous_item_id": None,
            }
        )


@dataclass
class Call:
    """One running call of the harness."""

    model: ScriptedModel
    phone: FakePhone
    context: CallContext
    top: Recorder
    bottom: Recorder
    worker: PipelineWorker
    running: asyncio.Task[None]
    entries: list[Entry] = field(default_factory=list)

    async def settle(self) -> None:
        """Let everything run that is ready."""
        for _ in range(30):
            await asyncio.sleep(0)

    def journal(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind]


@asynccontextmanager
async def running_call(
    *,
    speech: Speech | None = None,
    model: ScriptedModel | None = None,
    config: OpenAIRealtimeConfig | None = None,
    interruption: InterruptionConfig | None = None,
    confirm: dict[str, Any] | None = None,
    more: Sequence[ProcessorConfig] = (),
    phone: FakePhone | None = None,
) -> AsyncIterator[Call]:
    """A pipeline with the model leg and the call's own processors, until the block ends."""
    loop = asyncio.get_running_loop()
    model = model or ScriptedModel()
    model.confirm = confirm or {}
    dialer = ModelDialer(
        model.connect, base_url="http://model.test/v1", api_key="sk-test", clock=loop.time
    )
    phone = phone or FakePhone()
    context = CallContext(
        info=CallInfo(call_sid="CA1"),
        speech=speech or Speech(prompt="You answer the phone.", greeting="Hello."),
        clock=loop.time,
        journal=Journal(loop.time()),
        playback=PlaybackLedger(),
        phone=phone,
        resources={"model_dialer": dialer},
    )
    entries: list[Entry] = []
    context.journal.listen(entries.append)
    config = config or OpenAIRealtimeConfig(type="openai_realtime")
    top, bottom = Recorder(context, "top"), Recorder(context, "bottom")
    passthrough = MulawPassthroughConfig(type="mulaw_passthrough").build(context)
    assert isinstance(passthrough, BothEnds)
    interruption = interruption or InterruptionConfig(type="interruption")
    processors: list[FrameProcessor] = [
        top,
        passthrough.inbound,
        config.build(context),
        interruption.build(context),
        *(built_alone(entry, context) for entry in more),
        HangupConfig().build(context),
        passthrough.outbound,
        bottom,
    ]
    worker = PipelineWorker(
        Pipeline(processors), enable_rtvi=False, enable_turn_tracking=False, idle_timeout_secs=None
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    call = Call(model, phone, context, top, bottom, worker, running, entries)
    try:
        async with asyncio.timeout(2):
            await bottom.started.wait()
        yield call
    finally:
        await worker.queue_frame(EndFrame())
        async with asyncio.timeout(5):
            await running
        await dialer.close()


def built_alone(entry: ProcessorConfig, context: CallContext) -> FrameProcessor:
    """A processor that stands at one place."""
    built = entry.build(context)
    assert isinstance(built, FrameProcessor)
    return built


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """``session.update`` merges mappings and replaces the rest."""
    result = dict(base)
    for key, value in change.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


__all__ = ["Call", "FakePhone", "Recorder", "ScriptedModel", "SocketClosedError", "running_call"]
