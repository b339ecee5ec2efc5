"""The listening socket, shared by all workers: each accepts what it can take best.

The kernel keeps one queue for all, so nothing that waits in it is lost when a worker goes. Who
accepts is settled without a word between them: a busy worker waits a little before it takes a
connection, and finds it gone when a freer one was there (see ``Admission.patience``).
"""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import Callable
from typing import Final

from loguru import logger

from pipeline.settings import SettingsError

_AT_ONCE: Final = 64
"""Connections that are accepted before the loop does something else."""

_AT_ONCE_AFTER_WAITING: Final = 8

_PAUSE_AFTER_FAILURE: Final = 1.0
"""Seconds without accepting when the process has no file descriptor left."""


class Listener:
    """Makes a protocol of each connection that is accepted, from ``start`` to ``stop``."""

    def __init__(
        self,
        listening: sockets.socket,
        protocol: Callable[[], asyncio.Protocol],
        *,
        patience: Callable[[], float],
    ) -> None:
        """Hold the socket; it is closed by ``stop``.

        Args:
            listening: Bound and listening, perhaps held by other processes, too.
            protocol: Makes the protocol of one connection.
            patience: Seconds in which others may take a connection before this process does.
        """
        listening.setblocking(False)
        self._socket = listening
        self._protocol = protocol
        self._patience = patience
        self._waiting: asyncio.TimerHandle | None = None
        self._connecting: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Accept from now on."""
        asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def stop(self) -> None:
        """Accept no more; what waits is left to the others, if there are any."""
        if self._socket.fileno() < 0:
            return
        if self._waiting is not None:
            self._waiting.cancel()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _readable(self) -> None:
        patience = self._patience()
        if patience <= 0:
            self._accept(_AT_ONCE)
        else:
            self._pause(patience, self._accept_what_is_left)

    def _accept_what_is_left(self) -> None:
        self._accept(_AT_ONCE_AFTER_WAITING)
        if self._waiting is None:
            self.start()

    def _pause(self, seconds: float, then: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket)

        def over() -> None:
            """Go on, as nobody ended the pause before."""
            self._waiting = None
            then()

        self._waiting = loop.call_later(seconds, over)

    def _accept(self, most: int) -> None:
        for _ in range(most):
            try:
                connection, _ = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return  # somebody else has it, or it is gone
            except OSError as error:
                logger.error("No connection can be accepted: {fault}", fault=str(error))
                self._pause(_PAUSE_AFTER_FAILURE, self.start)
                return
            connection.setblocking(False)
            connection.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
            task = asyncio.ensure_future(self._connect(connection))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    async def _connect(self, connection: sockets.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(self._protocol, connection)
        except OSError:
            connection.close()  # gone already


async def listen(host: str, port: int) -> sockets.socket:
    """Open the listening socket.

    Raises:
        SettingsError: It can't be listened on.
    """
    loop = asyncio.get_running_loop()
    try:
        (family, _, _, _, address), *_ = await loop.getaddrinfo(
            host, port, type=sockets.SOCK_STREAM, flags=sockets.AI_PASSIVE
        )
        return sockets.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(f"HOST, PORT: can't listen on {host}:{port}: {reason}") from error
