"""The benchmark's model, a process of its own: the simulated one, with a stamp on what passes.

    python -m tests.bench.model RECORDS

It prints its port, serves until SIGTERM, and writes its records then.
"""

from __future__ import annotations

import asyncio
import binascii
import json
import re
import signal
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import uvloop
from websockets.asyncio.server import ServerConnection, serve

from tests.bench.bursts import Onsets, speech
from tests.bench.caller import ASSISTANT_BURSTS
from tests.bench.records import Session, save_sessions
from transports.simulated.brain import scripted
from transports.simulated.brain_script import BrainScript
from transports.simulated.model_server import ServerSocket
from transports.simulated.model_session import ModelSession
from transports.simulated.senses import ToneSenses
from transports.socket import Socket

CALLERS: Final = "+1555777"
"""How the calling numbers begin, by which a session is told apart from others."""

_CALLER: Final = re.compile(re.escape(CALLERS) + r"\d{4}")
_APPEND: Final = '{"type":"input_audio_buffer.append","audio":"'
_DELTA: Final = '{"type":"response.output_audio.delta"'
_SPEECH_STARTED: Final = '{"type":"input_audio_buffer.speech_started"'
_ERROR: Final = '{"type":"error"'
_ITEM: Final = re.compile(r'"item_id":"([^"]+)"')


class BenchVoice:
    """Says and hears the same whatever it is, at no cost: this is about the bridge, not words."""

    def speak(self, text: str) -> bytes:
        return _ANSWER

    def hear(self, pcmu: bytes) -> str:
        return "What else do you have?"

    def duration_ms(self, text: str) -> float:
        return len(_ANSWER) / 8

    def chars_audible(self, text: str, ms: float) -> int:
        return int(len(text) * min(1.0, ms * 8 / len(_ANSWER)))


_ANSWER: Final = speech(ASSISTANT_BURSTS)


class StampedSocket:
    """Notes what passes between a session and its client, and when."""

    def __init__(self, socket: Socket, record: Session) -> None:
        self._socket = socket
        self._record = record
        self._onsets = Onsets(pcm16_at_24k=True)
        self._record.onsets = self._onsets.at
        self._item_id = ""

    async def send(self, text: str) -> None:
        now = time.monotonic()
        if text.startswith(_DELTA):
            item_id = _item_of(text)
            if item_id != self._item_id:
                self._item_id = item_id
                self._record.answers.append((item_id, now))
        elif text.startswith(_SPEECH_STARTED):
            self._record.speech_started.append(now)
        elif text.startswith(_ERROR):
            self._record.errors.append(str(json.loads(text)["error"].get("code")))
        await self._socket.send(text)

    async def receive(self) -> str | bytes:
        message = await self._socket.receive()
        now = time.monotonic()
        text = message if isinstance(message, str) else message.decode()
        if text.startswith(_APPEND):
            self._onsets.passed(binascii.a2b_base64(text[len(_APPEND) : -2]), now)
        else:
            self._note(text, now)
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)

    def _note(self, text: str, now: float) -> None:
        event = json.loads(text)
        kind = event["type"]
        if kind == "input_audio_buffer.append":  # written with spaces, or an id
            self._onsets.passed(binascii.a2b_base64(event["audio"]), now)
        elif kind == "session.update":
            self._configured(text, event)
        elif kind == "conversation.item.truncate":
            self._record.cuts.append((now, event["item_id"], event["audio_end_ms"]))
        elif kind == "conversation.item.delete":
            self._record.cuts.append((now, event["item_id"], 0.0))

    def _configured(self, text: str, event: dict[str, object]) -> None:
        found = _CALLER.search(text)
        if found is not None:
            self._record.caller = found.group()
        if '"audio/pcmu"' in text:
            self._onsets = Onsets()
            self._record.onsets = self._onsets.at


def _item_of(text: str) -> str:
    found = _ITEM.search(text)
    assert found is not None, "a delta names its item"
    return found.group(1)


class BenchModel:
    """Serves sessions; keeps a record of each."""

    def __init__(self) -> None:
        self.records: list[Session] = []
        self._voice = BenchVoice()

    async def session(self, connection: ServerConnection) -> None:
        """Serve one client."""
        assert connection.request is not None, "the handshake is done"
        query = parse_qs(urlsplit(connection.request.path).query)
        record = Session()
        self.records.append(record)
        session = ModelSession(
            StampedSocket(ServerSocket(connection), record),
            scripted(lambda instructions: BrainScript()),
            senses=ToneSenses(self._voice),
            model=query.get("model", ["gpt-realtime-2.1"])[0],
            opened_at_unix=time.time(),
            number=len(self.records),
        )
        await session.run()


async def serve_model(path: Path) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    model = BenchModel()
    async with serve(
        model.session, "127.0.0.1", 0, compression=None, max_size=None, ping_interval=None
    ) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)  # noqa: T201  # read by the benchmark
        await stop.wait()
        save_sessions(path, model.records)


if __name__ == "__main__":
    uvloop.run(serve_model(Path(sys.argv[1])))
