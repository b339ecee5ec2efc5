"""A session held by the ``openai`` package's own realtime client; each event it gets is judged."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from openai.types.realtime import RealtimeServerEvent, RealtimeSessionCreateRequestParam

from processors.state.g711 import pcm16_to_pcmu
from tests.conformance.servers import ServerUnderTest
from tests.transports.simulated.strict_events import assert_server_event

E = TypeVar("E")

SILENCE = b"\xff" * 8 * 700
"""More of it than the server waits for before a turn has ended; µ-law."""
END_CALL: Any = {
    "type": "function",
    "name": "end_call",
    "description": "End the call, once the caller has said goodbye.",
    "parameters": {"type": "object", "properties": {"reason": {"type": "string"}}},
}


class OpenAISession:
    """The package's connection, with what came over it."""

    def __init__(self, connection: AsyncRealtimeConnection, server: ServerUnderTest) -> None:
        self.connection = connection
        self.server = server
        self.events: list[RealtimeServerEvent] = []

    async def next(self) -> RealtimeServerEvent:
        """The next event, as the package reads it; fails if it is none of the API's."""
        data = await self.connection.recv_bytes()
        assert_server_event(json.loads(data))
        event = self.connection.parse_event(data)
        self.events.append(event)
        return event

    async def until(self, kind: type[E]) -> E:
        """Read on until an event of this type comes; an error fails."""
        while True:
            event = await self.next()
            if isinstance(event, kind):
                return event
            assert event.type != "error", event

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def heard(self, item_id: str | None = None) -> str:
        """The words in the audio that came, of one item or of all."""
        audio = b"".join(
            b64decode(event.delta)
            for event in self.events
            if event.type == "response.output_audio.delta" and item_id in (None, event.item_id)
        )
        return self.server.hear(audio)

    async def say(self, text: str) -> None:
        """Speak as a caller does, and be silent then."""
        audio = self.server.speak(text) + SILENCE
        for at in range(0, len(audio), 800):
            frame = b64encode(audio[at : at + 800]).decode()
            await self.connection.input_audio_buffer.append(audio=frame)

    async def write(self, text: str) -> None:
        """Put a line of the caller's into the conversation as text."""
        await self.connection.conversation.item.create(
            item={
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": text}],
            }
        )


@asynccontextmanager
async def openai_session(server: ServerUnderTest, **settings: Any) -> AsyncIterator[OpenAISession]:
    """A session that is set up as for a phone call, or otherwise as ``settings`` say."""
    client = AsyncOpenAI(api_key=server.api_key, websocket_base_url=server.url)
    async with client.realtime.connect(model="gpt-realtime-2.1") as connection:
        session = OpenAISession(connection, server)
        wanted: RealtimeSessionCreateRequestParam = {
            "type": "realtime",
            "instructions": server.instructions,
            "audio": {
                "input": {
                    "format": {"type": "audio/pcmu"},
                    "turn_detection": {"type": "server_vad", "silence_duration_ms": 500},
                    "transcription": {"model": "gpt-4o-transcribe"},
                },
                "output": {"format": {"type": "audio/pcmu"}, "voice": "cedar"},
            },
            **settings,  # type: ignore[typeddict-item]  # a test's own, any of the session's
        }
        await connection.session.update(session=wanted)
        yield session


def pcmu(pcm16_24k: bytes) -> bytes:
    """PCM16 at 24 kHz as µ-law at 8 kHz: every third sample is enough for tones and for tests."""
    return pcm16_to_pcmu(memoryview(pcm16_24k).cast("h")[::3].tobytes())
