"""One timer, one deadline, kept whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from processors.base import CallProcessor
from processors.timer import DeadlineTimer
from tests.processors.stage import Clock, on_stage
from tests.virtual_loop import virtual

SOON = 0.001
"""Seconds; the loop's pass by themselves, those of the call's clock as a test says."""


class Alarm:
    """Has a deadline, and notes when it went off."""

    def __init__(self, owner: CallProcessor) -> None:
        self.clock = Clock()
        self.deadline: float | None = None
        self.rang: list[float] = []
        self.next_deadline: float | None = None
        self.holds: asyncio.Event | None = None
        self.finished = 0
        self.timer = DeadlineTimer(owner, lambda: self.deadline, self.ring, self.clock)

    async def ring(self) -> None:
        self.rang.append(self.clock())
        self.deadline = self.next_deadline
        self.timer.arm()  # as a processor does that is told something meanwhile
        if self.holds is not None:
            await self.holds.wait()
        self.finished += 1

    async def pass_time_to(self, now: float) -> None:
        """Let the timer sleep for what is left, and wake up at ``now``."""
        self.clock.now = now
        await asyncio.sleep(5 * SOON)


@asynccontextmanager
async def alarm() -> AsyncIterator[Alarm]:
    owner = CallProcessor()
    async with on_stage(owner):
        found = Alarm(owner)
        yield found
        await found.timer.stop()


@virtual
async def test_it_goes_off_at_its_deadline_and_not_before() -> None:
    async with alarm() as it:
        it.deadline = 100.0 + SOON
        it.timer.arm()
        assert it.rang == []

        await it.pass_time_to(100.0 + SOON)

        assert it.rang == [100.0 + SOON]


@virtual
async def test_without_a_deadline_it_never_does() -> None:
    async with alarm() as it:
        it.timer.arm()
        it.deadline = 100.0 + SOON
        it.timer.arm()
        it.deadline = None

        await it.pass_time_to(101.0)

        assert it.rang == []


@virtual
async def test_deadline_that_moved_later_is_kept_without_being_told() -> None:
    async with alarm() as it:
        it.deadline = 100.0 + SOON
        it.timer.arm()
        it.deadline = 105.0

        await it.pass_time_to(105.0 - SOON)
        assert it.rang == []
        await it.pass_time_to(105.0)

        assert it.rang == [105.0]


@virtual
async def test_deadline_that_came_nearer_is_kept_once_told() -> None:
    async with alarm() as it:
        it.deadline = 200.0
        it.timer.arm()
        it.deadline = 100.0 + SOON
        it.timer.arm()

        await it.pass_time_to(100.0 + SOON)

        assert it.rang == [100.0 + SOON]


@virtual
async def test_it_goes_off_again_for_the_next_deadline() -> None:
    async with alarm() as it:
        it.deadline = 100.0 + SOON
        it.next_deadline = 100.0 + 2 * SOON
        it.timer.arm()

        await it.pass_time_to(100.0 + SOON)
        it.next_deadline = None
        await it.pass_time_to(100.0 + 2 * SOON)

        assert it.rang == [100.0 + SOON, 100.0 + 2 * SOON]


@virtual
async def test_deadline_that_nobody_moves_does_not_make_it_spin() -> None:
    async with alarm() as it:
        it.deadline = it.next_deadline = 100.0
        it.timer.arm()

        await it.pass_time_to(100.0)

        assert it.rang == [100.0]


@virtual
async def test_what_it_does_is_not_cut_short_by_a_new_deadline() -> None:
    async with alarm() as it:
        it.holds = asyncio.Event()
        it.deadline = 100.0
        it.next_deadline = 100.0 + SOON
        it.timer.arm()
        await it.pass_time_to(100.0)
        it.timer.arm()
        it.next_deadline = None

        it.holds.set()
        await it.pass_time_to(100.0 + SOON)

        assert it.rang == [100.0, 100.0 + SOON]
        assert it.finished == 2


@virtual
async def test_stopped_it_wakes_nobody() -> None:
    async with alarm() as it:
        it.deadline = 100.0 + SOON
        it.timer.arm()
        await it.timer.stop()
        await it.timer.stop()

        await it.pass_time_to(101.0)

        assert it.rang == []


@virtual
async def test_stopped_it_ends_what_it_does() -> None:
    async with alarm() as it:
        it.holds = asyncio.Event()
        it.deadline = 100.0
        it.timer.arm()
        await it.pass_time_to(100.0)

        await it.timer.stop()

        assert (len(it.rang), it.finished) == (1, 0)
