import asyncio

import pytest

from transports.mailbox import Mailbox


async def test_items_come_out_in_order_and_a_reader_waits_for_more() -> None:
    mailbox: Mailbox[int] = Mailbox()
    mailbox.put_nowait(1)
    mailbox.put_nowait(2)

    assert (mailbox.qsize(), mailbox.empty()) == (2, False)
    assert [await mailbox.get(), await mailbox.get()] == [1, 2]

    reader = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    mailbox.put_nowait(3)
    mailbox.put_nowait(4)

    assert await reader == 3
    assert (mailbox.qsize(), mailbox.empty()) == (1, False)


async def test_a_reader_that_gave_up_takes_nothing_with_it() -> None:
    mailbox: Mailbox[int] = Mailbox()
    reader = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    mailbox.put_nowait(1)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader

    assert await mailbox.get() == 1
