"""An event loop whose clock jumps: a call of ten minutes takes as long as its work does.

``loop.time()`` starts at 0 and stands still while anything is ready. When nothing is, it jumps to
the next timer. So what happens, and in which order, depends on nothing but the program: every run
is the same. It holds only for what happens inside the loop. Files and sockets of the real world
are looked at but never waited for, and a thread's work is done at once, on the loop's own thread,
as time would run ahead of it otherwise.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from types import FrameType
from typing import Any, Final, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MOST_ROUNDS_AT_ONCE: Final = 1_000_000
"""Rounds of the loop in one instant, after which somebody is taken to go round in circles."""
_LOOK_EVERY: Final = 64


class StuckError(RuntimeError):
    """Virtual time can't go on: everybody waits for nothing, or somebody never waits at all."""


class _JumpingSelector(selectors.DefaultSelector):
    """Looks at the files, and instead of waiting for them lets the clock jump."""

    def __init__(self, stuck: Callable[[str], StuckError], most_rounds_at_once: int) -> None:
        super().__init__()
        self.now = 0.0
        self._stuck = stuck
        self._most_rounds_at_once = most_rounds_at_once
        self._rounds = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return self._one_more_round()
        self._rounds = 0
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise self._stuck("Nothing is ready and no timer is set")
            self.now += timeout
        return ready

    def _one_more_round(self) -> list[tuple[selectors.SelectorKey, int]]:
        """Tasks are ready: the files, which cost a system call, are looked at now and then."""
        self._rounds += 1
        if self._rounds > self._most_rounds_at_once:
            self._rounds = 0  # whoever clears up needs rounds, too
            raise self._stuck(f"Time stands still at {self.now}: somebody goes round in circles")
        return super().select(0) if self._rounds % _LOOK_EVERY == 0 else []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop in its own time, seconds from 0."""

    def __init__(self, *, most_rounds_at_once: int = MOST_ROUNDS_AT_ONCE) -> None:
        self._jumping = _JumpingSelector(self._stuck, most_rounds_at_once)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made, as its tasks see it."""
        return self._jumping.now

    def stand_still(self, seconds: float) -> None:
        """Let time pass and nothing happen, as on a busy machine: what is due then comes after."""
        self._jumping.now += seconds

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Do a thread's work here and now."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  # it is for whoever awaits it, as in a thread
            done.set_exception(error)
        return done

    def _stuck(self, why: str) -> StuckError:
        waiting = sorted(map(_where, asyncio.all_tasks(self)))
        return StuckError("\n  ".join([f"{why}. Who waits:", *waiting]))


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` to its end in virtual time.

    Raises:
        StuckError: It would never end; the text says which tasks wait, and where.
    """
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def _where(task: asyncio.Task[Any]) -> str:
    """A task's name, and the line that it waits in."""
    awaited: Any = task.get_coro()
    frame: FrameType | None = None
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None) or frame
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
    if frame is None:
        return task.get_name()
    code = frame.f_code
    return f"{task.get_name()}: {code.co_filename}:{frame.f_lineno}, in {code.co_qualname}"
