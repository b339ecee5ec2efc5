"""What a long call costs, with the summarizer and without."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from pipeline.catalog import CONFIGS, load_catalog
from pipeline.cost_call import (
    CallCost,
    Minute,
    cost_of_call,
    with_summarizer,
    without_summarizer,
)
from pipeline.cost_plot import nice_top, plot_cost
from pipeline.cost_report import report_cost
from pipeline.cost_view import cost_summary, growth
from pipeline.prices import load_prices
from pipeline.problem import ConfigError
from processors.configs import TranscriptSummarizerConfig
from processors.state.prices import KindTokens, Tokens
from tests.pipeline.files import write
from tests.pipeline.whole_call import catalog_of, with_entries
from transports.simulated.virtual_loop import run_virtual

PRICES = load_prices()


def bill(*usd: float, summaries: int = 0) -> CallCost:
    """A call whose minutes cost this."""
    tokens = Tokens(text=KindTokens(100, 50, 10))
    return CallCost(
        tuple(Minute(number, tokens, one) for number, one in enumerate(usd, start=1)), summaries
    )


def summary_of(with_it: CallCost, without: CallCost) -> str:
    screen = StringIO()
    Console(file=screen, width=400).print(cost_summary(with_it, without, PRICES))
    return screen.getvalue()


def summarizers(entries: object) -> list[TranscriptSummarizerConfig]:
    assert isinstance(entries, tuple)
    return [entry for entry in entries if isinstance(entry, TranscriptSummarizerConfig)]


def test_the_file_is_taken_with_the_summarizer_and_without(tmp_path: Path) -> None:
    own = catalog_of(tmp_path, with_entries("{type: transcript_summarizer, every_turns: 3}"))
    none = catalog_of(tmp_path / "none")

    assert summarizers(with_summarizer(own).files[0].call.pipeline)[0].every_turns == 3
    assert len(summarizers(with_summarizer(none).files[0].call.pipeline)) == 1
    for catalog in (own, none):
        assert summarizers(without_summarizer(catalog).files[0].call.pipeline) == []


def test_with_it_a_long_call_costs_the_same_each_minute_and_without_it_grows() -> None:
    catalog = load_catalog(str(CONFIGS / "realestate.yaml"), {})
    with_it = run_virtual(cost_of_call(with_summarizer(catalog), 16, PRICES))
    without = run_virtual(cost_of_call(without_summarizer(catalog), 10, PRICES))

    assert usd_of(with_it, slice(10, 15)) <= 1.1 * usd_of(with_it, slice(5, 10))
    assert usd_of(without, slice(6, 10)) >= 1.05 * usd_of(without, slice(2, 6))
    assert input_of(without, slice(6, 10)) > 1.4 * input_of(without, slice(2, 6))
    assert usd_of(with_it, slice(0, 5)) <= 1.15 * usd_of(without, slice(0, 5))
    # Each answer reads the whole prompt and the schemas of six tools again.
    assert max(minute.tokens.input for minute in with_it.minutes) < 50_000
    assert with_it.summaries >= 7
    assert without.summaries == 0
    assert all(minute.tokens.output for minute in (*with_it.minutes, *without.minutes))


def input_of(cost: CallCost, minutes: slice) -> int:
    return sum(minute.tokens.input for minute in cost.minutes[minutes])


def usd_of(cost: CallCost, minutes: slice) -> float:
    return sum(minute.usd for minute in cost.minutes[minutes])


def test_the_command_prints_a_table_and_draws_a_plot(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, with_entries("{type: transcript_summarizer, every_turns: 2}"))
    screen = StringIO()

    path = report_cost(catalog, 2, tmp_path / "plots", Console(file=screen, width=100))

    text = screen.getvalue()
    assert "gpt-realtime-2.1" in text
    assert [line.split()[0] for line in text.splitlines() if line[:8].strip().isdigit()] == [
        "1",
        "2",
    ]
    assert "With it: " in text
    assert str(path) in text
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", (1000, 760))
        assert len(image.getcolors(1 << 24) or ()) > 5


def test_no_record_of_the_simulated_calls_is_left(tmp_path: Path) -> None:
    records = tmp_path / "records"
    text = with_entries(f"{{type: call_record, records: '{records}'}}").replace(
        "  - type: mulaw", f"  - {{type: recording, records: '{records}'}}\n  - type: mulaw"
    )
    catalog = catalog_of(tmp_path, text)

    report_cost(catalog, 1, tmp_path / "plots", Console(file=StringIO()))

    assert not records.exists()


def test_a_model_without_a_price_is_told_before_anything_is_simulated(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, with_entries("{type: transcript_summarizer, model: new-one}"))

    with pytest.raises(ConfigError, match=r"no price for 'new-one'.* it has gpt-realtime-1\.5"):
        report_cost(catalog, 2, tmp_path)
    assert list(tmp_path.glob("*.png")) == []


def test_a_model_whose_tokens_nobody_counts_is_told(tmp_path: Path) -> None:
    catalog = load_catalog("with_pipecat_model")

    with pytest.raises(ConfigError, match="allowed: a model of type openai_realtime"):
        report_cost(catalog, 2, tmp_path)


def test_a_text_model_is_paid_by_its_own_price(tmp_path: Path) -> None:
    free = write(
        tmp_path,
        """\
        as_of: 2026-11-22
        models:
          gpt-realtime-2.1: {text: {input: 0, cached: 0, output: 0}}
          a-text-model: {text: {input: 1000, cached: 0, output: 0}}
        """,
        "prices.yaml",
    )
    entry = "{type: transcript_summarizer, model: a-text-model, every_turns: 2}"
    catalog = catalog_of(tmp_path, with_entries(entry))

    cost = run_virtual(cost_of_call(catalog, 1, load_prices(free)))

    assert cost.summaries >= 1
    assert cost.usd > 0


def test_the_last_minute_is_held_against_the_tenth() -> None:
    flat, steep = bill(*[0.1] * 60), bill(*(0.05 + minute / 300 for minute in range(60)))

    assert growth(flat) == pytest.approx(1.0)
    assert growth(steep, 5) == pytest.approx(sum(steep_at(55, 60)) / sum(steep_at(5, 10)))
    assert growth(bill(0.1, 0.2)) is None
    text = summary_of(flat, steep)
    assert "minute 60 costs 0.100, 1.00 times minute 10 (0.100)" in text
    assert "cheaper with it from minute" in text
    assert "2026-11-22" in text


def steep_at(begin: int, end: int) -> list[float]:
    return [0.05 + minute / 300 for minute in range(begin, end)]


def test_a_call_that_is_cheaper_without_it_is_told_so() -> None:
    assert "cheaper without it" in summary_of(bill(0.2, 0.2), bill(0.1, 0.1))


@pytest.mark.parametrize(
    ("most", "top"), [(0, 1), (0.208, 0.24), (0.09, 0.1), (1, 1), (1.1, 1.2), (314_000, 320_000)]
)
def test_the_plots_axis_ends_at_a_round_number(most: float, top: float) -> None:
    assert nice_top(most) == pytest.approx(top)


@pytest.mark.parametrize("minutes", [1, 7, 60, 240])
def test_calls_of_any_length_are_drawn(tmp_path: Path, minutes: int) -> None:
    path = tmp_path / "plot.png"

    plot_cost(path, "A call", bill(*[0.1] * minutes), bill(*[0.2] * minutes))

    assert path.stat().st_size > 1000
