"""Calls of half an hour and of four hours on the virtual clock, and what they cost: ``make long``.

Each is held twice, as it is the same each time: once for the work, once with memory traced.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from loguru import logger
from rich.console import Console
from rich.table import Table

from tests.long.call import LongCall, hold
from transports.simulated.call_outcome import CallEnd
from transports.simulated.virtual_loop import run_virtual

_FLAT = 0.1
"""Share by which the last stretch may differ from the first."""
_MEMORY = 64 * 1024
"""Bytes that the runtime may hold more at the end than in the middle, but for what was said."""
_A_TURN = 1536
"""Bytes of a turn: its words, their times and its ids. The transcript is of the whole call."""
_TURNS = "processors.state.transcript.Transcript._turns"


def report(console: Console, minutes: float) -> bool:
    """Hold a call twice and print its figures; whether all of them are flat."""
    folder = Path(tempfile.mkdtemp())
    began = time.perf_counter()
    call = run_virtual(hold(folder, minutes * 60))
    took = time.perf_counter() - began
    traced = run_virtual(hold(folder, minutes * 60, traced=True))
    table = Table(
        title=f"A call of {minutes:g} minutes, held in {took:.0f} s, looks included",
        box=None,
        title_justify="left",
        padding=(0, 2),
    )
    for column in ("at", "calls a second", "CPU, both ends too", "tasks", "timers"):
        table.add_column(column, justify="right")
    for column in ("runtime holds", "process, both ends too"):
        table.add_column(column, justify="right")
    cpu = ["", *(f"{ms:.2f} ms a second" for ms in call.cpu_ms_a_second)]
    for look, spent, memory in zip(call.looks, cpu, traced.looks, strict=True):
        table.add_row(
            f"{look.at / 60:.0f} min",
            f"{look.calls:,.0f}",
            spent,
            str(look.sizes["tasks"]),
            str(look.sizes["timers"]),
            f"{memory.memory / 1024:,.0f} KiB",
            f"{look.rss / 1e6:,.0f} MB",
        )
    console.print(table)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(call.kinds.items()))
    console.print(f"The journal told: {told}", soft_wrap=True)
    for name, sizes in call.growing().items():
        console.print(f"fills up: {name} {sizes}", soft_wrap=True)
    wrong = _wrong(call, traced)
    for text in wrong:
        console.print(f"[red]{text}", soft_wrap=True)
    console.print()
    return not wrong


def _wrong(call: LongCall, traced: LongCall) -> list[str]:
    """What is not as it should be."""
    wrong = [f"grows without bound: {name}" for name in call.growing_without_bound()]
    first, last = call.looks[0].calls, call.looks[-1].calls
    if abs(last - first) > _FLAT * first:
        wrong.append(f"the runtime's work changed: {first:.0f} calls a second, then {last:.0f}")
    late = traced.looks[len(traced.looks) // 2 :]
    memory = [look.memory for look in late]
    said = late[-1].sizes[_TURNS] - late[0].sizes[_TURNS]
    grows = memory[-1] - memory[0] > _MEMORY + said * _A_TURN
    if grows and all(a <= b for a, b in pairwise(memory)):
        wrong.append(f"the runtime's memory grows: {memory} bytes, {said} turns")
    if call.outcome is None or call.outcome.ended_by is not CallEnd.REST:
        wrong.append("the call did not end as it should")
    if call.tasks_left:
        wrong.append(f"tasks are left: {', '.join(call.tasks_left)}")
    return wrong


def main() -> int:
    """Hold the calls; 0 if everything is flat."""
    arguments = argparse.ArgumentParser(prog="python -m tests.long", description=__doc__)
    arguments.add_argument("minutes", type=float, nargs="*", default=[30.0, 240.0])
    logger.remove()
    console = Console(width=120)
    flat = [report(console, minutes) for minutes in arguments.parse_args().minutes]
    return 0 if all(flat) else 1


if __name__ == "__main__":
    sys.exit(main())
