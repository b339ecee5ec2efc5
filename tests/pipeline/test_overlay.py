"""How the pipeline of one call file is laid over another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.order import type_of
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
