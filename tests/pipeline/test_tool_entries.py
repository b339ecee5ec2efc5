"""The tools of a call file, and the types of what it asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import CallFile, load
from pipeline.problem import ConfigError

HEAD = """\
pipeline:
  - type: twilio_serializer
  - type: mulaw_passthrough
  - type: openai_realtime
  - type: interruption
"""
CHECKLIST = "agent: {information: {checklist: [{field: name, ask: Who are you?}]}}\n"


def loaded(folder: Path, text: str) -> CallFile:
    path = folder / "file.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return load(path).call


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    (problem,) = caught.value.problems
    return str(problem)


def test_tool_is_named_by_its_name_by_its_type_or_by_an_import_path(tmp_path: Path) -> None:
    call = loaded(
        tmp_path,
        f"""\
{CHECKLIST}timezone: UTC
hours: {{mon_fri: 09:00-17:00}}
tools:
  - save_details
  - {{type: business_hours, timeout: 2}}
  - use: tests.whole_call.desk_tools:coffee_menu
    filler: I'll have a look.
""",
    )

    assert [(tool.name, tool.timeout) for tool in call.tools] == [
        ("save_details", 20.0),
        ("business_hours", 2.0),
        ("coffee_menu", 20.0),
    ]
    assert call.tools[2].tools()[0].filler == "I'll have a look."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tools: [save_detail]\n", "did you mean 'save_details'"),
        ("tools: [{timeout: 3}]\n", "has no `type`; allowed: type: python"),
        ("tools: [{type: save_details, use: a.b:c}]\n", "use belongs to type: python"),
        ("tools: [save_details]\n", "saves the answers to a checklist"),
        (CHECKLIST + "tools: [save_details, save_details]\n", "a second tool called"),
        ("tools: [business_hours]\n", "looks into the file's hours"),
        ("tools: [{use: nowhere:at_all}]\n", "nowhere"),
        (CHECKLIST.replace("}]", ", type: fone}]"), "did you mean 'phone'"),
        (CHECKLIST.replace("}]", ", type: choice}]"), "what the answer can be"),
        (CHECKLIST.replace("}]", ", choices: [a]}]"), "none, unless `type` is choice"),
        (CHECKLIST.replace("}]", ", maximum: 3}]"), "no bound, unless `type` is integer"),
    ],
)
def test_what_is_wrong_with_tools_and_types_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert said in complaint(tmp_path, text)


def test_model_is_told_of_the_tools_that_are_its_own(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from pipeline.prompt import speech_for

    call = loaded(tmp_path, f"{CHECKLIST}timezone: UTC\ntools: [save_details, wait_for_caller]\n")
    plain = loaded(tmp_path, CHECKLIST)
    now = datetime(2026, 1, 5, tzinfo=UTC)

    told = speech_for(call, now=now, caller="", called="").prompt

    assert "Call save_details as soon as" in told
    assert "talks to someone else, call wait_for_caller." in told
    assert "save_details" not in speech_for(plain, now=now, caller="", called="").prompt


def test_words_that_are_left_to_us_are_english(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    entries = """\
  - type: silence
    reprompts: [{after: 8, say: Hallo?}]
  - type: tool_filler
agent: {language: German}
"""
    path.write_text(HEAD + entries, encoding="utf-8")

    told = [str(warning) for warning in load(path).warnings if "in English" in str(warning)]

    assert ["`goodbye`" in told[0], "`say`" in told[1]] == [True, True]
    assert len(told) == 2


def test_two_who_ask_silent_callers_are_one_too_many(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    model = "{type: openai_realtime, turn_detection: {type: server_vad, idle_timeout_ms: 8000}}"
    text = HEAD.replace("type: openai_realtime", model) + "  - type: silence\n"
    path.write_text(text, encoding="utf-8")

    told = [str(warning) for warning in load(path).warnings]

    assert any("idle_timeout_ms: has the model ask" in one for one in told)
