"""A phone line for tests: the socket's far end in the test's hand, and a call's context on it.

Messages are written here as Twilio's page "Media Streams - WebSocket messages" shows them.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.workers.runner import WorkerRunner

from processors.context import CallContext, CallInfo, Speech
from processors.state.journal import Entry, Journal
from processors.state.playback import PlaybackLedger
from transports.socket import Socket, SocketClosedError

STREAM_SID = "MZ00000000000000000000000000000001"
CALL_SID = "CA00000000000000000000000000000001"
ACCOUNT_SID = "AC00000000000000000000000000000001"


def media(payload: str, timestamp_ms: int) -> str:
    return json.dumps(
        {
            "event": "media",
            "sequenceNumber": "3",
            "streamSid": STREAM_SID,
            "media": {
                "track": "inbound",
                "chunk": "2",
                "timestamp": str(timestamp_ms),
                "payload": payload,
            },
        }
    )


def dtmf(digit: str) -> str:
    body = {"track": "inbound_track", "digit": digit}
    return json.dumps(
        {"event": "dtmf", "streamSid": STREAM_SID, "sequenceNumber": "5", "dtmf": body}
    )


def mark(name: str) -> str:
    return json.dumps(
        {"event": "mark", "sequenceNumber": "4", "streamSid": STREAM_SID, "mark": {"name": name}}
    )


def stop() -> str:
    body = {"accountSid": ACCOUNT_SID, "callSid": CALL_SID}
    return json.dumps(
        {"event": "stop", "sequenceNumber": "5", "streamSid": STREAM_SID, "stop": body}
    )


def tone(duration_ms: int, byte: int = 0x55) -> str:
    """A payload of one repeated µ-law byte."""
    return base64.b64encode(bytes([byte]) * (duration_ms * 8)).decode()


class Line:
    """A ``Socket`` whose far end is the test."""

    def __init__(self, *messages: str | bytes) -> None:
        self.sent: list[str] = []
        self.closed_with: tuple[int, str] | None = None
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.gone = False
        self._waiting = False
        self._incoming: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        for message in messages:
            self.feed(message)

    def feed(self, message: str | bytes) -> None:
        """What the phone says next."""
        self._incoming.put_nowait(message)

    def lose(self) -> None:
        """The connection breaks, without a word."""
        self.gone = True
        self._incoming.put_nowait(None)

    def messages(self, event: str | None = None) -> list[dict[str, Any]]:
        """What the phone got."""
        decoded = [json.loads(message) for message in self.sent]
        return [message for message in decoded if event in (None, message["event"])]

    def kinds(self) -> list[str]:
        return [message["event"] for message in self.messages()]

    def marks(self) -> list[str]:
        return [message["mark"]["name"] for message in self.messages("mark")]

    def payloads(self) -> list[str]:
        return [message["media"]["payload"] for message in self.messages("media")]

    @property
    def is_read(self) -> bool:
        """Whether all that was fed is taken and the reader waits for more."""
        return self._waiting and self._incoming.empty()

    async def read_all(self) -> None:
        await until(lambda: self.is_read)

    async def send(self, text: str) -> None:
        if self.gone:
            raise SocketClosedError
        await self.flowing.wait()
        self.sent.append(text)

    async def receive(self) -> str | bytes:
        self._waiting = True
        message = await self._incoming.get()
        self._waiting = False
        if message is None:
            raise SocketClosedError(1006)
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        if self.closed_with is None:
            self.closed_with = (code, reason)
            self._incoming.put_nowait(None)


class Jump:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return asyncio.get_running_loop().time() + self.ahead


class NoPhone:
    """A caller's leg that can't be reached by REST."""

    async def hang_up(self) -> bool:
        return False

    async def say_and_hang_up(self, words: str) -> bool:
        return False


class Records(list[Entry]):
    """What the journal was told."""

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self]

    def fields(self, kind: str) -> list[dict[str, Any]]:
        return [entry.fields for entry in self if entry.kind == kind]


def call_context(
    line: Socket, clock: Callable[[], float] | None = None
) -> tuple[CallContext, Records]:
    clock = clock or asyncio.get_running_loop().time
    journal = Journal(clock())
    records = Records()
    journal.listen(records.append)
    context = CallContext(
        info=CallInfo(CALL_SID, STREAM_SID, ACCOUNT_SID),
        speech=Speech(),
        clock=clock,
        journal=journal,
        playback=PlaybackLedger(),
        phone=NoPhone(),
        resources={"phone_socket": line},
    )
    return context, records


async def run_call(*processors: FrameProcessor) -> PipelineWorker:
    """Run a pipeline until it ends of itself."""
    worker = PipelineWorker(
        Pipeline(list(processors)), cancel_on_idle_timeout=False, enable_rtvi=False
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await asyncio.wait_for(runner.run(), timeout=10)
    return worker


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something is so."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what it waits for has no event of its own
            await asyncio.sleep(0.001)
