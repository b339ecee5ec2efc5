from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from processors.base import CallProcessor
from tests.transports.twilio.line import Line, until
from transports.twilio.outbox import MAX_WAITING, Outbox


class Owner(CallProcessor):
    """Runs a test where a processor's tasks can be made."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.left_late: list[str] = []
        self.outbox = Outbox(self, line, self.left_late.append)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await self.push_frame(frame, direction)


async def test_what_could_not_leave_at_once_is_told_of_when_it_has() -> None:
    line = Line()
    owner = Owner(line)
    await run_test(owner, frames_to_send=[])

    owner.outbox.send("at once")
    line.flowing.clear()
    owner.outbox.send("under way")
    owner.outbox.send("waits")
    assert owner.left_late == []
    line.flowing.set()
    await until(lambda: not owner.outbox.stalled)

    assert owner.left_late == ["under way", "waits"]
    await owner.outbox.stop()


@asynccontextmanager
async def outbox_on(line: Line) -> AsyncIterator[Outbox]:
    owner = Owner(line)
    await run_test(owner, frames_to_send=[])  # sets it up; the task manager outlives the run
    yield owner.outbox
    await owner.outbox.stop()


async def test_what_can_be_written_is_written_at_once() -> None:
    line = Line()

    async with outbox_on(line) as outbox:
        outbox.send("one")
        outbox.send("two")
        assert line.sent == ["one", "two"]
        assert not outbox.stalled


async def test_order_survives_a_stall() -> None:
    line = Line()

    async with outbox_on(line) as outbox:
        outbox.send("1")
        line.flowing.clear()
        for number in range(2, 6):
            outbox.send(str(number))
        assert outbox.stalled
        line.flowing.set()
        outbox.send("6")  # before the writer had its turn
        await until(lambda: not outbox.stalled)
        outbox.send("7")

    assert line.sent == list("1234567")


async def test_what_waits_can_be_taken_back() -> None:
    line = Line()

    async with outbox_on(line) as outbox:
        line.flowing.clear()
        for text in ("under way", "waits", "waits, too"):
            outbox.send(text)
        taken = outbox.take_back()
        outbox.send("next")
        line.flowing.set()
        await until(lambda: not outbox.stalled)

    assert taken == ["waits", "waits, too"]
    assert line.sent == ["under way", "next"]


async def test_a_phone_that_takes_nothing_fills_no_memory() -> None:
    line = Line()

    async with outbox_on(line) as outbox:
        line.flowing.clear()
        for _ in range(100):
            outbox.send("x" * (MAX_WAITING // 50))
        assert len(outbox.take_back()) <= 51


async def test_a_phone_that_goes_during_a_stall_ends_it() -> None:
    line = Line()

    async with outbox_on(line) as outbox:
        line.flowing.clear()
        outbox.send("one")
        outbox.send("two")
        line.gone = True
        line.flowing.set()
        await until(lambda: not outbox.stalled)
        outbox.send("three")
        assert outbox.take_back() == []

    assert line.sent == ["one"]


async def test_stopping_leaves_no_task_behind() -> None:
    line = Line()

    async with outbox_on(line) as outbox:
        line.flowing.clear()
        outbox.send("one")
        await outbox.stop()
        assert not outbox.stalled
        line.flowing.set()
        outbox.send("two")

    assert line.sent == []
