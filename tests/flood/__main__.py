"""Twenty calls among three hundred sockets that say nothing: ``make flood``."""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from loguru import logger
from rich.console import Console
from rich.table import Table

from pipeline.runtime import run_async
from tests.flood.flood import flood
from tests.rolling.__main__ import CALL_FILE, SCRIPT


def main() -> int:
    """Read the arguments and run; 1 if a call was lost."""
    arguments = argparse.ArgumentParser(prog="python -m tests.flood", description=__doc__)
    arguments.add_argument("--calls", type=int, default=20)
    arguments.add_argument("--strangers", type=int, default=300)
    asked = arguments.parse_args()
    logger.remove()
    with TemporaryDirectory() as folder:
        config = Path(folder, "desk.yaml")
        config.write_text(CALL_FILE, encoding="utf-8")
        rounds = run_async(flood(config, SCRIPT, asked.calls, asked.strangers))
    table = Table(box=None)
    for name in ("", "calls", "lost", "answered after, ms: median", "most", "sockets closed"):
        table.add_column(name, justify="left" if not name else "right")
    for name, one in zip(("alone", f"among {asked.strangers} strangers"), rounds, strict=True):
        answered = one.answered_ms or [0.0]
        figures = (len(one.calls), len(one.lost))
        times = (f"{statistics.median(answered):.0f}", f"{max(answered):.0f}")
        table.add_row(name, *map(str, figures), *times, str(one.turned_away))
    Console().print(table)
    return 1 if any(one.lost for one in rounds) else 0


if __name__ == "__main__":
    sys.exit(main())
