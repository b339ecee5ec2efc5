"""The jumping clock itself."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from pipecat.frames.frames import EndFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.workers.runner import WorkerRunner

from tests.virtual_loop import StuckError, VirtualLoop, run_virtual, virtual


async def _sleep_an_hour() -> float:
    loop = asyncio.get_running_loop()
    await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(1800))
    return loop.time()


def test_an_hour_passes_at_once() -> None:
    started = time.monotonic()

    assert run_virtual(_sleep_an_hour()) == pytest.approx(3600)
    assert time.monotonic() - started < 1


@virtual
async def test_timers_fire_in_order_at_their_times() -> None:
    seen: list[tuple[float, str]] = []
    loop = asyncio.get_running_loop()

    loop.call_later(2.5, lambda: seen.append((loop.time(), "late")))
    loop.call_at(0.5, lambda: seen.append((loop.time(), "early")))
    await asyncio.sleep(3)

    assert seen == [(0.5, "early"), (2.5, "late")]


@virtual
async def test_what_falls_due_while_the_machine_stands_still_comes_right_after() -> None:
    seen: list[tuple[float, str]] = []
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)

    loop.call_at(1.0, loop.stand_still, 0.5)
    loop.call_at(1.3, lambda: seen.append((loop.time(), "held up")))
    loop.call_at(1.7, lambda: seen.append((loop.time(), "in time")))
    await asyncio.sleep(2)

    assert seen == [(1.5, "held up"), (1.7, "in time")]


@virtual
async def test_time_outs_are_in_virtual_time() -> None:
    loop = asyncio.get_running_loop()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(15):
            await asyncio.Event().wait()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 5)
    _, late = await asyncio.wait({asyncio.ensure_future(asyncio.sleep(100))}, timeout=10)
    late.pop().cancel()

    assert loop.time() == pytest.approx(30)


@virtual
async def test_a_pipecat_pipeline_lives_through_an_hour() -> None:
    worker = PipelineWorker(
        Pipeline([IdentityFilter()]),
        enable_rtvi=False,
        idle_timeout_secs=7200,
        cancel_timeout_secs=20,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    asyncio.get_running_loop().call_later(
        3600, lambda: asyncio.ensure_future(worker.queue_frame(EndFrame()))
    )

    await runner.run()

    assert asyncio.get_running_loop().time() == pytest.approx(3600, abs=1)


@virtual
async def test_work_for_a_thread_is_done_at_once_on_the_loops_own() -> None:
    def work() -> int:
        return threading.get_ident()

    def fail() -> None:
        raise KeyError("k")

    assert await asyncio.to_thread(work) == threading.get_ident()
    with pytest.raises(KeyError):
        await asyncio.to_thread(fail)
    assert asyncio.get_running_loop().time() == 0


@virtual
async def test_call_soon_threadsafe_wakes_it() -> None:
    woken = asyncio.Event()
    thread = threading.Thread(
        target=asyncio.get_running_loop().call_soon_threadsafe, args=(woken.set,)
    )
    thread.start()
    thread.join()

    await woken.wait()

    assert asyncio.get_running_loop().time() == 0


async def _two_who_wait() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(never(), name="the one who waits")
    await task


def test_waiting_for_nothing_is_an_error_that_says_who_waits_and_where() -> None:
    with pytest.raises(StuckError) as stuck:
        run_virtual(_two_who_wait())

    told = str(stuck.value)
    assert told.startswith("Nothing is ready and no timer is set. Who waits:")
    assert "the one who waits: " in told
    assert "in Event.wait" in told
    assert len(told.splitlines()) == 3


def test_going_round_in_circles_is_an_error() -> None:
    async def circles() -> None:
        while True:  # noqa: ASYNC110  # that is what it is about
            await asyncio.sleep(0)

    with (
        asyncio.Runner(loop_factory=lambda: VirtualLoop(most_rounds_at_once=100)) as runner,
        pytest.raises(StuckError, match=r"Time stands still at 0\.0"),
    ):
        runner.run(circles())
