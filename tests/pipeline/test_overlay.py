"""How the pipeline of one call file is laid over another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.order import type_of
from pipeline.source import load_source
from processors.custom import CustomConfig
from tests.pipeline.files import MINIMAL, call_file, problems, write
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.session_settings import SemanticVad

LOGGER = "pipecat.processors.logger:FrameLogger"
FILTER = "pipecat.processors.filters.identity_filter:IdentityFilter"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    text = MINIMAL.replace(
        "- type: openai_realtime",
        "- {type: openai_realtime, voice: cedar, turn_detection: {type: server_vad, threshold: 1}}",
    )
    write(
        tmp_path, f"{text}  - {{type: custom, use: '{LOGGER}', with: {{prefix: a}}}}\n", "base.yaml"
    )
    return tmp_path


def model(folder: Path, text: str) -> OpenAIRealtimeConfig:
    entry = call_file(folder, f"extends: base.yaml\npipeline:\n{text}").pipeline[2]
    assert isinstance(entry, OpenAIRealtimeConfig)
    return entry


def test_an_entry_changes_the_one_of_its_type(base: Path) -> None:
    changed = model(base, "  - {type: openai_realtime, speed: 1.2}\n")

    assert (changed.voice, changed.speed) == ("cedar", 1.2)


def test_a_mapping_of_another_type_replaces(base: Path) -> None:
    changed = model(base, "  - {type: openai_realtime, turn_detection: {type: semantic_vad}}\n")

    assert isinstance(changed.turn_detection, SemanticVad)


def test_an_entry_that_is_new_comes_last(base: Path) -> None:
    text = f"extends: base.yaml\npipeline:\n  - {{type: custom, use: '{FILTER}'}}\n"

    entries = call_file(base, text).pipeline

    assert [type_of(entry) for entry in entries[-2:]] == ["custom", "custom"]
    assert isinstance(entries[-1], CustomConfig)
    assert entries[-1].use == FILTER


def test_a_custom_entry_is_known_by_what_it_uses(base: Path) -> None:
    entry = f"{{type: custom, use: '{LOGGER}', with: {{color: red}}}}"

    entries = call_file(base, f"extends: base.yaml\npipeline:\n  - {entry}\n").pipeline

    assert len(entries) == 5
    assert isinstance(entries[4], CustomConfig)
    assert entries[4].with_ == {"prefix": "a", "color": "red"}


def test_a_whole_pipeline_replaces(base: Path) -> None:
    entries = call_file(base, f"extends: base.yaml\n{MINIMAL}").pipeline

    assert len(entries) == 4
    assert isinstance(entries[2], OpenAIRealtimeConfig)
    assert entries[2].voice == "marin"


def test_a_change_that_could_mean_two_entries_is_told(base: Path) -> None:
    twice = f"  - {{type: custom, use: '{LOGGER}'}}\n" * 2
    write(base, f"{MINIMAL}{twice}", "base.yaml")
    entry = f"{{type: custom, use: '{LOGGER}', audio: false}}"

    (problem,) = problems(base, f"extends: base.yaml\npipeline:\n  - {entry}\n")

    assert problem.startswith("3: pipeline[0]: the file that this one extends has 2 entries of")


def test_wrong_entries_are_told_as_usual(base: Path) -> None:
    told = problems(
        base, "extends: base.yaml\npipeline:\n  - {type: openai_realtime, voic: x}\n  - 5\n"
    )

    assert [problem.split(": found")[0] for problem in told] == [
        "3: pipeline[2].voic",
        "4: pipeline[5]",
    ]


def lists(folder: Path, over: str) -> dict[str, Any]:
    base = """\
agent:
  boundaries: [one, two]
  tone: kind
  information:
    checklist:
      - {field: name, ask: Who is it?}
      - {field: contact, ask: How do we reach you?, confirm: true}
"""
    write(folder, base, "base.yaml")
    source = load_source(write(folder, f"extends: base.yaml\n{over}"), {})
    return {"problems": [str(one) for one in source.problems], **source.data}


def test_a_list_can_be_added_to_at_both_ends(tmp_path: Path) -> None:
    data = lists(tmp_path, "agent: {boundaries: {first: [zero], add: [three, four]}}\n")

    assert data["problems"] == []
    assert data["agent"]["boundaries"] == ["zero", "one", "two", "three", "four"]


def test_what_is_added_under_a_known_name_is_laid_over_it(tmp_path: Path) -> None:
    fields = "[{field: zip, ask: Zip?}, {field: contact, ask: Number?}]"
    over = f"agent: {{information: {{checklist: {{add: {fields}}}}}}}\n"

    assert lists(tmp_path, over)["agent"]["information"]["checklist"] == [
        {"field": "name", "ask": "Who is it?"},
        {"field": "contact", "ask": "Number?", "confirm": True},
        {"field": "zip", "ask": "Zip?"},
    ]


def test_a_list_still_replaces_a_list(tmp_path: Path) -> None:
    assert lists(tmp_path, "agent: {boundaries: [three]}\n")["agent"]["boundaries"] == ["three"]


@pytest.mark.parametrize(
    ("over", "problem"),
    [
        ("agent: {tone: {add: [x]}}\n", "agent.tone: there is no list here in the file that"),
        ("agent: {role: {add: [x]}}\n", "agent.role: there is no list here in the file that"),
        ("agent: {boundaries: {add: x}}\n", "agent.boundaries.add: found 'x'; allowed: a list"),
    ],
)
def test_what_can_not_be_added_to(tmp_path: Path, over: str, problem: str) -> None:
    (told,) = lists(tmp_path, over)["problems"]

    assert f"call.yaml:2: {problem}" in told
