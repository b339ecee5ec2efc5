"""Looks into a running call: how much its runtime works, holds and keeps."""

from __future__ import annotations

import asyncio
import cProfile
import gc
import pstats
import time
import tracemalloc
from collections import Counter, deque
from collections.abc import Iterator, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_MODULES: Final = (
    "processors.",
    "transports.twilio.",
    "transports.openai_realtime.",
    "pipeline.",
    "pipecat.",
)
"""What the runtime is made of; both simulated ends keep what they like."""

_PARTS: Final = tuple(f"/{module.rstrip('.').replace('.', '/')}/" for module in _MODULES)


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at one time.

    Attributes:
        at: Call time, seconds.
        plain: Seconds of call by then that were not counted in; they are what CPU is measured by.
        cpu: CPU that these took, seconds: the runtime's and both simulated ends'.
        calls: Function calls in the runtime per second of call, in the stretch before this look.
        sizes: How much the runtime keeps: items in each class's containers, instances of each
            class, tasks, and timers that are set.
        memory: Bytes that the runtime holds; 0 when memory is not traced.
        rss: Bytes of the whole process, both simulated ends included.
    """

    at: float
    plain: float
    cpu: float
    calls: float
    sizes: Counter[str]
    memory: int
    rss: int


class Looker:
    """Takes looks; what that costs is no part of the call."""

    def __init__(self, *, traced: bool) -> None:
        self._traced = traced
        self._spent = 0.0
        self._profile = cProfile.Profile()
        self._since = 0.0
        self._counted = 0.0

    def begin_stretch(self) -> None:
        """Count calls from now on."""
        self._profile = cProfile.Profile()
        self._since = asyncio.get_running_loop().time()
        self._cpu = time.process_time()
        self._profile.enable()

    def look(self) -> Look:
        """End the stretch, and look."""
        self._profile.disable()
        now = asyncio.get_running_loop().time()
        self._spent += time.process_time() - self._cpu
        self._counted += now - self._since
        cpu = time.process_time()
        look = Look(
            at=now,
            plain=now - self._counted,
            cpu=cpu - self._spent,
            calls=_calls(self._profile) / (now - self._since),
            sizes=_sizes(now),
            memory=_memory() if self._traced else 0,
            rss=_rss(),
        )
        self._spent += time.process_time() - cpu
        return look


def _calls(profile: cProfile.Profile) -> int:
    stats: dict[tuple[str, int, str], tuple[Any, ...]] = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # typeshed leaves it out
    return sum(
        counts[1] for (file, _, _), counts in stats.items() if any(part in file for part in _PARTS)
    )


def _sizes(now: float) -> Counter[str]:
    sizes: Counter[str] = Counter()
    gc.collect()
    for thing in gc.get_objects():
        kind = type(thing)
        if kind is asyncio.TimerHandle:
            sizes["timers"] += not thing.cancelled() and thing.when() > now
        elif str(kind.__module__).startswith(_MODULES):
            name = f"{kind.__module__}.{kind.__qualname__}"
            sizes[name] += 1
            for attribute, held in _held(thing):
                sizes[f"{name}.{attribute}"] += len(held)
    sizes["tasks"] = len(asyncio.all_tasks())
    return sizes


def _held(thing: Any) -> Iterator[tuple[str, Sized]]:
    """What an object keeps in containers and buffers of its own."""
    slots = [slot for kind in type(thing).__mro__ for slot in getattr(kind, "__slots__", ())]
    for name in {*getattr(thing, "__dict__", ()), *slots}:
        held = getattr(thing, name, None)
        if isinstance(held, list | dict | set | deque | bytearray | asyncio.Queue):
            yield name, _Full(held) if isinstance(held, asyncio.Queue) else held


class _Full:
    """A queue's length."""

    def __init__(self, queue: asyncio.Queue[Any]) -> None:
        self._queue = queue

    def __len__(self) -> int:
        return self._queue.qsize()


def _memory() -> int:
    snapshot = tracemalloc.take_snapshot().filter_traces(
        [tracemalloc.Filter(inclusive=True, filename_pattern=f"*{part}*") for part in _PARTS]
    )
    return sum(trace.size for trace in snapshot.traces)


def _rss() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096
