"""``@virtual`` runs an async test on the product's virtual loop: waiting costs no time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import ParamSpec

from transports.simulated.virtual_loop import StuckError, VirtualLoop, run_virtual

__all__ = ["StuckError", "VirtualLoop", "run_virtual", "virtual"]

P = ParamSpec("P")


def virtual(test: Callable[P, Coroutine[object, object, None]]) -> Callable[P, None]:
    """Run an async test in virtual time."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtual(test(*args, **kwargs))

    return run
