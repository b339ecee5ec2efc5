"""Measures the built-in model: how soon it answers and falls silent, how well it hears.

python -m tests.bench_speech             some five minutes
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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-speech", description=__doc__)
    parser.add_argument("--turns", type=int, default=50)
    parser.add_argument("--config", default=CONFIG)
    return parser.parse_args()


async def measure(asked: argparse.Namespace) -> bool:
    say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}, load {os.getloadavg()[0]:.1f}")
    engines = load_engines(lambda line: None)
    hearing = hear(engines, caller_lines())
    voice = PreparedVoice(engines, list(TALK))
    catalog = load_catalog(asked.config, dict(os.environ))
    turns = Turns()
    async with served_model(asked.config) as model:
        lines = cycle(TALK)
        while len(turns.answered_after) < asked.turns:
            left = min(LINES_A_CALL, asked.turns - len(turns.answered_after))
            before = len(turns.answered_after)
            await hold(catalog, model.base_url, voice, list(islice(lines, left)), turns)
            assert len(turns.answered_after) > before, "a call was not answered"
            say(f"  {len(turns.answered_after)} turns, load {os.getloadavg()[0]:.1f}")
        return report(turns, hearing, model)


def report(turns: Turns, hearing: Hearing, model: Served) -> bool:
    answer, silence = sorted(turns.answered_after), sorted(turns.silent_after)
    rows = [
        ("start to ready", f"{model.start:.1f} s", model.start <= 6.0, "6 s"),
        *_spread("last sound to first sound of the answer", answer, 0.9, 1.5),
        (
            f"barge-in to silence, longest of {len(silence)}",
            f"{silence[-1] * 1000:.0f} ms (median {statistics.median(silence) * 1000:.0f})",
            silence[-1] <= 0.25,
            "250 ms",
        ),
        (
            f"truncation, furthest off of {len(turns.cut_errors_ms)}",
            f"{max(turns.cut_errors_ms, default=0):.1f} ms",
            max(turns.cut_errors_ms, default=0) <= 25,
            "25 ms",
        ),
        (
            f"word error rate, {hearing.lines} lines, {hearing.words} words",
            f"{hearing.rate:.1%}",
            hearing.rate <= 0.06,
            "6 %",
        ),
    ]
    for name, found, kept, limit in rows:
        say(f"{'kept ' if kept else 'MISSED'}  {name:<60} {found:>22}   at most {limit}")
    say(f"        memory of the model's process {model.resident_mb()} MB")
    for line in hearing.misheard:
        say(f"        said  {line.said}\n        heard {line.heard}")
    return all(kept for _, _, kept, _ in rows)


def _spread(
    name: str, seconds: list[float], median: float, p95: float
) -> list[tuple[str, str, bool, str]]:
    middle = statistics.median(seconds)
    high = seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    return [
        (f"{name}, median of {len(seconds)}", f"{middle:.2f} s", middle <= median, f"{median} s"),
        (f"{name}, p95", f"{high:.2f} s", high <= p95, f"{p95} s"),
    ]


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
