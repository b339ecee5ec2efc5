from __future__ import annotations

import asyncio
import threading
from functools import partial

from processors.disk import DiskThread


async def test_work_is_done_in_order_in_another_thread() -> None:
    disk = DiskThread()
    done: list[tuple[int, int]] = []

    def note(number: int) -> None:
        done.append((number, threading.get_ident()))

    for number in range(100):
        assert disk.do(partial(note, number))
    await disk.close()

    assert [number for number, _ in done] == list(range(100))
    assert threading.get_ident() not in {thread for _, thread in done}


async def test_a_disk_that_is_stuck_holds_up_nobody() -> None:
    disk = DiskThread(most_waiting=2, gather=0.0)
    stuck, free = threading.Event(), threading.Event()

    def hang() -> None:
        stuck.set()
        free.wait(5)

    assert disk.do(hang)
    assert stuck.wait(5)
    assert disk.do(lambda: None)
    assert disk.do(lambda: None)
    assert not disk.do(lambda: None)
    assert not disk.do(lambda: None)
    free.set()
    done = threading.Event()
    while not disk.do(done.set):
        pass
    assert done.wait(5)
    await disk.close()


async def test_work_that_fails_does_not_end_the_thread() -> None:
    disk = DiskThread(gather=0.0)
    done = threading.Event()

    def fail() -> None:
        raise ZeroDivisionError

    disk.do(fail)
    disk.do(done.set)

    assert done.wait(5)
    await disk.close()
    await disk.close()


async def test_work_waits_for_other_work_but_not_when_all_is_over() -> None:
    disk = DiskThread(gather=60.0)
    done: list[int] = []
    for number in range(3):
        disk.do(partial(done.append, number))
        await asyncio.sleep(0.01)
    assert done == []

    await disk.close()

    assert done == [0, 1, 2]
