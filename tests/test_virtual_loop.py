"""The jumping clock itself."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.virtual_loop import StuckError, run_virtual, virtual


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
    loop.call_later(0.5, lambda: seen.append((loop.time(), "early")))
    await asyncio.sleep(3)

    assert seen == [(0.5, "early"), (2.5, "late")]


def test_waiting_for_nothing_is_an_error() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StuckError):
        run_virtual(main())
