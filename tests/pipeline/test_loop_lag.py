import asyncio
import time

import pytest

from pipeline.loop_lag import EVERY, LoopLag


def test_one_hiccup_is_no_lag_but_lasting_lateness_is() -> None:
    lag = LoopLag()

    lag.looked(500)
    assert lag.ms == pytest.approx(25)
    for _ in range(60):
        lag.looked(200)

    assert 150 < lag.ms < 200


def test_a_loop_in_time_recovers() -> None:
    lag = LoopLag()
    lag.looked(2000)

    for _ in range(100):
        lag.looked(-1)

    assert lag.ms < 1


async def test_a_blocked_loop_is_noticed() -> None:
    lag = LoopLag()
    lag.start()
    loop = asyncio.get_running_loop()
    looked = loop.create_future()

    loop.call_later(EVERY / 2, lambda: time.sleep(EVERY))
    loop.call_later(EVERY * 1.2, looked.set_result, None)
    await looked
    lag.stop()

    assert lag.ms > 1
