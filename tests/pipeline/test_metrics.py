"""What Prometheus is told of calls: fed by whole calls, read back from the text."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from pipeline.metrics import CallMetrics
from pipeline.prices import load_prices
from processors.context import CallContext
from processors.state.call_record import PriceTags
from tests.pipeline.whole_call import catalog_of, whole_call
from tests.virtual_loop import virtual
from transports.simulated.caller_steps import InterruptWhenHeard, Listen, Say, Step
from transports.simulated.person import HangUp

QUESTION = "Are your tours free?"


def samples(metrics: CallMetrics) -> dict[str, float]:
    """Every sample by its name and labels, as a scraper reads it."""
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


@virtual
async def test_a_call_is_counted_while_it_lives_and_measured_when_it_is_over(
    tmp_path: Path,
) -> None:
    prices = load_prices()
    metrics = CallMetrics(PriceTags(prices.as_of.isoformat(), prices.models))
    live: list[float] = []

    def on_call(context: CallContext, _: object) -> None:
        metrics.follow(context)
        live.append(samples(metrics)["callwright_calls_active"])

    steps: list[Step] = [
        Listen(),
        Say(QUESTION),
        InterruptWhenHeard("Wait, one more thing.", ms=600),
        Listen(),
        HangUp(),
    ]
    call = await whole_call(catalog_of(tmp_path), steps, on_call=on_call)

    told = samples(metrics)
    assert live == [1.0]
    assert told["callwright_calls_active"] == 0
    assert told["callwright_calls_total/stream_stopped/call.yaml"] == 1
    assert told["callwright_answer_seconds_count"] >= 1
    assert 0 < told["callwright_answer_seconds_sum"] < 5
    assert told["callwright_interruption_stop_seconds_count"] == 1
    heard = sum(turn.heard_ms for turn in call.turns if turn.role == "assistant") / 1000
    assert abs(told["callwright_assistant_audio_seconds_total/yes"] - heard) < 0.01
    assert told["callwright_assistant_audio_seconds_total/no"] > 0
    assert told["callwright_tokens_total/audio_in/gpt-realtime-2.1"] > 0
    assert told["callwright_cost_usd_total/gpt-realtime-2.1"] > 0


@virtual
async def test_no_words_and_no_numbers_of_a_caller_are_told(tmp_path: Path) -> None:
    metrics = CallMetrics()
    await whole_call(
        catalog_of(tmp_path),
        [Listen(), Say(QUESTION), Listen(), HangUp()],
        on_call=lambda context, _: metrics.follow(context),
    )

    text = metrics.text().decode()
    assert "tours" not in text
    assert "+1555" not in text
