"""A very small runtime for tests of what surrounds one: a greeting, then a goodbye, then REST.

It reads and writes both wires by hand. ``fault`` makes it break a promise.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import aiohttp
from aiohttp import web

from pipeline.simulate import Peers
from processors.context import CallContext, CallInfo, Speech
from processors.state.journal import Journal
from processors.state.playback import PlaybackLedger
from tests.transports.simulated.letter_voice import LetterVoice
from transports.simulated.memory_socket import MemorySocket
from transports.socket import Socket

Fault = Literal["", "refuses", "hangs_up_early", "leaves_model_open"]

GREETING, GOODBYE = "Welcome.", "So long."
_VOICE = LetterVoice()


class NoPhone:
    """What a context must have and this runtime does not use."""

    async def hang_up(self) -> bool:
        return False

    async def say_and_hang_up(self, text: str) -> bool:
        return False


class StandInRuntime:
    def __init__(self, fault: Fault = "") -> None:
        self._fault = fault

    @asynccontextmanager
    async def __call__(self, peers: Peers) -> AsyncIterator[str]:
        self._peers = peers
        application = web.Application()
        application.router.add_post("/incoming-call", self._webhook)
        application.router.add_get("/media-stream", self._stream)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._host = f"127.0.0.1:{runner.addresses[0][1]}"
        yield f"http://{self._host}"
        await runner.cleanup()

    async def _webhook(self, request: web.Request) -> web.Response:
        if self._fault == "refuses":
            return web.Response(status=403)
        return web.Response(
            text=f'<Response><Connect><Stream url="ws://{self._host}/media-stream"/></Connect>'
            "</Response>",
            content_type="text/xml",
        )

    async def _stream(self, request: web.Request) -> web.WebSocketResponse:
        phone = web.WebSocketResponse()
        await phone.prepare(request)
        await phone.receive()
        start = (await phone.receive_json())["start"]
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
        await self._call(phone, model, theirs, start, context)
        if self._fault != "leaves_model_open":
            await model.close()
        context.record("call_ended", reason="goodbye", duration_ms=1)
        return phone

    async def _call(
        self,
        phone: web.WebSocketResponse,
        model: Socket,
        model_end: MemorySocket,
        start: dict[str, str],
        context: CallContext,
    ) -> None:
        await self._say(GREETING, phone, model, model_end, start["streamSid"])
        async for message in phone:
            event: dict[str, Any] = json.loads(message.data)
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
        phone: web.WebSocketResponse,
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
            await phone.send_json({**message, "streamSid": stream_sid})

    async def _hang_up(self, start: dict[str, str]) -> None:
        peers = self._peers
        basic = base64.b64encode(f"{peers.account_sid}:{peers.auth_token}".encode()).decode()
        url = (
            f"{peers.twilio_api_url}/2010-04-01/Accounts/{peers.account_sid}"
            f"/Calls/{start['callSid']}.json"
        )
        async with aiohttp.ClientSession(headers={"Authorization": f"Basic {basic}"}) as session:
            await session.post(url, data={"Status": "completed"})
