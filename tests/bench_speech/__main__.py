"""Measures the built-in model: how soon it answers and falls silent, how well it hears.

python -m tests.bench_speech             some six minutes
python -m tests.bench_speech --turns 10  one minute, to see that it works

Phone, caller and runtime are in this process, the model in one of its own, as run.py --serve-model
starts it; real sockets between them, in real time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import sys
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

from loguru import logger
from rich.console import Console

from pipeline.catalog import load_catalog
from tests.bench_speech.call import PreparedVoice, Turns, hold
from tests.bench_speech.ears import Hearing, hear
from tests.bench_speech.lines import caller_lines
from tests.bench_speech.server import Served, served_model
from transports.simulated.speech.load import load_engines, missing_packages
from transports.simulated.talker_script import TALK

say = Console(highlight=False, markup=False, soft_wrap=True).print
CONFIG = str(Path(__file__).parents[2] / "configs" / "realestate.yaml")
LINES_A_CALL = 10
LINES_IN_A_CROWD = 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-speech", description=__doc__)
    parser.add_argument("--turns", type=int, default=50)
    parser.add_argument("--calls", type=int, default=10, help="at once, after the turns alone")
    parser.add_argument("--config", default=CONFIG)
    return parser.parse_args()


async def measure(asked: argparse.Namespace) -> bool:
    say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}, load {os.getloadavg()[0]:.1f}")
    engines = load_engines(lambda line: None)
    hearing = hear(engines, caller_lines())
    voice = PreparedVoice(engines, list(TALK))
    catalog = load_catalog(asked.config, dict(os.environ))
    alone, crowd = Turns(), Turns()
    async with served_model(asked.config) as first:
        say(f"first start: ready after {first.start:.2f} s")
    async with served_model(asked.config) as model:
        lines = cycle(TALK)
        while len(alone.answered_after) < asked.turns:
            before = len(alone.answered_after)
            some = list(islice(lines, min(LINES_A_CALL, asked.turns - before)))
            await hold(catalog, model.base_url, voice, some, alone)
            assert len(alone.answered_after) > before, "a call was not answered"
            say(f"  {len(alone.answered_after)} turns, load {os.getloadavg()[0]:.1f}")
        memory = [model.resident_mb()]
        await asyncio.gather(
            *(
                hold(catalog, model.base_url, voice, list(islice(lines, LINES_IN_A_CROWD)), crowd)
                for _ in range(asked.calls)
            )
        )
        memory.append(model.resident_mb())
        kept = report(alone, hearing, model)
    answers = spread(crowd.answered_after)
    say(f"{asked.calls} calls at once: answers after {answers}", end="; ")
    say(f"memory of the model's process {memory[0]} MB before, {memory[1]} MB after")
    for line in hearing.misheard:
        say(f"  said {line.said!r}, heard {line.heard!r}")
    return kept


def report(turns: Turns, hearing: Hearing, model: Served) -> bool:
    """Print what was found against what was promised; whether all of it was kept."""
    answer, silence = turns.answered_after, [s * 1000 for s in turns.silent_after]
    cuts = turns.cut_errors_ms
    rows = [
        ("start to ready, after the first", model.start, 6.0, "s"),
        ("last sound to answer, median", statistics.median(answer), 0.9, "s"),
        ("last sound to answer, p95", at_share(answer, 0.95), 1.5, "s"),
        ("barge-in to silence, median", statistics.median(silence), 250.0, "ms"),
        ("barge-in to silence, longest", max(silence), 250.0, "ms"),
        ("truncation, furthest off", max(cuts, default=0.0), 25.0, "ms"),
        ("word error rate", hearing.rate * 100, 6.0, "%"),
    ]
    say(f"{len(answer)} answers, {len(silence)} barge-ins, {len(cuts)} truncations; ", end="")
    say(f"{hearing.lines} lines heard, {hearing.words} words")
    for name, found, limit, unit in rows:
        verdict = "kept  " if found <= limit else "MISSED"
        say(f"{verdict}  {name:<33}{found:>8.2f} {unit:<3} at most {limit:g} {unit}")
    return all(found <= limit for _, found, limit, _ in rows)


def spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s (p95 {at_share(seconds, 0.95):.2f} s)"


def at_share(values: list[float], share: float) -> float:
    """The value that this share of all is not above."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def machine() -> str:
    cpus = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (cpus.read_text().splitlines() if cpus.is_file() else [])
        if line.startswith("model name")
    ]
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores of {names[0] if names else platform.processor()}"


def main() -> int:
    logger.remove()
    missing = missing_packages()
    if missing:
        say(f"missing: {', '.join(missing)}")
        return 2
    return 0 if asyncio.run(measure(arguments())) else 1


if __name__ == "__main__":
    sys.exit(main())
