"""uvicorn, in somebody else's loop and on somebody else's socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
from collections.abc import Callable, Generator
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from pipeline.doorkeeper import Doorkeeper
from pipeline.http_connection import HttpConnection
from pipeline.listener import Listener
from transports.twilio.server_websocket import PhoneWebSocket

MAX_MESSAGE_BYTES: Final = 64 * 1024
"""Far more than any message of Twilio's, far less than would hurt."""

_STOP_TIMEOUT: Final = 3.0


class HttpServer:
    """Serves an ASGI application from ``start`` to ``stop``."""

    def __init__(
        self,
        app: ASGIApp,
        listening: sockets.socket,
        *,
        patience: Callable[[], float],
        door: Doorkeeper,
    ) -> None:
        """Set up.

        Args:
            app: What is served.
            listening: Where; closed by ``stop``.
            patience: Seconds in which others may take a connection before this process does.
            door: Bounds what connections may do before they are known.
        """
        config = uvicorn.Config(
            app,
            http=HttpConnection,
            ws=PhoneWebSocket,
            ws_max_size=MAX_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="warning",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config, listening, patience, door)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve, and return when connections can come."""
        self._serving = asyncio.create_task(self._server.serve(), name="server")
        await self._server.listening.wait()

    async def stop(self) -> None:
        """Accept nothing any more, and close what is open."""
        serving, self._serving = self._serving, None
        if serving is None:
            return
        self._server.should_exit = True
        _, late = await asyncio.wait({serving}, timeout=_STOP_TIMEOUT)
        if late:
            self._server.force_exit = True
            serving.cancel()
            await asyncio.wait({serving}, timeout=_STOP_TIMEOUT)
        self._server.listener.stop()


class _Server(uvicorn.Server):
    """Leaves signals alone, accepts connections our way, says when it listens."""

    def __init__(
        self,
        config: uvicorn.Config,
        listening: sockets.socket,
        patience: Callable[[], float],
        door: Doorkeeper,
    ) -> None:
        super().__init__(config)
        self._door = door
        self.listening = asyncio.Event()
        self.listener = Listener(listening, self._protocol, patience=patience)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[sockets.socket] | None = None) -> None:
        await super().startup(sockets=[])
        self.listener.start()
        self.listening.set()

    async def shutdown(self, sockets: list[sockets.socket] | None = None) -> None:
        self.listener.stop()
        await super().shutdown(sockets=[])

    def _protocol(self) -> asyncio.Protocol:
        return HttpConnection(self._door, self.config, self.server_state, self.lifespan.state)
