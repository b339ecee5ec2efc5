"""The simulated Realtime server on a real port: ``websockets`` stands here and nowhere else."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from transports.simulated.faults import ModelOptions
from transports.simulated.mind import MindFor
from transports.simulated.model_session import ModelSession
from transports.simulated.model_sessions import REALTIME_PATH, ModelSessions
from transports.simulated.senses import Senses
from transports.socket import SocketClosedError

_MAX_MESSAGE_BYTES: Final = 24 * 1024 * 1024
"""An append may hold 15 MiB of audio, which is a third more in base64."""


class ServerSocket:
    """A ``transports.socket.Socket`` over a connection of the ``websockets`` server."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            SocketClosedError: The client is gone.
        """
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def receive(self) -> str | bytes:
        """Wait for the next frame.

        Raises:
            SocketClosedError: The client is gone, or this side closed.
        """
        try:
            return await self._connection.recv()
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; harmless when it is closed already."""
        await self._connection.close(code, reason)

    async def tear(self) -> None:
        """Drop the connection without a close frame."""
        self._connection.transport.abort()


class SimulatedModel:
    """A Realtime server on loopback that follows a script."""

    def __init__(
        self,
        mind_for: MindFor,
        *,
        senses: Senses | None = None,
        options: ModelOptions | None = None,
    ) -> None:
        """Prepare a server.

        Args:
            mind_for: What decides on its words, by a session's instructions.
            senses: What it hears and speaks with; a voice of tones by default.
            options: Pace and faults.
        """
        self._sessions = ModelSessions(
            mind_for, wall_clock=time.time, senses=senses, options=options
        )
        self._server: Server | None = None
        self._port = 0
        self._host = ""

    @property
    def options(self) -> ModelOptions:
        """For sessions that open from now on."""
        return self._sessions.options

    @options.setter
    def options(self, options: ModelOptions) -> None:
        self._sessions.options = options

    @property
    def sessions(self) -> list[ModelSession]:
        """The live ones and the newest finished ones, oldest first."""
        return self._sessions.sessions

    @property
    def base_url(self) -> str:
        """What ``OPENAI_BASE_URL`` is set to, http(s) style."""
        return f"http://{self._host}:{self._port}/v1"

    @property
    def url(self) -> str:
        """The same for a client that wants ws(s)."""
        return f"ws://{self._host}:{self._port}/v1"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve on this address; port 0 takes a free one."""
        assert self._server is None, "started already"
        self._server = await serve(
            self._serve,
            host,
            port,
            process_request=_check_path,
            compression=None,
            max_size=_MAX_MESSAGE_BYTES,
            ping_interval=None,
            close_timeout=1.0,
        )
        self._host = host
        self._port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Close all sessions and the port; harmless when it was never started."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, connection: ServerConnection) -> None:
        assert connection.request is not None, "the handshake is done"
        request = connection.request
        await self._sessions.serve(
            ServerSocket(connection), request.path, request.headers.get("Authorization", "")
        )


def _check_path(connection: ServerConnection, request: Request) -> Response | None:
    if urlsplit(request.path).path != REALTIME_PATH:
        return connection.respond(HTTPStatus.NOT_FOUND, "The Realtime socket is /v1/realtime.\n")
    return None


def _closed(error: ConnectionClosed) -> SocketClosedError:
    if error.rcvd is None:
        return SocketClosedError()
    return SocketClosedError(error.rcvd.code, error.rcvd.reason)
