"""A very small runtime for tests of what surrounds one: a greeting, then a goodbye, then REST.

It reads and writes both wires by hand, in memory. ``fault`` makes it break a promise.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

from pipeline.placed_call import Peers
from processors.context import CallContext, CallInfo, Speech
from processors.state.journal import Journal
from processors.state.playback import PlaybackLedger
from tests.transports.simulated.letter_voice import LetterVoice
from transports.simulated.gateway import Gateway
from transports.simulated.memory_socket import MemorySocket
from transports.simulated.server_access import Form
from transports.socket import Socket, SocketClosedError

Fault = Literal["", "refuses", "hangs_up_early", "leaves_model_open", "never_ends"]

GREETING, GOODBYE = "Welcome.", "So long."
_VOICE = LetterVoice()


class NoPhone:
    """What a context must have and this runtime does not use."""

    async def hang_up(self) -> bool:
        return False

    async def say_and_hang_up(self, text: str) -> bool:
        return False


class StandInRuntime:
    """An ``Answering``, and the way to itself."""

    def __init__(self, fault: Fault = "") -> None:
        self._fault = fault
        self._stream: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def __call__(self, peers: Peers) -> AsyncIterator[Gateway]:
        self._peers = peers
        yield Gateway("http://stand-in.test", account_sid=peers.account_sid, access=self)
        if self._stream is not None:
            self._stream.cancel()
            await asyncio.wait({self._stream})

    async def request(
        self, method: str, url: str, form: Form | None, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        if self._fault == "refuses":
            return 403, ""
        stream = '<Stream url="ws://stand-in.test/media-stream"/>'
        return 200, f"<Response><Connect>{stream}</Connect></Response>"

    async def open_stream(self, url: str, headers: Mapping[str, str]) -> Socket:
        ours, theirs = MemorySocket.pair()
        self._stream = asyncio.create_task(self._serve(ours), name="stand-in")
        return theirs

    async def _serve(self, phone: MemorySocket) -> None:
        await phone.receive()
        start = json.loads(await phone.receive())["start"]
        loop = asyncio.get_running_loop()
        context = CallContext(
            info=CallInfo(start["callSid"]),
            speech=Speech(),
            clock=loop.time,
            journal=Journal(loop.time()),
            playback=PlaybackLedger(),
            phone=NoPhone(),
        )
        self._peers.on_call(context)
        ours, theirs = MemorySocket.pair()

        async def connect(url: str, headers: dict[str, str]) -> Socket:
            return ours

        model = await self._peers.listen_in(connect)("ws://model.example", {})
        context.record("model_ready", model="stand-in")
        with suppress(SocketClosedError):
            await self._call(phone, model, theirs, start, context)
        if self._fault != "leaves_model_open":
            await model.close()
        if self._fault == "never_ends":
            await asyncio.Event().wait()
        context.record("call_ended", reason="goodbye", duration_ms=1)

    async def _call(
        self,
        phone: MemorySocket,
        model: Socket,
        model_end: MemorySocket,
        start: dict[str, str],
        context: CallContext,
    ) -> None:
        await self._say(GREETING, phone, model, model_end, start["streamSid"])
        while True:
            event: dict[str, Any] = json.loads(await phone.receive())
            if event["event"] == "mark":
                name = event["mark"]["name"]
                context.record("assistant_audio_started", item_id=name)
                context.record("assistant_heard", item_id=name)
                if name == GOODBYE:
                    await self._hang_up(start)
            elif event["event"] == "media":
                payload = event["media"]["payload"]
                append = {"type": "input_audio_buffer.append", "audio": payload}
                await model.send(json.dumps(append))
                if b"!" in base64.b64decode(payload):
                    await self._say(GOODBYE, phone, model, model_end, start["streamSid"])
                    if self._fault == "hangs_up_early":
                        await self._hang_up(start)

    async def _say(
        self,
        words: str,
        phone: MemorySocket,
        model: Socket,
        model_end: MemorySocket,
        stream_sid: str,
    ) -> None:
        """The model says it; the runtime hands it on."""
        for kind, delta in (
            ("response.output_audio_transcript.delta", words),
            ("response.output_audio.delta", base64.b64encode(_VOICE.speak(words)).decode()),
        ):
            spoken = {"type": kind, "response_id": "r1", "item_id": words, "content_index": 0}
            await model_end.send(json.dumps({**spoken, "delta": delta}))
            event = json.loads(await model.receive())
        audio = {"event": "media", "media": {"payload": event["delta"]}}
        for message in (audio, {"event": "mark", "mark": {"name": words}}):
            await phone.send(json.dumps({**message, "streamSid": stream_sid}))

    async def _hang_up(self, start: dict[str, str]) -> None:
        peers = self._peers
        basic = base64.b64encode(f"{peers.account_sid}:{peers.auth_token}".encode()).decode()
        url = (
            f"{peers.rest.base_url}/2010-04-01/Accounts/{peers.account_sid}"
            f"/Calls/{start['callSid']}.json"
        )
        await peers.rest.post(url, {"Status": "completed"}, {"Authorization": f"Basic {basic}"})
