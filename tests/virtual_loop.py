"""An event loop whose clock jumps: waiting costs no time, and every run is the same.

``run_virtual(main())`` is ``asyncio.run`` with ``loop.time()`` starting at 0, and ``@virtual`` on
an ``async def`` test runs it so. When nothing is ready, the clock jumps to the next timer. Only
what happens inside the loop can be waited for: with nothing ready and no timer set, a test would
wait for ever, so that is an error.
"""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class StuckError(RuntimeError):
    """Everybody waits and nothing will ever happen."""


class _JumpingSelector(selectors.DefaultSelector):
    """Looks at the files, and instead of waiting for them lets the clock jump."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise StuckError
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop in its own time, seconds from 0."""

    def __init__(self) -> None:
        self._selector_clock = _JumpingSelector()
        super().__init__(self._selector_clock)

    def time(self) -> float:
        return self._selector_clock.now


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def virtual(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test in virtual time."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtual(test(*args, **kwargs))

    return run
