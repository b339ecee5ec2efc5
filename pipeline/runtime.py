"""The process around the calls: event loop, environment, log."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from dotenv import dotenv_values

ENV_FILE: Final = Path(".env")
"""Read from the current folder; what the environment says goes before it."""

T = TypeVar("T")


def environment() -> Mapping[str, str]:
    """What ``${NAME}`` in a call file reads: the environment, then ``.env``."""
    given = {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}
    return {**given, **os.environ}


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on uvloop, where there is one: it halves what a hop to a socket costs."""
    try:
        import uvloop  # not on Windows
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def spare_the_collector() -> None:
    """Keep the garbage collector from what lives as long as the process; call it once all is up.

    A full pass holds all calls up. Over pipecat and all that comes with it, it takes more than
    0.1 s, and finds nothing: none of that is ever garbage.
    """
    gc.freeze()
