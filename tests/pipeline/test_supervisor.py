"""How workers are started, replaced and stopped; the processes are make-believe."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import cast

from loguru import logger

from pipeline.supervisor import Supervisor, WorkerProcess
from pipeline.worker import READY
from tests.virtual_loop import virtual


@dataclass
class Process:
    """A process as far as its supervisor looks: it has ended when its sentinel can be read."""

    exitcode: int | None = None
    terminated: int = 0

    def __post_init__(self) -> None:
        self.sentinel, self._end = os.pipe()
        self.lifeline, self.supervisors = socket.socketpair()

    def ready(self) -> None:
        self.lifeline.send(READY)

    def dies(self, status: int) -> None:
        self.exitcode = status
        os.close(self._end)
        self.lifeline.close()

    def terminate(self) -> None:
        self.terminated += 1

    def join(self) -> None:
        os.close(self.sentinel)


@dataclass
class House:
    """A supervisor and what it started."""

    workers: int = 2
    started: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.workers, self._spawn)
        self.running = asyncio.create_task(self.supervisor.run())

    def _spawn(self, number: int) -> WorkerProcess:
        process = Process()
        self.started.append(process)
        return WorkerProcess(number, cast(BaseProcess, process), process.supervisors)

    async def ready(self, *numbers: int) -> None:
        await asyncio.sleep(0.01)
        for number in numbers:
            self.started[number].ready()
        await asyncio.sleep(0.01)

    async def over(self) -> int:
        for process in self.started:
            if process.exitcode is None:
                process.dies(0)
        return await self.running


@virtual
async def test_a_worker_that_dies_is_replaced() -> None:
    house = House()
    await house.ready(0, 1)

    house.started[1].dies(-9)
    await asyncio.sleep(0.5)
    assert len(house.started) == 2  # not at once: it may die again
    await asyncio.sleep(1)

    assert len(house.started) == 3
    await house.ready(2)
    house.supervisor.stop()
    assert [process.terminated for process in house.started] == [1, 0, 1]
    assert await house.over() == 0


@virtual
async def test_one_that_dies_again_and_again_is_given_more_and_more_time() -> None:
    house = House(workers=1)
    await house.ready(0)
    started = []
    for pause in (1, 2, 4, 8):
        house.started[-1].dies(1)
        await asyncio.sleep(pause - 0.1)
        started.append(len(house.started))
        await asyncio.sleep(0.2)

    assert started == [1, 2, 3, 4]
    assert len(house.started) == 5
    house.supervisor.stop()
    await house.over()


@virtual
async def test_workers_that_can_not_start_at_first_end_it_with_their_status() -> None:
    house = House()
    await house.ready(0)

    house.started[1].dies(2)
    await asyncio.sleep(0.01)

    assert house.started[0].terminated == 1
    assert await house.over() == 2


@virtual
async def test_a_new_worker_takes_calls_before_its_predecessor_is_told_to_stop() -> None:
    house = House()
    await house.ready(0, 1)

    house.supervisor.replace()
    await asyncio.sleep(0.01)
    assert [process.terminated for process in house.started] == [0, 0, 0]
    await house.ready(2)
    assert [process.terminated for process in house.started] == [1, 0, 0, 0]
    house.supervisor.replace()  # one at a time
    await house.ready(3)

    assert [process.terminated for process in house.started] == [1, 1, 0, 0]
    house.started[0].dies(0)
    await asyncio.sleep(5)
    assert len(house.started) == 4  # it was told to go: nobody replaces it
    house.supervisor.stop()
    await house.over()


@virtual
async def test_what_does_not_start_leaves_the_old_ones_alone() -> None:
    house = House()
    await house.ready(0, 1)
    lines: list[str] = []
    sink = logger.add(lines.append, level="ERROR", format="{message}")
    try:
        house.supervisor.replace()
        await asyncio.sleep(0.01)
        house.started[2].dies(2)
        await asyncio.sleep(5)
    finally:
        logger.remove(sink)

    assert [process.terminated for process in house.started] == [0, 0, 0]
    assert [line.strip() for line in lines] == ["A new worker does not start; the old ones stay"]
    house.supervisor.stop()
    await house.over()


@virtual
async def test_each_request_to_stop_reaches_all() -> None:
    house = House()
    await house.ready(0, 1)

    house.supervisor.stop()
    house.supervisor.stop()

    assert [process.terminated for process in house.started] == [2, 2]
    assert await house.over() == 0
