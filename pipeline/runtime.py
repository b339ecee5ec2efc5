"""The process around the calls: event loop, environment, log."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from dotenv import dotenv_values
from loguru import logger

ENV_FILE: Final = Path(".env")
"""Read from the current folder; what the environment says goes before it."""

LOG_FORMAT: Final = (
    "<green>{time:HH:mm:ss.SSS}</green> <level>{level: <7}</level> "
    "{extra[worker]}<cyan>{extra[call_sid]}</cyan> {message}"
)

T = TypeVar("T")


def environment() -> Mapping[str, str]:
    """What ``${NAME}`` in a call file reads: the environment, then ``.env``."""
    given = {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}
    return {**given, **os.environ}


def log_to_stderr(level: str, *, worker: str = "") -> None:
    """Log readable lines, each with the SID of the call that it is about.

    Args:
        level: The least that is logged.
        worker: What tells this process's lines from those of others, with a space behind it.
    """
    logger.configure(extra={"call_sid": "-", "worker": worker})
    logger.remove()
    logger.add(sys.stderr, level=level, format=LOG_FORMAT)


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on uvloop, where there is one: it halves what a hop to a socket costs."""
    try:
        import uvloop  # not on Windows
    except ImportError:
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
