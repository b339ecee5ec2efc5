"""Sockets that note all that crosses them, and networks for them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tests.proof.scenario import Stretch
from transports.socket import Socket, SocketClosedError


@dataclass(frozen=True)
class Crossed:
    """A message that crossed a socket: when, and what."""

    at: float
    text: str | bytes


class Tapped:
    """A socket that notes, in order, what its owner sent and received.

    ``blocked`` says when a write does not finish, as when the network's buffers are full.
    """

    def __init__(self, socket: Socket, blocked: Sequence[Stretch] = ()) -> None:
        self.sent: list[Crossed] = []
        self.received: list[Crossed] = []
        self.closed = False
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        begins = self._loop.time()
        self._blocked = [(begins + at, begins + at + lasts) for at, lasts in blocked]

    async def send(self, text: str) -> None:
        for begins, ends in self._blocked:
            if begins <= self._loop.time() < ends:
                await asyncio.sleep(ends - self._loop.time())
        await self._socket.send(text)
        self.sent.append(Crossed(self._loop.time(), text))

    async def receive(self) -> str | bytes:
        try:
            message = await self._socket.receive()
        except SocketClosedError:
            self.closed = True
            raise
        self.received.append(Crossed(self._loop.time(), message))
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self.closed = True
        await self._socket.close(code, reason)


class SlowSocket:
    """A socket whose messages take a while, each way, and keep their order."""

    def __init__(self, socket: Socket, delay: float) -> None:
        self._socket = socket
        self._delay = delay
        self._loop = asyncio.get_running_loop()
        self._outgoing: asyncio.Queue[tuple[float, str]] = asyncio.Queue()
        self._incoming: asyncio.Queue[tuple[float, str | bytes | SocketClosedError]] = (
            asyncio.Queue()
        )
        self._closed: SocketClosedError | None = None
        self.pumps = [
            asyncio.create_task(self._pump_out(), name="slow socket out"),
            asyncio.create_task(self._pump_in(), name="slow socket in"),
        ]

    async def send(self, text: str) -> None:
        if self._closed is not None:
            raise self._closed
        self._outgoing.put_nowait((self._loop.time() + self._delay, text))

    async def receive(self) -> str | bytes:
        if self._closed is not None:
            raise self._closed
        due, message = await self._incoming.get()
        await asyncio.sleep(max(0.0, due - self._loop.time()))
        if isinstance(message, SocketClosedError):
            self._closed = message
            raise message
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        for pump in self.pumps:
            pump.cancel()
        if self._closed is None:
            self._closed = SocketClosedError(code, reason)
            self._incoming.put_nowait((self._loop.time(), self._closed))
        await self._socket.close(code, reason)

    async def _pump_out(self) -> None:
        try:
            while True:
                due, text = await self._outgoing.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                await self._socket.send(text)
        except SocketClosedError:
            return

    async def _pump_in(self) -> None:
        while True:
            try:
                message = await self._socket.receive()
            except SocketClosedError as closed:
                self._incoming.put_nowait((self._loop.time() + self._delay, closed))
                return
            self._incoming.put_nowait((self._loop.time() + self._delay, message))
