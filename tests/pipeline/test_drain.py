import asyncio

from pipeline.drain import GOODBYE_SECONDS, StopRequests, drained
from tests.virtual_loop import virtual


class Busy:
    """A server whose calls end at an instant, or when they were told goodbye."""

    def __init__(self, *, ends_at: float = 1e9, polite: bool = True) -> None:
        self.calls = 1
        self.draining_since: float | None = None
        self.goodbye_at: float | None = None
        self._polite = polite
        self._idle = asyncio.Event()
        asyncio.get_running_loop().call_at(ends_at, self._end)

    def drain(self) -> None:
        self.draining_since = asyncio.get_running_loop().time()

    async def idle(self) -> None:
        await self._idle.wait()

    async def say_goodbye(self) -> None:
        self.goodbye_at = asyncio.get_running_loop().time()
        if self._polite:
            await asyncio.sleep(3)
            self._end()

    def _end(self) -> None:
        self.calls = 0
        self._idle.set()


def asked_at(*instants: float) -> StopRequests:
    stop = StopRequests()
    for at in instants:
        asyncio.get_running_loop().call_at(at, stop.ask)
    return stop


async def lasted(server: Busy, stop: StopRequests, seconds: float) -> float:
    await drained(server, stop, seconds)
    return asyncio.get_running_loop().time()


@virtual
async def test_calls_that_end_in_time_are_waited_for() -> None:
    server = Busy(ends_at=50)

    assert await lasted(server, asked_at(10), 100) == 50
    assert (server.draining_since, server.goodbye_at) == (10, None)


@virtual
async def test_calls_that_take_longer_are_told_goodbye() -> None:
    server = Busy()

    assert await lasted(server, asked_at(10), 100) == 113
    assert server.goodbye_at == 110


@virtual
async def test_the_second_request_says_goodbye_and_the_third_waits_for_nothing() -> None:
    server = Busy(polite=False)

    assert await lasted(server, asked_at(10, 20, 22), 100) == 22
    assert server.goodbye_at == 20


@virtual
async def test_goodbyes_do_not_take_forever() -> None:
    assert await lasted(Busy(polite=False), asked_at(10, 20), 100) == 20 + GOODBYE_SECONDS


@virtual
async def test_an_empty_server_stops_at_once() -> None:
    assert await lasted(Busy(ends_at=1), asked_at(10, 10, 10, 10), 100) == 10
