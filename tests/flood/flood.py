"""Calls on a real server while strangers open sockets and say nothing."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import websockets

from tests.rolling.processes import Answering
from tests.rolling.roll import simulated_line, subscriber, went_well
from transports.simulated.call_outcome import CallOutcome
from transports.simulated.caller_steps import Step
from transports.simulated.line import Line

_LATENCY: Final = re.compile(r"caller_stopped_to_first_audio_sent_ms=([\d.]+)")


@dataclass
class Round:
    """So many calls at once, alone or among strangers.

    Attributes:
        calls: What became of them.
        answered_ms: For each turn, from the caller's last sound to the answer's first.
        turned_away: How many of the strangers' sockets the server closed.
    """

    calls: list[CallOutcome] = field(default_factory=list)
    answered_ms: list[float] = field(default_factory=list)
    turned_away: int = 0

    @property
    def lost(self) -> list[CallOutcome]:
        """Calls that did not end as they should."""
        return [call for call in self.calls if not went_well(call)]


class Strangers:
    """Open sockets that say nothing, and others in place of those that are closed."""

    def __init__(self, port: int, count: int) -> None:
        self._port = port
        self._count = count
        self._tasks: list[asyncio.Task[None]] = []
        self.turned_away = 0

    async def __aenter__(self) -> Strangers:
        self._tasks = [asyncio.create_task(self._linger(n)) for n in range(self._count)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _linger(self, number: int) -> None:
        """Half of them just connect; half are media streams that never start."""
        while True:
            with suppress(OSError, websockets.WebSocketException, TimeoutError):
                await (self._stream() if number % 2 else self._socket())
            self.turned_away += 1
            await asyncio.sleep(2)

    async def _socket(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(b"POST /incoming-call HTTP/1.1\r\n")
            await reader.read()
        finally:
            writer.close()

    async def _stream(self) -> None:
        url = f"ws://127.0.0.1:{self._port}/media-stream"
        async with websockets.connect(url, close_timeout=0.1) as stream:
            await stream.wait_closed()


async def flood(config: Path, script: tuple[Step, ...], calls: int, strangers: int) -> list[Round]:
    """The same calls twice: alone, and among strangers."""
    async with simulated_line(config) as (server, line):
        alone = await _round(server, line, script, calls)
        async with Strangers(server.port, strangers) as others:
            among = await _round(server, line, script, calls)
            among.turned_away = others.turned_away
        return [alone, among]


async def _round(server: Answering, line: Line, script: tuple[Step, ...], calls: int) -> Round:
    since = asyncio.get_running_loop().time()

    async def one(number: int) -> CallOutcome:
        await asyncio.sleep(number * 0.1)
        return await line.call(subscriber(number, script))

    outcomes = await asyncio.gather(*(one(number) for number in range(calls)))
    answered = [
        float(found[1])
        for at, said in server.lines
        if at >= since and (found := _LATENCY.search(said))
    ]
    return Round(list(outcomes), answered)
