"""What Prometheus is told of calls: fed by whole calls, read back from the text."""

from __future__ import annotations

import socket
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from pipeline.metrics import CallMetrics
from pipeline.metrics_page import metrics_port
from pipeline.prices import load_prices
from pipeline.settings import Settings, SettingsError
from processors.context import CallContext
from processors.state.call_record import PriceTags
from tests.pipeline.caller import OPEN, Desk, http, server
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


async def test_a_server_tells_its_metrics_to_who_has_the_key() -> None:
    metrics = CallMetrics()
    settings = OPEN.model_copy(update={"metrics_key": SecretStr("let-me-see")})
    at = server(Desk(), settings, metrics=metrics)
    app = http(at)

    async with app:
        refused = await app.get("/metrics")
        wrong = await app.get("/metrics", headers={"Authorization": "Bearer let-me"})
        told = await app.get("/metrics", headers={"Authorization": "Bearer let-me-see"})

    assert (refused.status_code, wrong.status_code, told.status_code) == (401, 401, 200)
    assert "callwright_calls_active 0.0" in told.text


async def test_without_a_key_there_is_no_such_page_on_the_calls_port() -> None:
    async with http(server(Desk(), metrics=CallMetrics())) as app:
        assert (await app.get("/metrics")).status_code == 404


async def test_a_port_of_its_own_tells_metrics() -> None:
    metrics = CallMetrics()
    metrics.refused.labels("max_calls").inc()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = Settings(metrics_port=port)

    with metrics_port(settings, metrics.registry):
        address = f"http://127.0.0.1:{port}/metrics"
        async with aiohttp.ClientSession() as prometheus, prometheus.get(address) as answer:
            told = await answer.text()
        with pytest.raises(SettingsError, match=f"METRICS_PORT: found {port}; can't listen"):
            metrics_port(settings, metrics.registry).__enter__()

    assert 'callwright_calls_refused_total{why="max_calls"} 1.0' in told
