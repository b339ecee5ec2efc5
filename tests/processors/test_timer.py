import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipecat.tests.utils import run_test

from processors.base import CallProcessor
from processors.timer import DeadlineTimer


class Machine:
    """Has a deadline, and does what a test says when it has come."""

    def __init__(self) -> None:
        self.deadline: float | None = None
        self.fired: list[float] = []
        self.then: list[float | None] = []
        self.arm_within = False
        self.timer: DeadlineTimer | None = None

    async def go(self) -> None:
        self.fired.append(asyncio.get_running_loop().time())
        self.deadline = self.then.pop(0) if self.then else None
        if self.arm_within and self.timer is not None:
            self.timer.arm()
            await asyncio.sleep(0)


@asynccontextmanager
async def timed(machine: Machine) -> AsyncIterator[DeadlineTimer]:
    owner = CallProcessor()
    await run_test(owner, frames_to_send=[])  # gives it a task manager
    clock = asyncio.get_running_loop().time
    timer = DeadlineTimer(owner, lambda: machine.deadline, machine.go, clock)
    machine.timer = timer
    yield timer
    await timer.stop()


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_it_goes_off_when_the_deadline_has_come() -> None:
    machine = Machine()

    async with timed(machine) as timer:
        machine.deadline = due = now() + 0.02
        timer.arm()
        await asyncio.sleep(0.05)

    assert len(machine.fired) == 1
    assert machine.fired[0] >= due


async def test_without_a_deadline_it_does_nothing() -> None:
    machine = Machine()

    async with timed(machine) as timer:
        timer.arm()
        await asyncio.sleep(0.01)

    assert machine.fired == []


async def test_a_deadline_that_moved_back_is_kept_without_being_told() -> None:
    machine = Machine()

    async with timed(machine) as timer:
        machine.deadline = now() + 0.01
        timer.arm()
        machine.deadline = due = now() + 0.04
        await asyncio.sleep(0.02)
        assert machine.fired == []
        await asyncio.sleep(0.05)

    assert len(machine.fired) == 1
    assert machine.fired[0] >= due


async def test_a_deadline_that_came_nearer_is_kept_when_told() -> None:
    machine = Machine()

    async with timed(machine) as timer:
        machine.deadline = now() + 9
        timer.arm()
        machine.deadline = now() + 0.01
        timer.arm()
        await asyncio.sleep(0.04)

    assert len(machine.fired) == 1


async def test_one_deadline_after_another_needs_no_arming() -> None:
    machine = Machine()
    machine.arm_within = True

    async with timed(machine) as timer:
        machine.deadline = now() + 0.01
        machine.then = [now() + 0.02, now() + 0.03]
        timer.arm()
        await asyncio.sleep(0.07)

    assert len(machine.fired) == 3


async def test_a_deadline_that_nobody_moves_goes_off_once() -> None:
    machine = Machine()

    async with timed(machine) as timer:
        machine.deadline = past = now() - 1
        machine.then = [past] * 100
        timer.arm()
        await asyncio.sleep(0.02)

    assert len(machine.fired) == 1


async def test_stopped_it_never_goes_off() -> None:
    machine = Machine()

    async with timed(machine) as timer:
        machine.deadline = now() + 0.01
        timer.arm()
        await timer.stop()
        await asyncio.sleep(0.03)

    assert machine.fired == []
