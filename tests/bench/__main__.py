"""Compares Callwright with a lean bridge and with stock pipecat, on one core each.

python -m tests.bench            some twelve minutes
python -m tests.bench --quick    one minute and a half, to see that it works
python -m tests.bench --memory   what transcript, summarizer, recording and record cost
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from itertools import product

from rich.console import Console

from tests.bench import usage
from tests.bench.cell import Plan, measure
from tests.bench.figures import Figures
from tests.bench.programs import CALLWRIGHT, PROGRAMS, WITHOUT_MEMORY, Program
from tests.bench.table import noise, ratios, start_up, table


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--calls", type=int, nargs="+", default=[1, 10, 30, 80])
    parser.add_argument("--programs", nargs="+", default=[program.name for program in PROGRAMS])
    parser.add_argument("--memory", action="store_true", help="30 calls, 100 s")
    parser.add_argument("--repeat", type=int, default=1, help="how often; medians are shown")
    parser.add_argument("--settle", type=float, default=9.0, help="seconds before it counts")
    parser.add_argument("--seconds", type=float, default=20.0, help="seconds that count")
    parser.add_argument("--cores", type=int, nargs=2, metavar=("PROGRAM", "OTHERS"))
    parser.add_argument("--nice", type=int, default=0, help="below 0: before other processes")
    parser.add_argument("--quick", action="store_true", help="1 and 10 calls, 6 seconds each")
    return parser.parse_args()


def main() -> int:
    say = Console(highlight=False, markup=False, soft_wrap=True).print
    asked = arguments()
    cores = asked.cores or sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        say("two cores are needed: one for the program, one for its callers")
        return 2
    if asked.quick:
        asked.calls, asked.settle, asked.seconds = [1, 10], 6.0, 6.0
    programs: tuple[Program, ...] = PROGRAMS
    if asked.memory:
        programs = (CALLWRIGHT, WITHOUT_MEMORY)
        asked.programs = [program.name for program in programs]
        asked.calls, asked.seconds = [30], 100.0  # long enough for a summary in each call
    os.sched_setaffinity(0, {cores[1]})
    os.nice(asked.nice)
    plan = Plan(asked.settle, asked.seconds, cores[0], cores[1])
    chosen = [program for program in programs if program.name in asked.programs]
    results = {(calls, program.name): Figures() for calls, program in product(asked.calls, chosen)}
    say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {usage.machine()}")
    say(f"load before: {usage.load_average()}")
    for _, calls, program in product(range(asked.repeat), asked.calls, chosen):
        say(f"  {calls:>2} calls, {program.name}, load {usage.load_average()}")
        results[calls, program.name].add(measure(program, calls, plan))
    say(f"load after: {usage.load_average()}\n")
    say(table(results))
    say("\n".join(["", *ratios(results), start_up(results), noise(results)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
