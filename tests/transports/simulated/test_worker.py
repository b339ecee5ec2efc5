"""A worker does jobs in order, takes on a bounded number, and drops those nobody waits for."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest

from transports.simulated.senses import BusyError
from transports.simulated.worker import Worker


async def test_jobs_are_done_one_by_one_and_in_order() -> None:
    worker, done = Worker("test"), list[int]()

    def job(number: int) -> int:
        done.append(number)
        return number

    results = await asyncio.gather(*(worker.do(partial(job, number)) for number in range(5)))

    assert results == done == [0, 1, 2, 3, 4]
    assert worker.waiting == 0
    worker.close()


async def test_what_is_too_much_is_refused_and_later_taken_again() -> None:
    worker, go = Worker("test", most_waiting=2), threading.Event()
    first, second = worker.do(go.wait), worker.do(lambda: "second")

    with pytest.raises(BusyError):
        await worker.do(lambda: "third")
    go.set()
    await first
    assert await second == "second"
    assert await worker.do(lambda: "fourth") == "fourth"
    worker.close()


async def test_a_job_that_nobody_waits_for_is_not_begun() -> None:
    worker, go, done = Worker("test"), threading.Event(), list[str]()
    first = worker.do(go.wait)
    worker.do(lambda: done.append("cancelled")).cancel()
    last = worker.do(lambda: done.append("last"))
    await asyncio.sleep(0)  # the loop's next round takes the cancellation to the thread

    go.set()
    await asyncio.gather(first, last)
    assert done == ["last"]
    worker.close()
