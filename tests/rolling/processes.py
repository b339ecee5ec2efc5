"""``run.py`` as a process of its own, with its log to read from."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import run

_ROOT: Final = Path(run.__file__).parent
_PASSED_ON: Final = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
_LISTENS: Final = re.compile(r"Listening on [\w.]+:(\d+)")
ALL_READY: Final = "workers take calls"
"""What a supervisor logs."""

_START_SECONDS: Final = 150.0


@dataclass
class Answering:
    """A running ``run.py``.

    Attributes:
        process: The process that was started; with several workers their supervisor.
        port: Where it listens.
        lines: What it logged, with the loop's time.
    """

    process: asyncio.subprocess.Process
    port: int = 0
    lines: list[tuple[float, str]] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def logged(self, text: str, times: int = 1) -> float:
        """Wait until so many lines have this text; when the last of them came."""
        async with self._news, asyncio.timeout(_START_SECONDS):
            while len(found := [at for at, line in self.lines if text in line]) < times:
                if self.process.returncode is not None:
                    raise RuntimeError(f"it ended: {self.log()}")
                await self._news.wait()
        return found[times - 1]

    def count(self, text: str, since: float = 0.0) -> int:
        return sum(text in line for at, line in self.lines if at >= since)

    def log(self) -> str:
        return "\n".join(line for _, line in self.lines)

    async def read(self) -> None:
        clock = asyncio.get_running_loop().time
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            async with self._news:
                self.lines.append((clock(), line.decode().rstrip()))
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()


@asynccontextmanager
async def answering(
    config: Path,
    environment: Mapping[str, str],
    *arguments: str,
    ready: str = "Listening on",
    port: int = 0,
) -> AsyncIterator[Answering]:
    """Start ``run.py`` on a free port of this machine; it is ended with the block.

    Args:
        config: The call file.
        environment: What it reads beside the least that a process needs.
        arguments: More of its arguments.
        ready: What it logs when it takes calls.
        port: Where it listens, if that is not in its log.
    """
    given = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_ROOT / "run.py"),
        *("--config", str(config), *arguments),
        cwd=config.parent,  # no .env of somebody's
        env={**given, "PORT": "0", "HOST": "127.0.0.1", **environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    it = Answering(process)
    reading = asyncio.create_task(it.read())
    try:
        await it.logged(ready)
        it.port = port or next(int(m[1]) for _, line in it.lines if (m := _LISTENS.search(line)))
        yield it
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading
