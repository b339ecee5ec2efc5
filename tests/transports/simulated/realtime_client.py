"""A client for the simulated server: sends events, keeps what comes, judges each of them."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.transports.simulated.strict_events import assert_server_event
from transports.simulated.brain import scripted
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import ModelOptions
from transports.simulated.memory_socket import MemorySocket
from transports.simulated.mind import MindFor
from transports.simulated.model_session import ModelSession
from transports.simulated.voice import ToneVoice
from transports.socket import SocketClosedError

Event = dict[str, Any]

VOICE = ToneVoice()
PCMU = {
    "input": {"format": {"type": "audio/pcmu"}},
    "output": {"format": {"type": "audio/pcmu"}},
}
SERVER_VAD = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
    "create_response": True,
    "interrupt_response": True,
}


class RealtimeClient:
    """One client over a memory socket, with its session at hand."""

    def __init__(self, socket: MemorySocket, session: ModelSession, *, strict: bool) -> None:
        self.session = session
        self.events: list[Event] = []
        self.closed: SocketClosedError | None = None
        self._socket = socket
        self._strict = strict
        self._news = asyncio.Event()

    async def listen(self) -> None:
        try:
            while True:
                event = json.loads(await self._socket.receive())
                if self._strict:
                    assert_server_event(event)
                self.events.append(event)
                self._news.set()
        except SocketClosedError as error:
            self.closed = error
            self._news.set()

    async def send(self, kind: str, **fields: Any) -> None:
        await self._socket.send(json.dumps({"type": kind, **fields}))

    async def wait(self, seconds: float) -> None:
        """Let time pass; in a virtual loop it costs none."""
        await asyncio.sleep(seconds)

    async def send_raw(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            await self._socket.send_binary(message)
        else:
            await self._socket.send(message)

    async def configure(self, **session: Any) -> Event:
        await self.send("session.update", session={"type": "realtime", **session})
        return await self.expect("session.updated")

    async def phone(self, **turn_detection: Any) -> None:
        """Set the session up as a phone call does."""
        turns = {**SERVER_VAD, **turn_detection}
        audio = {**PCMU, "input": {**PCMU["input"], "turn_detection": turns}}
        await self.configure(audio=audio)

    async def expect(self, kind: str, after: int = 0, **fields: Any) -> Event:
        """The first event from ``after`` on that is of this kind and has these fields."""
        while True:
            for event in self.events[after:]:
                if event["type"] == kind and fields.items() <= event.items():
                    return event
            assert self.closed is None, f"closed before {kind}: {self.closed}"
            self._news.clear()
            await self._news.wait()

    async def refused(self, kind: str, **fields: Any) -> Event:
        """Send an event that must be refused; the error."""
        before = len(self.events)
        await self.send(kind, **fields)
        error: Event = (await self.expect("error", before))["error"]
        return error

    async def play(self, pcmu: bytes, *, paced: bool = True) -> None:
        """Append audio in frames of 20 ms, at the speed of a phone."""
        for at in range(0, len(pcmu), 160):
            frame = b64encode(pcmu[at : at + 160]).decode()
            await self.send("input_audio_buffer.append", audio=frame)
            await asyncio.sleep(0.02 if paced else 0)

    async def say(self, text: str, *, silence_ms: int = 700, paced: bool = True) -> None:
        await self.play(VOICE.speak(text) + b"\xff" * (8 * silence_ms), paced=paced)

    async def respond(self, **response: Any) -> Event:
        """Create a response and wait until it is done; the response object."""
        before = len(self.events)
        await self.send("response.create", response=response)
        done: Event = (await self.expect("response.done", before))["response"]
        return done

    def kinds(self, after: int = 0) -> list[str]:
        return [event["type"] for event in self.events[after:]]

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["type"] == kind]

    def audio(self, item_id: str) -> bytes:
        """All audio that came for an item."""
        return b"".join(
            b64decode(event["delta"])
            for event in self.of("response.output_audio.delta")
            if event["item_id"] == item_id
        )


@asynccontextmanager
async def realtime_client(
    script: BrainScript | None = None,
    options: ModelOptions | None = None,
    *,
    mind_for: MindFor | None = None,
    strict: bool = True,
    **session: Any,
) -> AsyncIterator[RealtimeClient]:
    """A client whose session has begun."""
    near, far = MemorySocket.pair()
    minds = mind_for or scripted(lambda _: script or BrainScript())
    model = ModelSession(far, minds, options=options, **session)
    client = RealtimeClient(near, model, strict=strict)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(model.run())
        listening = tasks.create_task(client.listen())
        await asyncio.sleep(0)
        if session.get("key_is_good", True):
            await client.expect("session.created")
        yield client
        await near.close()
        await listening


def said(response: Event) -> str:
    """What a finished response said, by its transcripts and texts."""
    return " ".join(
        part.get("transcript") or part.get("text") or ""
        for item in response["output"]
        for part in item.get("content", [])
    )


async def user_says(client: RealtimeClient, text: str) -> None:
    """Put a line of the caller's into the conversation as text."""
    before = len(client.events)
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    await client.send("conversation.item.create", item=item)
    await client.expect("conversation.item.done", before)
