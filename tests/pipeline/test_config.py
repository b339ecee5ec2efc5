"""The schema: what a call file may say, and how it is told what it may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.problem import shown
from processors.configs import InterruptionConfig
from tests.pipeline.files import MINIMAL, call_file, loaded, problems, with_model
from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.twilio.config import TwilioSerializerConfig


async def look_up(params: object, name: str) -> None:
    """A tool, for call files of these tests."""


async def not_a_tool(name: str) -> None:
    """Its first parameter is not ``params``."""


def test_a_call_file_is_read_into_configs(tmp_path: Path) -> None:
    call = call_file(tmp_path, MINIMAL)

    assert call.name == "call", "the file's own name"
    assert [type(entry) for entry in call.pipeline[::2]] == [
        TwilioSerializerConfig,
        OpenAIRealtimeConfig,
    ]
    assert isinstance(call.pipeline[3], InterruptionConfig)
    assert call.pipeline[3].protect == ("disclosure", "goodbye")


def test_everything_that_is_wrong_is_told_at_once_with_line_and_key(tmp_path: Path) -> None:
    text = """\
        nam: x
        numbers: ["555 0100"]
        timezone: Mars/Olympus
        pipeline:
          - type: twilio_serializer
            mark_every_ms: 20
          - type: mulaw_passtrough
          - type: openai_realtime
            voice: marn
            speed: fast
          - type: interruption
            min_speech_ms: true
        agent:
          roll: x
    """

    told = problems(tmp_path, text)

    assert [problem.split(": ")[:2] for problem in told] == [
        ["1", "nam"],
        ["2", "numbers[0]"],
        ["3", "timezone"],
        ["4", "pipeline"],
        ["6", "pipeline[0].mark_every_ms"],
        ["7", "pipeline[1].type"],
        ["9", "pipeline[2].voice"],
        ["10", "pipeline[2].speed"],
        ["12", "pipeline[3].min_speech_ms"],
        ["14", "agent.roll"],
    ]
    assert "did you mean 'name'?" in told[0]
    assert "E.164" in told[1]
    assert "there is no mulaw_passthrough" in told[3]
    assert "found 20; allowed: at least 100" in told[4]
    assert "did you mean 'mulaw_passthrough'?" in told[5]
    assert "did you mean 'marin'?" in told[6]
    assert "found 'fast'; allowed: a number" in told[7]
    assert "found true; allowed: a number" in told[8]
    assert "did you mean 'role'?" in told[9]


@pytest.mark.parametrize("url", ["http://crm.example/", "crm.example", "https://", "ftp://a/"])
def test_records_are_posted_over_https_or_not_at_all(tmp_path: Path, url: str) -> None:
    (told,) = problems(tmp_path, f"{MINIMAL}  - {{type: call_record, on_call_end: ['{url}']}}\n")

    assert told.startswith("7: pipeline[4].on_call_end[0]: ")
    assert "allowed: an address that begins with https://" in told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("name: 5", "name: found 5; allowed: text; put it in quotes if it is a number"),
        ('name: ""', "name: found ''; allowed: text that is not empty"),
        ("numbers: +15550100001", "numbers: found '+15550100001'; allowed: a list"),
        ("numbers: [+15550100001, +15550100001]", "numbers: found +15550100001 twice"),
        ("default: maybe", "default: found 'maybe'; allowed: true or false"),
        ("end_call: 7", "end_call: found 7; allowed: true or false"),
        ("agent: []", "agent: found a list; allowed: a mapping"),
        ("agent: {tone: {a: 1}}", "agent.tone: found a mapping; allowed: text"),
        ("agent: {greeting: null}", "agent.greeting: found null; allowed: text"),
        ("agent: {information: {checklist: [{ask: x}]}}", "checklist[0].field: is missing; add it"),
        ("agent: {information: {checklist: [x]}}", "checklist[0]: found 'x'; allowed: a mapping"),
        ("tools: [{use: look_up}]", "tools[0].use: found 'look_up'; allowed: an import path"),
        ("tools: [{use: 'no.such:x'}]", "tools[0].use: there is no module 'no'"),
        ("tools: [{use: 'json:loads'}]", "found 'json:loads'; allowed: an `async def` function"),
        (
            "tools: [{use: 'tests.pipeline.test_config:not_a_tool'}]",
            "allowed: a function whose first parameter is `params`",
        ),
        ("tools: [{use: 'tests.pipeline.test_config:look_up', timeout: 0}]", "more than 0"),
        ("twiml_language: English", "twiml_language: found 'English'; allowed: a language tag"),
        ("fallback: ''", "fallback: found ''; allowed: text that is not empty"),
        ("timezone: ../etc/passwd", "timezone: found '../etc/passwd'; allowed: an IANA time zone"),
    ],
)
def test_a_wrong_value_is_told_with_what_was_found_and_what_is_allowed(
    tmp_path: Path, line: str, told: str
) -> None:
    minimal = "" if line.startswith("timezone") else "timezone: UTC\n"
    pipeline = MINIMAL.split("\n", 1)[1]

    found = problems(tmp_path, f"{minimal}{pipeline}{line}\n")

    assert len(found) == 1
    assert told in found[0]


def test_an_entry_without_a_type_is_told_which_there_are(tmp_path: Path) -> None:
    (_, told) = problems(tmp_path, MINIMAL.replace("type: interruption", "enabled: true"))

    assert told.startswith("6: pipeline[3]: has no `type`; allowed: type: twilio_serializer or")


def test_a_key_of_another_type_is_told_where_it_belongs(tmp_path: Path) -> None:
    vad = "turn_detection: {type: semantic_vad, idle_timeout_ms: 6000}"

    (told,) = problems(tmp_path, with_model(vad))

    assert told.startswith("5: pipeline[2].turn_detection.idle_timeout_ms: found an unknown key")
    assert told.endswith("idle_timeout_ms belongs to type: server_vad")


def test_a_value_from_the_environment_is_never_shown(tmp_path: Path) -> None:
    text = with_model('voice: "${VOICE}"') + 'name: "${NAME}"\n'

    told = "\n".join(problems(tmp_path, text, VOICE="hunter2", NAME=""))

    assert "hunter2" not in told
    assert "found the value of ${VOICE}; allowed: 'alloy'" in told


def test_numbers_and_switches_may_come_from_the_environment(tmp_path: Path) -> None:
    text = with_model('speed: "${SPEED}", reconnect: "${AGAIN:-false}"')

    model = call_file(tmp_path, text, SPEED="1.25").pipeline[2]

    assert isinstance(model, OpenAIRealtimeConfig)
    assert (model.speed, model.reconnect) == (1.25, False)


def test_tools_have_names_of_their_own_and_tool_choice_names_one(tmp_path: Path) -> None:
    tool = "{use: 'tests.pipeline.test_config:look_up'}"
    text = with_model("tool_choice: {type: function, name: look}") + f"tools: [{tool}, {tool}]\n"

    told = problems(tmp_path, text)

    assert told == [
        "5: pipeline[2].tool_choice.name: found 'look'; allowed: end_call, look_up, look_up",
        "7: tools[1].use: found a second tool called 'look_up'; allowed: one of each name",
    ]
    assert call_file(tmp_path, text.replace("look}", "look_up}").replace(f", {tool}", "")).tools


def test_a_call_file_warns_of_what_will_disappoint(tmp_path: Path) -> None:
    text = """\
        pipeline:
          - type: twilio_serializer
          - type: mulaw_passthrough
          - type: openai_realtime
            model: gpt-realtime
            transcription: {model: whisper-1}
            turn_detection: null
          - type: interruption
        end_call: false
        agent:
          role: You NEVER sleep.
          goodbye: Bye.
          information:
            checklist:
              - {field: name, ask: Who are you? And why?}
              - {field: name, ask: Who?}
    """

    told = [str(warning) for warning in loaded(tmp_path, text).warnings]

    path = tmp_path / "call.yaml"
    assert told == [
        f"{path}:10: agent: has no voice_and_pacing, boundaries, escalation, tone;"
        " the model fills the gap as it likes",
        f"{path}:11: agent.role: found 'NEVER' in capitals; newer models follow plain words better",
        f"{path}:15: agent.information.checklist[0].ask: asks more than one question;"
        " on the phone one at a time is heard",
        f"{path}:16: agent.information.checklist[1].field: 'name' is asked for a second time",
        f"{path}: timezone: not given, so the assistant is told the time in UTC;"
        " name the business's zone",
        f"{path}:12: agent.goodbye: is never said, as `end_call` is false",
        f"{path}:5: pipeline[2].model: gpt-realtime is shut down on 2027-01-20;"
        " gpt-realtime-2.1 takes its place",
        f"{path}:6: pipeline[2].transcription.model: whisper-1 is shut down on 2027-02-26;"
        " gpt-transcribe takes its place",
        f"{path}:7: pipeline[2].turn_detection: the model will not answer by itself;"
        " a processor of yours must ask it to",
    ]


def test_a_call_that_is_recorded_is_to_say_so(tmp_path: Path) -> None:
    text = MINIMAL.replace("  - type: mulaw", "  - type: recording\n  - type: mulaw")
    said = "agent: {disclosure: This call is recorded.}\n"

    (told,) = [str(w) for w in loaded(tmp_path, text).warnings if "disclosure" in str(w)]
    assert "pipeline[1]: records calls, and the disclosure does not say so" in told
    assert not [w for w in loaded(tmp_path, f"{said}{text}").warnings if "disclosure" in str(w)]


KEYS = st.sampled_from(
    ["name", "pipeline", "type", "agent", "tools", "use", "with", "extends", "include", "voice",
     "turn_detection", "information", "checklist", "numbers", "custom", "openai_realtime", "x"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), KEYS,
    st.sampled_from(["${A}", "${", "$${A}", "${A:-x}", "json:loads", "\0", "."]),
)  # fmt: skip
JUNK = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)


@settings(
    max_examples=150,
    # The first draw builds tables of characters: how long that takes says nothing about us.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(junk=st.dictionaries(KEYS, JUNK, max_size=6))
def test_any_data_is_read_or_refused_in_words(tmp_path: Path, junk: dict[str, object]) -> None:
    told = problems(tmp_path, json.dumps(junk), A="1")

    assert all(": " in problem for problem in told)


def test_long_values_are_cut_short() -> None:
    assert len(shown("x" * 1000)) < 70
