"""Replaces two workers under fifty live calls: ``make rolling``. No call may be lost."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from loguru import logger
from rich.console import Console
from rich.table import Table

from pipeline.runtime import run_async
from tests.rolling.roll import Plan, Rolled, roll
from transports.simulated.caller_steps import Listen, Say

CALL_FILE = """\
pipeline:
  - type: twilio_serializer
  - type: mulaw_passthrough
  - type: openai_realtime
  - type: interruption
agent:
  greeting: Hello, this is the desk. How can I help you today?
  goodbye: Thank you for calling. Goodbye.
  information:
    facts:
      - "We are open from nine to six on every day of the week but Sunday, when all of us rest."
      - "Tours of the house are free, take about half an hour, and are led by an agent."
"""
SCRIPT = (
    Listen(),
    Say("When are you open?"),
    Listen(),
    Say("And how do your tours work?"),
    Listen(),
    Say("That's all, thank you. Goodbye."),
    Listen(),
)


def _report(rolled: Rolled, plan: Plan, console: Console) -> None:
    calls = [*rolled.before, *rolled.meanwhile]
    table = Table(box=None, show_header=False)
    for name, value in (
        (f"calls on when {plan.workers} workers were told to go", rolled.live),
        ("calls that rang while they were replaced, and after", len(rolled.meanwhile)),
        ("calls lost", len(rolled.lost)),
        ("calls ended by", dict(Counter(call.ended_by.value for call in calls))),
        ("webhooks answered by", dict(sorted(rolled.rang_at.items()))),
        ("new workers took calls after, s", f"{rolled.replaced_after:.1f}"),
        ("old workers were gone after, s", f"{rolled.gone_after:.1f}"),
        ("exit status", rolled.exit_status),
    ):
        table.add_row(name, str(value))
    console.print(table)
    for call in rolled.lost:
        console.print(f"lost: {call}")


def main() -> int:
    """Read the arguments and run; 1 if a call was lost."""
    arguments = argparse.ArgumentParser(prog="python -m tests.rolling", description=__doc__)
    arguments.add_argument("--calls", type=int, default=50)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--log", action="store_true", help="print what the processes logged")
    asked = arguments.parse_args()
    logger.remove()
    with TemporaryDirectory() as folder:
        config = Path(folder, "desk.yaml")
        config.write_text(CALL_FILE, encoding="utf-8")
        plan = Plan(config, asked.workers, asked.calls, script=SCRIPT)
        rolled = run_async(roll(plan))
    console = Console(width=100)
    if asked.log:
        console.print(rolled.log, markup=False, highlight=False)
    _report(rolled, plan, console)
    return 1 if rolled.lost or rolled.exit_status else 0


if __name__ == "__main__":
    sys.exit(main())
