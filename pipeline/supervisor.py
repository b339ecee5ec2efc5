"""Several workers behind one port: starts them, replaces those that die, stops them together.

It takes no call itself and knows nothing of calls. SIGTERM and SIGINT go to all workers, each time
that they come. SIGHUP replaces the workers one by one, so that new call files, settings and code
are used: a new one takes calls before its predecessor is told to take no more.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import secrets
import signal
import socket as sockets
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from loguru import logger

from pipeline.exposure import check_exposure
from pipeline.listener import listen
from pipeline.metrics import SHARED_FOLDER, process_gone, shared
from pipeline.metrics_page import metrics_port
from pipeline.settings import Settings
from pipeline.worker import READY, Worker, run_worker

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
"""Seconds before a worker that died is replaced; doubled each time that none gets ready."""


class WorkerProcess:
    """One worker as its supervisor sees it.

    Attributes:
        number: Its own, for the log.
        leaving: It was told to stop.
    """

    def __init__(self, number: int, process: BaseProcess, lifeline: sockets.socket) -> None:
        self.number = number
        self.leaving = False
        self._process = process
        self._lifeline = lifeline
        self._lifeline.setblocking(False)
        self._ready = False
        self._started = asyncio.Event()
        self._gone = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._lifeline, self._said_something)
        loop.add_reader(self._process.sentinel, self._died)

    @property
    def is_gone(self) -> bool:
        """Whether its process has ended."""
        return self._gone.is_set()

    @property
    def exit_status(self) -> int:
        """Of a worker that is gone; minus a signal's number if that ended it."""
        return self._process.exitcode or 0

    async def started(self) -> bool:
        """Wait until it takes calls; False when it died before."""
        await self._started.wait()
        return self._ready

    async def gone(self) -> None:
        """Wait until its process has ended."""
        await self._gone.wait()

    def stop(self) -> None:
        """Tell it to stop, or to hurry when it was told before."""
        self.leaving = True
        if not self.is_gone:
            self._process.terminate()

    def _said_something(self) -> None:
        asyncio.get_running_loop().remove_reader(self._lifeline)
        if self._lifeline.recv(1) == READY:
            self._ready = True
            self._started.set()

    def _died(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._process.sentinel)
        loop.remove_reader(self._lifeline)
        self._lifeline.close()
        self._process.join()
        if SHARED_FOLDER in os.environ and self._process.pid is not None:
            process_gone(self._process.pid)
        self._started.set()
        self._gone.set()


class Supervisor:
    """Keeps so many workers running."""

    def __init__(self, workers: int, spawn: Callable[[int], WorkerProcess]) -> None:
        """Set up.

        Args:
            workers: How many take calls.
            spawn: Starts one, given its number.
        """
        self._workers = workers
        self._spawn = spawn
        self._numbers = 0
        self._places: list[WorkerProcess] = []
        self._alive: set[WorkerProcess] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._replacing = False
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        """Start all, and return when all are gone; the exit status."""
        self._places = [self._start() for _ in range(self._workers)]
        ready = await asyncio.gather(*(worker.started() for worker in self._places))
        status = 0
        if all(ready):
            logger.info("{workers} workers take calls", workers=self._workers)
            for place, worker in enumerate(self._places):
                self._beside(self._keep(place, worker))
            await self._stopping.wait()
        elif not self._stopping.is_set():
            status = next(one.exit_status or 1 for one in self._places if one.is_gone)
            self.stop()
        for task in self._tasks:
            task.cancel()
        while self._alive:
            await asyncio.gather(*(worker.gone() for worker in self._alive))
            self._alive = {worker for worker in self._alive if not worker.is_gone}
        return status

    def stop(self) -> None:
        """Tell all workers to stop, or to hurry when they were told before."""
        self._stopping.set()
        for worker in self._alive:
            worker.stop()

    def replace(self) -> None:
        """Replace the workers, one by one."""
        if self._replacing or self._stopping.is_set():
            logger.warning("Workers are being replaced or stopped already")
            return
        self._replacing = True
        self._beside(self._replace())

    async def _replace(self) -> None:
        for place in range(self._workers):
            new = self._start()
            if not await new.started():
                self._alive.discard(new)
                logger.error("A new worker does not start; the old ones stay")
                break
            old, self._places[place] = self._places[place], new
            self._beside(self._keep(place, new))
            old.stop()
        else:
            logger.info("All workers are replaced; the old ones end with their calls")
        self._replacing = False

    def _start(self) -> WorkerProcess:
        self._numbers += 1
        worker = self._spawn(self._numbers)
        self._alive.add(worker)
        return worker

    async def _keep(self, place: int, worker: WorkerProcess) -> None:
        """Have another worker at a place when one dies that was not told to."""
        pause = _FIRST_PAUSE
        while True:
            await worker.gone()
            self._alive.discard(worker)
            if worker.leaving:
                return
            logger.error(
                "Worker {number} died with {status}; another one starts",
                number=worker.number,
                status=worker.exit_status,
            )
            await asyncio.sleep(pause)
            if self._places[place] is not worker:
                return  # it was replaced meanwhile
            worker = self._places[place] = self._start()
            pause = _FIRST_PAUSE if await worker.started() else min(2 * pause, _LONGEST_PAUSE)

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def supervise(config: str, settings: Settings, workers: int) -> int:
    """Answer calls with several processes until SIGINT or SIGTERM; the exit status.

    Raises:
        SettingsError: It can't listen there, or not safely.
    """
    check_exposure(settings)
    listening = await listen(settings.host, settings.port)
    spawn = multiprocessing.get_context("spawn")
    secret = secrets.token_urlsafe(32)
    with TemporaryDirectory(prefix="callwright-") as folder, ExitStack() as stack:
        if settings.has_metrics:
            # For the workers, which inherit it.
            counts = TemporaryDirectory(prefix="callwright-metrics-")
            os.environ[SHARED_FOLDER] = stack.enter_context(counts)
            stack.callback(os.environ.pop, SHARED_FOLDER)
            if settings.metrics_port:
                stack.enter_context(metrics_port(settings, shared()))

        def start(number: int) -> WorkerProcess:
            """Begin the worker of that number, with a line of its own to this process."""
            ours, theirs = sockets.socketpair()
            worker = Worker(number, listening, theirs, Path(folder, "used-tokens"), secret)
            process = spawn.Process(target=run_worker, args=(config, worker))
            process.start()
            theirs.close()
            return WorkerProcess(number, process, ours)

        supervisor = Supervisor(workers, start)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, supervisor.replace)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, supervisor.stop)
        logger.info(
            "Listening on {host}:{port}", host=settings.host, port=listening.getsockname()[1]
        )
        try:
            return await supervisor.run()
        finally:
            listening.close()
