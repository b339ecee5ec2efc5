"""The bill of a long call as a table: each minute, with and without the summarizer."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.cost_call import CallCost, Minute
from pipeline.prices import PriceList

EARLY = 10
"""The minute that the last one is compared with."""

_WINDOW = 5
"""Minutes that are taken together, as one more turn or summary makes a minute dear."""


def cost_table(name: str, model: str, with_it: CallCost, without: CallCost) -> RenderableType:
    """Every minute, and what it comes to."""
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, title=f"{name}, {model}", title_justify="left"
    )
    table.add_column("\nminute", justify="right")
    for who, style in (("without", "dim"), ("with", "")):
        table.add_column(f"{who}\ninput", justify="right", style=style)
        for title in ("cached", "output", "USD"):
            table.add_column(f"\n{title}", justify="right", style=style)
    for one, other in zip(without.minutes, with_it.minutes, strict=True):
        table.add_row(str(one.number), *_cells(one), *_cells(other))
    return table


def cost_summary(with_it: CallCost, without: CallCost, prices: PriceList) -> RenderableType:
    """What is to be seen in the table, in sentences."""
    lines = [
        _growth("Without transcript_summarizer", without),
        _growth("With it", with_it),
        f"Its {with_it.summaries} summaries are in that.",
        _balance(with_it, without),
        f"Tokens as the simulated model counts them, by the rules of the bill; prices of"
        f" {prices.as_of} from {prices.path.name}. Transcription is billed apart.",
    ]
    return Group(Text(""), *(Text(line) for line in lines))


def growth(cost: CallCost, window: int = 1) -> float | None:
    """How many times its minute 10 the last minute costs; None for a call too short to tell.

    With a window, the mean of so many minutes up to each counts.
    """
    if len(cost.minutes) <= EARLY:
        return None
    early = sum(minute.usd for minute in cost.minutes[EARLY - window : EARLY])
    late = sum(minute.usd for minute in cost.minutes[-window:])
    return late / early if early else None


def _growth(who: str, cost: CallCost) -> str:
    tokens = cost.tokens
    bill = (
        f"{who}: {cost.usd:.2f} USD for {tokens.input:,} tokens in, {tokens.cached:,} of them"
        f" cached, and {tokens.output:,} out"
    )
    grown, smoothed = growth(cost), growth(cost, _WINDOW)
    if grown is None or smoothed is None:
        return bill
    last, early = cost.minutes[-1], cost.minutes[EARLY - 1]
    return (
        f"{bill}; minute {last.number} costs {last.usd:.3f}, {grown:.2f} times minute"
        f" {early.number} ({early.usd:.3f}); five minutes taken together, {smoothed:.2f} times"
    )


def _balance(with_it: CallCost, without: CallCost) -> str:
    """From which minute on the call as a whole is cheaper with it."""
    saved, since = 0.0, None
    for one, other in zip(with_it.minutes, without.minutes, strict=True):
        saved += other.usd - one.usd
        if saved <= 0:
            since = None
        elif since is None:
            since = one.number
    if since is None:
        return "The call as a whole is cheaper without it: what is cached costs little."
    return f"The call as a whole is cheaper with it from minute {since} on."


def _cells(minute: Minute) -> tuple[str, str, str, str]:
    tokens = minute.tokens
    return f"{tokens.input:,}", f"{tokens.cached:,}", f"{tokens.output:,}", f"{minute.usd:.3f}"
