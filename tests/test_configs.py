"""The call files that come with Callwright: valid, and good."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.catalog import CONFIGS, call_files, load_catalog
from pipeline.config import load
from pipeline.order import as_run, type_of
from pipeline.prompt import compose
from processors.custom import CustomConfig

TRADES = ("realestate", "dental", "homeservices")
NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize("path", call_files(CONFIGS), ids=lambda path: path.stem)
def test_every_call_file_is_valid_and_names_its_schema(path: Path) -> None:
    load(path, {})

    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema.json"


def test_the_folder_can_be_served_as_it_is() -> None:
    assert load_catalog(str(CONFIGS), {}).files


@pytest.mark.parametrize("trade", TRADES)
def test_a_trade_leaves_nothing_to_chance(trade: str) -> None:
    assert load(CONFIGS / f"{trade}.yaml", {}).warnings == ()


def test_realestate_asks_for_the_whole_lead_in_order() -> None:
    fields = load(CONFIGS / "realestate.yaml", {}).call.agent.information.checklist

    assert [field.field for field in fields] == [
        "name",
        "contact",
        "buy_or_rent",
        "property_type",
        "neighborhoods",
        "budget",
        "timeline",
        "beds_and_baths",
        "must_haves",
        "tour_interest",
        "tour_window",
    ]
    assert {field.field for field in fields if field.confirm} >= {"name", "contact", "budget"}


def test_realestate_keeps_to_fair_housing() -> None:
    call = load(CONFIGS / "realestate.yaml", {}).call

    text = compose(call, now=NOW, caller="", called="")

    for limit in ("Fair housing", "No steering", "No advice", "an agent will follow up"):
        assert text.count(limit) >= 2, f"{limit}: among the limits, and again at the end"


def test_dental_gives_no_advice_and_knows_what_is_urgent() -> None:
    call = load(CONFIGS / "dental.yaml", {}).call

    text = compose(call, now=NOW, caller="", called="")

    for limit in ("No medical advice", "nine one one", "insurance covers"):
        assert text.count(limit) >= 2, f"{limit}: among the limits, and again at the end"
    fields = [field.field for field in call.agent.information.checklist]
    assert fields[:4] == ["name", "contact", "reason", "pain"]
    assert {"insurance", "birth_date"} <= set(fields)


def test_homeservices_puts_danger_first() -> None:
    call = load(CONFIGS / "homeservices.yaml", {}).call

    limits = call.agent.boundaries

    assert limits[0].startswith("Gas first.")
    assert limits[1].startswith("If a carbon monoxide alarm")
    fields = [field.field for field in call.agent.information.checklist]
    assert fields[:4] == ["name", "contact", "problem", "address"]


@pytest.mark.parametrize("trade", TRADES)
def test_a_trade_keeps_what_all_have_in_common(trade: str) -> None:
    base, call = (load(CONFIGS / f"{name}.yaml", {}).call for name in ("base/frontdesk", trade))

    assert set(base.agent.boundaries) <= set(call.agent.boundaries)
    assert set(base.agent.voice_and_pacing) <= set(call.agent.voice_and_pacing)
    assert [type_of(one) for one in call.pipeline] == [type_of(one) for one in base.pipeline]
    assert call.numbers
    assert call.hours is not None
    assert "automated assistant" in call.agent.disclosure


@pytest.mark.parametrize("trade", TRADES)
def test_a_trade_is_written_for_the_ear(trade: str) -> None:
    agent = load(CONFIGS / f"{trade}.yaml", {}).call.agent

    for said in (agent.disclosure, agent.greeting, agent.goodbye):
        for sentence in re.split(r"[.?!]\s", said):
            assert len(sentence.split()) <= 12, sentence


def test_minimal_is_small() -> None:
    lines = (CONFIGS / "minimal.yaml").read_text(encoding="utf-8").splitlines()

    assert len([line for line in lines if not line.startswith("#")]) <= 12


def test_a_stock_pipecat_processor_stands_in_a_call_file() -> None:
    entries = load(CONFIGS / "with_stock_processor.yaml", {"VOICE": "sage"}).call.pipeline

    custom = next(entry for entry in entries if isinstance(entry, CustomConfig))
    assert custom.use == "pipecat.processors.logger:FrameLogger"
    assert [type_of(one.config) for one in as_run(entries)][4:6] == ["custom", "hangup"]
