"""The figures as Markdown: for the terminal, and for the README as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from tests.bench.figures import Figures, percentile
from tests.bench.programs import CALLWRIGHT, LEAN, PIPECAT, WITHOUT_MEMORY

HEADER: Final = (
    "calls",
    "program",
    "CPU a call-second",
    "first audio p50 / p99",
    "caller audio p50 / p99",
    "clear p50 / p99",
    "truncation error p50 / worst",
    "under-runs",
    "memory a call",
)

Results = Mapping[tuple[int, str], Figures]


def table(results: Results) -> str:
    """All figures, a line for each program with each number of calls."""
    rows = [_row(calls, program, figures) for (calls, program), figures in results.items()]
    return "\n".join(_lines([HEADER, *rows]))


def ratios(results: Results) -> list[str]:
    """CPU of Callwright against the others, from the same run."""
    said = []
    for (calls, program), ours in results.items():
        if program != CALLWRIGHT.name:
            continue
        against = [
            f"{median(ours.cpu_ms) / median(other.cpu_ms):.2f} x {name}"
            for name in (LEAN.name, PIPECAT.name, WITHOUT_MEMORY.name)
            if (other := results.get((calls, name))) is not None
        ]
        if against:
            said.append(f"CPU at {calls:>2} calls: {', '.join(against)}")
    return said


def start_up(results: Results) -> str:
    """How long each program took from process start to ready."""
    programs = dict.fromkeys(program for _, program in results)
    times = {
        program: [
            at for (_, name), of in results.items() if name == program for at in of.started_in
        ]
        for program in programs
    }
    return "Ready after start: " + ", ".join(
        f"{program} {median(taken):.2f} s" for program, taken in times.items()
    )


def noise(results: Results) -> str:
    """What else went on on the programs' core."""
    shares = [share for figures in results.values() for share in figures.others]
    return f"Other work on the programs' core: median {median(shares):.0%}, most {max(shares):.0%}"


def _row(calls: int, program: str, of: Figures) -> tuple[str, ...]:
    errors = [abs(error) for error in of.truncation]
    told = f"{_pair(percentile(errors, 0.5), max(errors, default=float('nan')))}"
    missing = of.cut - len(of.truncation)
    return (
        str(calls),
        program + (f" ({of.lost} calls lost)" if of.lost else ""),
        f"{median(of.cpu_ms):.1f} ms",
        _pair(percentile(of.first_audio, 0.5), percentile(of.first_audio, 0.99)),
        _pair(percentile(of.caller_audio, 0.5), percentile(of.caller_audio, 0.99)),
        _pair(percentile(of.clear, 0.5), percentile(of.clear, 0.99)),
        told + (f", {missing} of {of.cut} missing" if missing else ""),
        f"{of.underruns} ({of.underrun_ms:.0f} ms)" if of.underruns else "0",
        f"{median(of.memory_mb):.2f} MB",
    )


def _pair(first: float, second: float) -> str:
    return f"{_ms(first)} / {_ms(second)} ms" if first == first else "none"


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return [lines[0], rule, *lines[1:]]
