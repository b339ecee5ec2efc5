"""The least that a bridge between Twilio and the Realtime API can do, written by hand.

    python -m tests.bench.lean_bridge PORT MODEL_URL

The floor that Callwright is held against: a raw ASGI application and two loops. Audio is
forwarded as the string that came, each delta is followed by a mark, ``speech_started`` clears the
phone and truncates the item by the time that has passed, as Twilio's own sample does. It has no
pipeline, no call file, no policy, no reconnect, no journal, no checks.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import quoteattr

import msgspec
import uvicorn
from starlette.types import Message, Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

INSTRUCTIONS = "You answer the phone of a business. The caller's number is {caller}."


class Media(msgspec.Struct, gc=False):
    payload: str
    timestamp: str


class Start(msgspec.Struct, rename="camel"):
    stream_sid: str
    custom_parameters: dict[str, str]


class FromPhone(msgspec.Struct, gc=False):
    event: str
    media: Media | None = None
    start: Start | None = None


class FromModel(msgspec.Struct, gc=False):
    type: str
    delta: str = ""
    item_id: str = ""


_from_phone = msgspec.json.Decoder(FromPhone)
_from_model = msgspec.json.Decoder(FromModel)


class Bridge:
    """One call."""

    def __init__(self, receive: Receive, send: Send, start: Start, model: ClientConnection) -> None:
        self._receive = receive
        self._send = send
        self._model = model
        sid = start.stream_sid
        self._media = f'{{"event":"media","streamSid":"{sid}","media":{{"payload":"'
        self._mark = f'{{"event":"mark","streamSid":"{sid}","mark":{{"name":"'
        self._clear = f'{{"event":"clear","streamSid":"{sid}"}}'
        self._now_ms = 0
        self._item_id = ""
        self._item_began_ms = 0
        self._cut_item_id = ""
        self._marks_awaited = 0
        self._marks_sent = 0

    async def phone_to_model(self) -> None:
        """Forward the caller until the phone is gone."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return
            decoded = _from_phone.decode(message["text"])
            if decoded.event == "media" and decoded.media is not None:
                self._now_ms = int(decoded.media.timestamp)
                audio = decoded.media.payload
                await self._model.send(f'{{"type":"input_audio_buffer.append","audio":"{audio}"}}')
            elif decoded.event == "mark":
                self._marks_awaited -= 1
            elif decoded.event == "stop":
                return

    async def model_to_phone(self) -> None:
        """Forward the model until it is gone."""
        try:
            while True:
                event = _from_model.decode(await self._model.recv(decode=False))
                if event.type == "response.output_audio.delta":
                    await self._forward(event)
                elif event.type == "input_audio_buffer.speech_started":
                    await self._interrupt()
        except ConnectionClosed:
            return

    async def _forward(self, event: FromModel) -> None:
        if event.item_id == self._cut_item_id:
            return
        if event.item_id != self._item_id:
            self._item_id = event.item_id
            self._item_began_ms = self._now_ms
        self._marks_sent += 1
        self._marks_awaited += 1
        await self._to_phone(f'{self._media}{event.delta}"}}}}')
        await self._to_phone(f'{self._mark}{self._marks_sent}"}}}}')

    async def _interrupt(self) -> None:
        if not self._marks_awaited:
            return  # everything was played
        await self._to_phone(self._clear)
        truncation = {
            "type": "conversation.item.truncate",
            "item_id": self._item_id,
            "content_index": 0,
            "audio_end_ms": self._now_ms - self._item_began_ms,
        }
        await self._model.send(msgspec.json.encode(truncation).decode())
        self._cut_item_id = self._item_id

    async def _to_phone(self, text: str) -> None:
        await self._send({"type": "websocket.send", "text": text})


class LeanBridge:
    """The server: webhook, media stream, readiness."""

    def __init__(self, model_url: str) -> None:
        self._model_url = model_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._stream(receive, send)
        elif scope["path"] == "/incoming-call":
            await _answer(send, _twiml(await _form(receive), _host(scope)), b"text/xml")
        else:
            await _answer(send, "ready", b"text/plain")

    async def _stream(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        start = None
        while start is None:
            start = _from_phone.decode((await receive())["text"]).start
        async with connect(
            f"{self._model_url}/realtime?model=gpt-realtime-2.1",
            additional_headers={"Authorization": "Bearer bench"},
            compression=None,
            max_size=None,
            max_queue=None,
        ) as model:
            await _configure(model, start.custom_parameters["caller"])
            bridge = Bridge(receive, send, start, model)
            loops = [
                asyncio.create_task(bridge.phone_to_model()),
                asyncio.create_task(bridge.model_to_phone()),
            ]
            _, running = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for task in running:
                task.cancel()
            await asyncio.wait(loops)


async def _configure(model: ClientConnection, caller: str) -> None:
    session: dict[str, Any] = {
        "type": "realtime",
        "instructions": INSTRUCTIONS.format(caller=caller),
        "audio": {
            "input": {
                "format": {"type": "audio/pcmu"},
                "turn_detection": {"type": "server_vad"},
                "transcription": {"model": "gpt-transcribe"},
            },
            "output": {"format": {"type": "audio/pcmu"}, "voice": "marin"},
        },
    }
    update = {"type": "session.update", "session": session}
    await model.send(msgspec.json.encode(update).decode())
    while _from_model.decode(await model.recv(decode=False)).type != "session.updated":
        pass
    await model.send('{"type":"response.create"}')


def _twiml(form: dict[str, list[str]], host: str) -> str:
    caller = quoteattr(form["From"][0])
    return (
        f'<Response><Connect><Stream url="ws://{host}/media-stream">'
        f'<Parameter name="caller" value={caller}/></Stream></Connect></Response>'
    )


def _host(scope: Scope) -> str:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    return headers[b"host"].decode()


async def _form(receive: Receive) -> dict[str, list[str]]:
    body, more = b"", True
    while more:
        message: Message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return parse_qs(body.decode())


async def _answer(send: Send, text: str, content_type: bytes) -> None:
    headers = [(b"content-type", content_type)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def main(port: int, model_url: str) -> None:
    uvicorn.run(
        LeanBridge(model_url),
        port=port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
