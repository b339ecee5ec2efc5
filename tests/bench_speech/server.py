"""The model in a process of its own, as ``run.py --serve-model`` starts it."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_READY = re.compile(r"OPENAI_BASE_URL=(\S+)")


@dataclass(frozen=True)
class Served:
    """A model that takes sessions.

    Attributes:
        base_url: Its address.
        start: Seconds from the start of its process until it did.
        pid: Its process.
    """

    base_url: str
    start: float
    pid: int

    def resident_mb(self) -> int:
        """How much memory it holds; 0 where the system does not tell."""
        status = Path(f"/proc/{self.pid}/status")
        if not status.is_file():
            return 0
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
        return int(found.group(1)) // 1024 if found else 0


@asynccontextmanager
async def served_model(config: str) -> AsyncIterator[Served]:
    """Start it, wait until it is ready, and stop it at the end."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "run.py", "--serve-model", "--port", "0", "--config", config,
        cwd=_ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        while line := (await process.stdout.readline()).decode():
            if found := _READY.search(line):
                yield Served(found.group(1), time.monotonic() - began, process.pid)
                return
        raise RuntimeError("the model did not start")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
