"""Twilio's part towards a ``CallServer``: webhooks and media sockets, in memory or for real."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import httpx
from pydantic import SecretStr
from starlette.types import Message
from twilio.request_validator import RequestValidator

from pipeline.overflow import Overflow
from pipeline.server import CallServer
from pipeline.settings import Settings
from transports.socket import Socket, SocketClosedError
from transports.twilio.messages import Start
from transports.twilio.token import StreamClaims

AUTH_TOKEN = "0123456789abcdef"
PUBLIC_URL = "https://voice.example.com"
CALL_SID = "CA00000000000000000000000000000007"
CALLED = "+15550100001"
CALLER = "+15550100002"
RING = {"CallSid": CALL_SID, "AccountSid": "AC1", "From": CALLER, "To": CALLED}

OPEN = Settings.model_construct()
"""Without a token: loopback only."""

SIGNED = Settings.model_construct(twilio_auth_token=SecretStr(AUTH_TOKEN), public_url=PUBLIC_URL)


@dataclass(frozen=True)
class File:
    name: str = "front desk"
    fallback: str = "Please call again."
    overflow: Overflow = field(default_factory=Overflow)
    twiml_language: str = "en-GB"
    twiml_voice: str | None = None


@dataclass(frozen=True)
class Files:
    overflow: Overflow = field(default_factory=lambda: Overflow(say="All busy."))

    def for_number(self, to: str) -> File | None:
        return File(overflow=self.overflow) if to == CALLED else None

    def named(self, name: str) -> File | None:
        return File()


@dataclass
class Desk:
    """Takes the calls: notes them, and stays on the line until the phone is gone."""

    taken: list[tuple[str, StreamClaims]] = field(default_factory=list)
    heard: list[str | bytes] = field(default_factory=list)
    hold_on: bool = True
    deaf: bool = False
    fails: bool = False

    async def __call__(self, socket: Socket, start: Start, claims: StreamClaims) -> None:
        self.taken.append((start.stream_sid, claims))
        if self.fails:
            raise RuntimeError("a bug")
        if self.deaf:
            await asyncio.Event().wait()
        try:
            while self.hold_on:
                self.heard.append(await socket.receive())
        except SocketClosedError:
            return


def server(
    desk: Desk | None = None,
    settings: Settings = OPEN,
    files: Files | None = None,
    **more: Any,
) -> CallServer:
    return CallServer(files or Files(), settings, run_call=desk or Desk(), **more)


def sign(url: str, form: dict[str, str] | None = None) -> dict[str, str]:
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, form or {})
    return {"X-Twilio-Signature": signature}


def http(
    to: CallServer, client: str = "127.0.0.1", host: str = "127.0.0.1:5050"
) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=to.app, client=(client, 4711))
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


def stream_of(twiml: str) -> tuple[str, str]:
    """The stream's address and token in a TwiML document."""
    stream = ElementTree.fromstring(twiml).find("Connect/Stream")
    assert stream is not None
    parameter = stream.find("Parameter")
    assert parameter is not None
    assert parameter.attrib["name"] == "token"
    return stream.attrib["url"], parameter.attrib["value"]


def said(twiml: str) -> str | None:
    return ElementTree.fromstring(twiml).findtext("Say")


async def ring(
    to: CallServer,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> str:
    """Place a call at the webhook of a server without signatures; returns its token."""
    async with http(to) as client:
        response = await client.post("/incoming-call", data=form or RING, headers=headers)
    assert response.status_code == 200
    return stream_of(response.text)[1]


def connected() -> str:
    return '{"event":"connected","protocol":"Call","version":"1.0.0"}'


def start(token: str | None, call_sid: str = CALL_SID) -> str:
    parameters = {} if token is None else {"token": token}
    body = {
        "streamSid": "MZ1",
        "accountSid": "AC1",
        "callSid": call_sid,
        "tracks": ["inbound"],
        "customParameters": parameters,
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }
    return json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": body})


class Stream:
    """A media socket, in memory: the ASGI server's part."""

    def __init__(
        self,
        to: CallServer,
        *messages: str | bytes,
        client: str = "127.0.0.1",
        host: str = "127.0.0.1:5050",
        headers: dict[str, str] | None = None,
    ) -> None:
        fields = {"host": host, **(headers or {})}
        self._app = to.app
        self._scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": "/media-stream",
            "raw_path": b"/media-stream",
            "query_string": b"",
            "headers": [(name.lower().encode(), text.encode()) for name, text in fields.items()],
            "client": (client, 4711),
        }
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        self.sent: list[Message] = []
        for message in messages:
            self.say(message)

    def say(self, message: str | bytes) -> None:
        kind = "text" if isinstance(message, str) else "bytes"
        self._incoming.put_nowait({"type": "websocket.receive", kind: message})

    def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1006})

    async def run(self) -> None:
        async def send(message: Message) -> None:
            self.sent.append(message)
            if message["type"] == "websocket.close":
                self.leave()

        async with asyncio.timeout(5):
            await self._app(self._scope, self._incoming.get, send)

    @property
    def accepted(self) -> bool:
        return any(message["type"] == "websocket.accept" for message in self.sent)

    @property
    def closed_with(self) -> int | None:
        codes = [m["code"] for m in self.sent if m["type"] == "websocket.close"]
        return codes[0] if codes else None
