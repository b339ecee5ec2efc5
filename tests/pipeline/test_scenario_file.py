"""Scenario files: what may stand in them, and how mistakes are told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.catalog import CONFIGS
from pipeline.problem import ConfigError
from pipeline.scenario_file import FOLDER, Scenarios, scenarios_of
from pipeline.schema import scenarios_schema_text
from tests.pipeline.files import MINIMAL, loaded, write

DESK = f"""\
{MINIMAL}
agent:
  information:
    checklist:
      - {{field: name, ask: What is your name?}}
"""


def scenarios(folder: Path, text: str) -> Scenarios:
    write(folder, text, f"{FOLDER}/call.yaml")
    return scenarios_of(loaded(folder, DESK))


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        scenarios(folder, text)
    path = folder / FOLDER / "call.yaml"
    return [str(problem).removeprefix(f"{path}:") for problem in error.value.problems]


def one(acts: str = "[]", expect: str = "{ended: caller}", more: str = "") -> str:
    return f"""\
scenarios:
  - name: one
    caller: {acts}
    expect: {expect}
    {more}
"""


def test_acts_that_need_no_more_are_a_word(tmp_path: Path) -> None:
    (scenario,) = scenarios(tmp_path, one("[listen, {say: Hello.}, hang_up]")).all

    listen, say, hang_up = scenario.caller
    assert listen.listen is not None
    assert say.say == "Hello."
    assert hang_up.hang_up is True


def test_mistakes_are_told_with_line_and_key_and_what_is_allowed(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        """\
        scenarios:
          - name: one
            caller:
              - sey: Hello.
              - {say: Hello., wait: 2}
              - press: abc
              - interrupt: {after: 1}
              - shout
            model:
              - takes: 1
            expect:
              ended: nobody
              captured: {nam: Dana}
          - name: two
            expect: {}
        """,
    )

    assert [line.partition(": found")[0].partition(": allowed")[0] for line in told] == [
        "4: scenarios[0].caller[0].sey",
        "5: scenarios[0].caller[1]",
        "6: scenarios[0].caller[2].press",
        "7: scenarios[0].caller[3].interrupt",
        "8: scenarios[0].caller[4]",
        "10: scenarios[0].model[0]: says and calls nothing; allowed: say, call, or both",
        "12: scenarios[0].expect.ended",
        "15: scenarios[1].expect: expects nothing; allowed: at least one of"
        + told[-1].partition("at least one of")[2],
    ]
    assert "did you mean 'say'?" in told[0]
    assert "exactly one of say, press" in told[1]
    assert "'caller', 'person' or 'twilio'" in told[6]


def test_fields_that_the_call_file_does_not_have(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        one("[{answer: {nme: Dana}}]", "{captured: {nam: Dana}, confirmed: [name, zip]}"),
    )

    assert told == [
        "3: scenarios[0].caller[0].answer.nme: call.yaml has no field 'nme'; allowed: name;"
        " did you mean 'name'?",
        "4: scenarios[0].expect.captured.nam: call.yaml has no field 'nam'; allowed: name;"
        " did you mean 'name'?",
        "4: scenarios[0].expect.confirmed[1]: call.yaml has no field 'zip'; allowed: name",
    ]


def test_tools_that_the_call_file_does_not_have(tmp_path: Path) -> None:
    told = problems(
        tmp_path, one(expect="{tools: [end_call, end_cal]}", more="model: [{call: book}]")
    )

    assert told == [
        "4: scenarios[0].expect.tools[1]: call.yaml has no tool 'end_cal'; allowed: end_call;"
        " did you mean 'end_call'?",
        "5: scenarios[0].model[0].call: call.yaml has no tool 'book'; allowed: end_call",
    ]


def test_names_are_different_and_times_are_local(tmp_path: Path) -> None:
    text = one(more="at: 2026-01-05T10:00Z") + "  - {name: one, expect: {cuts: 0}}\n"

    assert [line.partition("; allowed")[0] for line in problems(tmp_path, text)] == [
        "5: scenarios[0].at: found '2026-01-05T10:00Z'"
    ]
    assert "found 'one' a second time" in problems(tmp_path, text.replace("10:00Z", "10:00"))[0]


def test_a_call_file_without_scenarios(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"scenarios/call\.yaml: no such file"):
        scenarios_of(loaded(tmp_path, DESK))


def test_some_of_them_by_name(tmp_path: Path) -> None:
    found = scenarios(tmp_path, one() + "  - {name: Another, expect: {cuts: 0}}\n")

    assert [scenario.name for scenario in found.named("other").all] == ["Another"]
    with pytest.raises(ConfigError, match="no scenario has 'x' in its name; there are 'one', 'An"):
        found.named("x")


def test_the_schema_beside_the_scenarios_is_the_one_that_run_py_prints() -> None:
    message = "write it anew: run.py --schema scenarios > configs/scenarios/schema.json"
    path = CONFIGS / FOLDER / "schema.json"

    assert path.read_text(encoding="utf-8") == scenarios_schema_text(), message


def test_every_key_of_the_schema_is_described() -> None:
    schema = json.loads(scenarios_schema_text())

    for name, part in {"": schema, **schema["$defs"]}.items():
        for key, value in part.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key}"
