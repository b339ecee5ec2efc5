"""``run.py --cost``: holds a long call twice, in virtual time, and tells what each minute costs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from pipeline.catalog import Catalog
from pipeline.cost_call import cost_of_call, model_of, with_summarizer, without_summarizer
from pipeline.cost_plot import plot_cost
from pipeline.cost_view import cost_summary, cost_table
from pipeline.prices import PriceList, load_prices
from pipeline.problem import ConfigError, Place, Problem
from processors.configs import TranscriptSummarizerConfig
from transports.simulated.virtual_loop import run_virtual


def report_cost(
    catalog: Catalog,
    minutes: int,
    folder: Path,
    console: Console | None = None,
) -> Path:
    """Hold the calls, print the table, draw the plot.

    Args:
        catalog: Its first file answers.
        minutes: How long the caller talks.
        folder: Where the plot goes; it is made.
        console: Where the table goes.

    Returns:
        The plot's file.

    Raises:
        ConfigError: A model has no price, or counts no tokens.
    """
    prices = load_prices()
    screen = console or Console()
    loaded, summing_up = catalog.files[0], with_summarizer(catalog)
    _check_prices(_models(summing_up), prices)
    without = run_virtual(cost_of_call(without_summarizer(catalog), minutes, prices))
    with_it = run_virtual(cost_of_call(summing_up, minutes, prices))
    name = loaded.call.name or loaded.path.stem
    screen.print(cost_table(name, model_of(loaded), with_it, without))
    screen.print(cost_summary(with_it, without, prices))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{loaded.path.stem}-cost.png"
    plot_cost(path, f"{name}: a call of {minutes} minutes, {model_of(loaded)}", with_it, without)
    screen.print(f"Plot: {path}", soft_wrap=True)
    return path


def _models(catalog: Catalog) -> Iterable[str]:
    yield model_of(catalog.files[0])
    for entry in catalog.files[0].call.entries(TranscriptSummarizerConfig):
        if entry.model is not None:
            yield entry.model


def _check_prices(models: Iterable[str], prices: PriceList) -> None:
    place, has = Place(str(prices.path)), ", ".join(sorted(prices.models))
    problems = [
        Problem(place, f"there is no price for {model!r}, which the call file uses; it has {has}")
        for model in models
        if model not in prices.models
    ]
    if problems:
        raise ConfigError(problems)
