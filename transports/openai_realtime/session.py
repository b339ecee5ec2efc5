"""One session with the model: the socket, and what the model confirmed on it.

An open socket means nothing: a bad key is accepted with 101, then refused by an ``error`` event
and close code 3000. A session is up when ``session.updated`` has answered our ``session.update``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec

from transports.openai_realtime.events import (
    Error,
    RealtimeProtocolError,
    ServerEvent,
    SessionCreated,
    SessionUpdated,
    decode_event,
)
from transports.socket import Socket, SocketClosedError

Connect = Callable[[str, dict[str, str]], Awaitable[Socket]]
"""Opens a socket: URL and headers in, socket out; raises ``OSError`` when it can't."""

FATAL_CODES = frozenset(
    {
        "invalid_api_key",
        "insufficient_quota",
        "account_deactivated",
        "billing_hard_limit_reached",
        "model_not_found",
    }
)
"""Errors that no retry mends (OpenAI, error codes guide; livekit-agents agrees)."""

_ENCODER = msgspec.json.Encoder()


class ModelRefusedError(Exception):
    """The model said no, and would again: the key, the account or the session is wrong."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


class ModelUnreachableError(Exception):
    """No session came up in time; another try may do better."""


class RealtimeSession:
    """A configured session. Whoever opened it closes it."""

    def __init__(self, socket: Socket, confirmed: dict[str, Any]) -> None:
        self._socket = socket
        self._waiting: deque[ServerEvent] = deque()
        self.confirmed = confirmed
        self.malformed = 0

    @property
    def input_format(self) -> str:
        """The audio it takes, e.g. ``audio/pcmu``."""
        return audio_format(self.confirmed, "input")

    @property
    def output_format(self) -> str:
        """The audio it gives."""
        return audio_format(self.confirmed, "output")

    def append(self, payload: str) -> Awaitable[None]:
        """Give the model a piece of the caller's audio: the base64 string as it came.

        To be awaited.

        Raises:
            SocketClosedError: The session is gone.
        """
        # Base64 needs no escaping, so the line is put together rather than encoded.
        return self._socket.send('{"type":"input_audio_buffer.append","audio":"' + payload + '"}')

    async def send(self, event: dict[str, Any]) -> None:
        """Send any other client event.

        Raises:
            SocketClosedError: The session is gone.
        """
        await self._socket.send(_ENCODER.encode(event).decode())

    async def receive(self) -> ServerEvent:
        """Wait for the next event that a call has use for.

        Raises:
            SocketClosedError: The session is gone.
            RealtimeProtocolError: The event is malformed; the next may be fine.
        """
        if self._waiting:
            return self._waiting.popleft()
        while True:
            event = decode_event(await self._socket.receive())
            if event is not None:
                return event

    async def close(self) -> None:
        """Close the socket: an open one costs money."""
        await self._socket.close()

    async def configure(self, session: dict[str, Any]) -> None:
        """Wait for the model's hello, send the settings, wait until they are confirmed.

        Raises:
            ModelRefusedError: An error event came instead.
            SocketClosedError: The socket closed instead.
        """
        await self._expect(SessionCreated)
        await self.send({"type": "session.update", "session": session})
        self.confirmed = (await self._expect(SessionUpdated)).session

    async def _expect(
        self, kind: type[SessionCreated] | type[SessionUpdated]
    ) -> SessionCreated | SessionUpdated:
        while True:
            try:
                event = decode_event(await self._socket.receive())
            except RealtimeProtocolError:
                self.malformed += 1
                continue
            if isinstance(event, kind):
                return event
            if isinstance(event, Error):
                detail = event.error
                raise ModelRefusedError(
                    detail.code or detail.type or "error",
                    " ".join(part for part in (detail.message, detail.param) if part),
                )
            if event is not None:
                self._waiting.append(event)


async def open_session(
    connect: Connect,
    *,
    base_url: str,
    api_key: str,
    model: str,
    session: dict[str, Any],
    timeout: float,  # noqa: ASYNC109  # one limit for dialling and configuring together
) -> RealtimeSession:
    """Dial the model and configure the session.

    Args:
        connect: Opens the socket.
        base_url: The API's http(s) base, e.g. ``https://api.openai.com/v1``.
        api_key: Sent as bearer token.
        model: Chosen by URL; it can't change later.
        session: The ``session`` of ``session.update``.
        timeout: Seconds for all of it.

    Raises:
        ModelRefusedError: The key, the account or the settings are refused.
        ModelUnreachableError: Nothing came up in time.
    """
    url = realtime_url(base_url, model)
    socket: Socket | None = None
    try:
        async with asyncio.timeout(timeout):
            socket = await connect(url, {"Authorization": f"Bearer {api_key}"})
            opened = RealtimeSession(socket, {})
            await opened.configure(session)
    except (OSError, SocketClosedError, TimeoutError) as error:
        if socket is not None:
            await socket.close()
        if isinstance(error, SocketClosedError) and error.code == 3000:
            raise ModelRefusedError("invalid_api_key", error.reason) from error
        raise ModelUnreachableError(f"{type(error).__name__}: {error}") from error
    except (ModelRefusedError, asyncio.CancelledError):
        if socket is not None:
            await socket.close()
        raise
    return opened


def realtime_url(base_url: str, model: str) -> str:
    """The WebSocket URL of an API base: ``https://host/v1`` gives ``wss://host/v1/realtime?...``."""
    parts = urlsplit(base_url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    path = parts.path.rstrip("/") + "/realtime"
    return urlunsplit((scheme, parts.netloc, path, urlencode({"model": model}), ""))


def audio_format(session: dict[str, Any], side: str) -> str:
    """The format type of one side of a session object; what it doesn't say is PCM at 24 kHz."""
    try:
        kind = session["audio"][side]["format"]["type"]
    except (KeyError, TypeError):
        return "audio/pcm"
    return str(kind)
