"""A server reached in memory: its ASGI application is called as a web server would call it.

Nothing listens, so nothing is parsed or encoded on the way; everything from the webhook on is the
real thing (ASGI specification, HTTP and WebSocket message formats).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlencode, urlsplit

from loguru import logger
from starlette.types import ASGIApp, Message, Scope

from transports.simulated.memory_socket import MemorySocket
from transports.simulated.server_access import WEBHOOK_TIMEOUT, Form, HandshakeRefusedError
from transports.socket import Socket, SocketClosedError

_CALLER: Final = ("127.0.0.1", 50000)
_BROKEN: Final = 1011


class AsgiAccess:
    """The way to an application in the same loop."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._streams: set[asyncio.Task[None]] = set()

    async def request(
        self, method: str, url: str, form: Form | None, headers: Mapping[str, str]
    ) -> tuple[int, str]:
        """Ask for a document; the answer's status and text.

        Raises:
            OSError: No answer came in time.
        """
        body = urlencode(form).encode() if form is not None else b""
        scope = _scope("http", url, headers)
        scope["method"] = method
        if form is not None:
            scope["headers"].append((b"content-type", b"application/x-www-form-urlencoded"))
        exchange = _Exchange(body)
        async with asyncio.timeout(WEBHOOK_TIMEOUT):
            await self._app(scope, exchange.receive, exchange.send)
        return exchange.status, exchange.body.decode()

    async def open_stream(self, url: str, headers: Mapping[str, str]) -> Socket:
        """Open a WebSocket.

        Raises:
            HandshakeRefusedError: The application does not want it.
        """
        ours, theirs = MemorySocket.pair()
        stream = _Stream(theirs)
        scope = _scope("websocket", url, headers)
        scope["subprotocols"] = []
        serving = asyncio.create_task(self._serve(scope, stream), name="media stream")
        self._streams.add(serving)
        serving.add_done_callback(self._streams.discard)
        if not await stream.accepted:
            raise HandshakeRefusedError("closed before it was accepted")
        return ours

    async def _serve(self, scope: Scope, stream: _Stream) -> None:
        try:
            await self._app(scope, stream.receive, stream.send)
        except Exception as error:  # noqa: BLE001  # the root of a stream, as in a web server
            logger.opt(exception=error).error("The server failed")
        finally:
            await stream.end()


class _Exchange:
    """One request and its answer."""

    def __init__(self, body: bytes) -> None:
        self.status = 0
        self.body = bytearray()
        self._requests: list[Message] = [{"type": "http.request", "body": body}]

    async def receive(self) -> Message:
        return self._requests.pop() if self._requests else {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


class _Stream:
    """The server's side of one WebSocket."""

    def __init__(self, socket: MemorySocket) -> None:
        self.accepted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._socket = socket
        self._connected = False

    async def receive(self) -> Message:
        if not self._connected:
            self._connected = True
            return {"type": "websocket.connect"}
        try:
            frame = await self._socket.receive()
        except SocketClosedError as closed:
            code = 1006 if closed.code is None else closed.code  # RFC 6455: no close frame came
            return {"type": "websocket.disconnect", "code": code, "reason": closed.reason}
        kind = "text" if isinstance(frame, str) else "bytes"
        return {"type": "websocket.receive", kind: frame}

    async def send(self, message: Message) -> None:
        kind = message["type"]
        try:
            if kind == "websocket.send":
                await self._socket.send(message["text"])
            elif kind == "websocket.accept":
                self._answer(accepted=True)
            else:
                self._answer(accepted=False)
                await self._socket.close(message.get("code", 1000), message.get("reason") or "")
        except SocketClosedError as error:
            raise OSError("the phone is gone") from error  # as the ASGI specification has it

    async def end(self) -> None:
        """The application has returned."""
        self._answer(accepted=False)
        await self._socket.close(_BROKEN)

    def _answer(self, *, accepted: bool) -> None:
        if not self.accepted.done():
            self.accepted.set_result(accepted)


def _scope(kind: str, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [
            (b"host", parts.netloc.encode()),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
        "client": _CALLER,
        "server": (parts.hostname, parts.port),
    }
