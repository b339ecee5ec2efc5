"""One of several processes that answer calls on the same port."""

from __future__ import annotations

import asyncio
import signal
import socket as sockets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from loguru import logger

from pipeline.drain import StopRequests

READY: Final = b"r"
"""What a worker writes to its lifeline once it takes calls."""

UNUSABLE: Final = 2
"""Exit status: the environment or a call file can't be used."""


@dataclass(frozen=True, slots=True)
class Worker:
    """What a worker gets from who started it.

    Attributes:
        number: Its own, from 1 on, for the log.
        listening: The socket that all accept from.
        lifeline: Says that the worker is ready; ends when the one who started it does.
        used_tokens: A folder for the names of used tokens.
        token_secret: What all sign tokens with, where the environment has no secret.
    """

    number: int
    listening: sockets.socket
    lifeline: sockets.socket
    used_tokens: Path
    token_secret: str = field(repr=False)


def run_worker(config: str, worker: Worker) -> None:
    """Answer calls until told to stop: what a worker's process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; one decides
    logger.remove()
    from pipeline.catalog import load_catalog
    from pipeline.logs import log_to_stderr
    from pipeline.problem import ConfigError
    from pipeline.runtime import ENV_FILE, environment, run_async
    from pipeline.serve import serve
    from pipeline.settings import SettingsError, load_settings

    try:
        settings = load_settings(ENV_FILE)
        log_to_stderr(settings.log_level, settings.log_format, worker=f"w{worker.number}")
        run_async(serve(load_catalog(config, environment()), settings, worker=worker))
    except (ConfigError, SettingsError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # as the command line does
        sys.exit(UNUSABLE)


@asynccontextmanager
async def lifeline(worker: Worker, stop: StopRequests) -> AsyncIterator[None]:
    """Say that the worker is ready, and stop it when who started it is gone."""
    loop = asyncio.get_running_loop()
    worker.lifeline.setblocking(False)

    async def watch() -> None:
        """Wait until the other end is closed, then ask to stop."""
        while await loop.sock_recv(worker.lifeline, 1):
            pass
        stop.ask()

    try:
        await loop.sock_sendall(worker.lifeline, READY)
        watching = asyncio.create_task(watch(), name="lifeline")
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait({watching})
    finally:
        worker.lifeline.close()
