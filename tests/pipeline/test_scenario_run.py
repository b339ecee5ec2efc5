"""Scenarios: acts come about as written, and each expectation fails when it is not met."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from pipeline.catalog import load_catalog
from pipeline.scenario_file import FOLDER, scenarios_of
from pipeline.scenario_run import Result, run_scenario
from tests.pipeline.files import write

DESK = """\
timezone: America/Chicago
pipeline:
  - type: twilio_serializer
  - type: mulaw_passthrough
  - type: openai_realtime
  - type: interruption
  - {type: transcript_summarizer, every_turns: 20}
agent:
  greeting: Hello, this is the desk.
  goodbye: Goodbye.
  information:
    checklist:
      - {field: name, ask: What is your name?, confirm: true}
      - {field: town, ask: Which town do you live in?}
      - {field: street, ask: And the name of the street?}
    facts: [We are open from nine to six on every day of the week but Sunday.]
tools:
  - use: tests.whole_call.desk_tools:calendar_slot
  - use: tests.whole_call.desk_tools:broken_printer
"""


def run(folder: Path, scenario: str, desk: str = DESK) -> Result:
    write(folder, desk, "desk.yaml")
    text = "scenarios:\n  - name: one\n" + indent(scenario, "    ")
    write(folder, text, f"{FOLDER}/desk.yaml")
    catalog = load_catalog(str(folder / "desk.yaml"), {})
    (wanted,) = scenarios_of(catalog.files[0]).all
    return run_scenario(catalog, wanted)


def failed(result: Result) -> list[str]:
    return [check.text for check in result.failed]


def test_a_call_with_everything_that_a_caller_does(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """\
caller:
  - say: Hello there, good morning.
  - answer: {name: My name is Dana Reyes.}
  - listen: {until: which town}
  - noise: {seconds: 1, dbfs: -60}
  - press: "42"
  - say: When are you open?
  - interrupt: {on: nine to six, say: That is enough.}
  - wait: 3
  - say: Thank you. Goodbye.
expect:
  heard: [this is the desk, what is your name, is that right, open from nine, Goodbye]
  not_heard: [but Sunday]
  understood: [good morning, dana reyes, that is enough]
  captured: {name: dana reyes}
  confirmed: [name]
  not_captured: [street]
  tools: [end_call]
  keys: "42"
  cuts: 2
  silent_within: 0.5
  answered_within: 1.5
  words_per_turn: 30
  questions_per_turn: 1
  ended: assistant
  lasts: 60
""",
    )

    assert failed(result) == []
    assert len(result.checks) > 30


def test_what_is_not_met_is_told(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """\
caller:
  - say: Hello there, my name is Dana.
  - listen
  - hang_up
expect:
  heard: [your name, the desk, elephants]
  not_heard: [the desk]
  understood: [Peter]
  captured: {name: Dana}
  confirmed: [name]
  tools: [end_call]
  keys: "1"
  cuts: 1
  silent_within: 0.5
  answered_within: 0.1
  words_per_turn: 1
  questions_per_turn: 0
  ended: assistant
  lasts: 1
""",
    )

    assert failed(result) == [
        "heard: 'the desk'",
        "heard: 'elephants'",
        "not heard: 'the desk'",
        "understood: 'Peter'",
        "captured: name is 'Dana'",
        "confirmed: name",
        "tools: end_call",
        "keys: 1",
        "cuts: 1",
        "silent within 0.5 s",
        "answered within 0.1 s",
        "no turn has more than 1 words",
        "no turn has more than 0 questions",
        "ended by assistant",
        "over within 1 s",
        "The call was ended by REST",
    ]
    details = {check.text: check.detail for check in result.failed}
    assert details["heard: 'the desk'"] == "before the one above only"
    assert details["keys: 1"] == "found none"
    assert details["silent within 0.5 s"] == "it never came to that"
    assert details["ended by assistant"].startswith("by caller")


def test_the_models_turns_may_be_scripted(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """\
caller:
  - say: Can you book me in?
  - listen: {until: Monday it is, patience: 10}
  - say: And print it.
  - listen: {until: not work}
  - say: What is your name?
  - say: Bye.
model:
  - {on: book me in, say: Let me look., call: calendar_slot, takes: 1.5}
  - {after: calendar_slot, say: Monday it is.}
  - call: {name: broken_printer, arguments: {}}
  - {after: broken_printer, say: That did not work.}
expect:
  heard: [let me look, Monday it is, that did not work, someone will follow up]
  tools: [calendar_slot, {name: broken_printer, ok: false}, end_call]
  ended: assistant
""",
    )

    assert failed(result) == []


def test_a_script_that_does_not_come_about_fails(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """\
caller:
  - say: Hello.
  - interrupt: {after: 30, say: Stop.}
model:
  - {on: elephants, say: Where?}
expect: {ended: caller}
""",
    )

    assert failed(result) == ["the caller could do all acts", "the model's script came about"]
    assert result.failed[0].detail.startswith("act 2, interrupt: there was no time to")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ("listen: {until: elephants, patience: 3}", "'elephants' was not heard"),
        ("answer: {town: Springfield}", "nobody asked for town"),
    ],
)
def test_a_caller_who_waits_in_vain_hangs_up(tmp_path: Path, act: str, why: str) -> None:
    result = run(
        tmp_path,
        f"""\
caller:
  - say: Hello there.
  - {act}
model:
  - say: What else?
  - say: What else?
  - say: What else?
  - call: end_call
expect: {{not_heard: [elephants]}}
longest: 60
""",
    )

    assert result.failed[0].text == "the caller could do all acts"
    assert why in result.failed[0].detail


def test_loud_noise_is_a_turn_without_words(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """\
caller:
  - listen
  - noise: {seconds: 2, dbfs: -25}
  - listen
  - hang_up
expect: {heard: [catch], not_captured: [name], ended: caller}
""",
    )

    assert failed(result) == []


def test_the_call_begins_when_the_scenario_says_so(tmp_path: Path) -> None:
    result = run(tmp_path, "at: 2026-07-04T22:30\ncaller: [hang_up]\nexpect: {lasts: 1}\n")

    assert result.held.documents[0].call.began == "2026-07-04T22:30:00.000-05:00"


PERSON = """\
  - {type: escalation_detector, transfer: {to: "+15550100099"}, notify: {sms: ["+15550100098"]}}
agent:
"""
CALENDAR = """\
tools:
  - transfer_to_human
  - type: http
    name: find_slot
    description: Find a slot in the calendar.
    url: https://calendar.test/slots
    result: $.slot
"""


def handed_over(folder: Path, scenario: str) -> Result:
    desk = DESK.partition("tools:")[0].replace("agent:\n", PERSON, 1) + CALENDAR
    return run(folder, scenario, desk)


def test_a_call_that_a_person_takes(tmp_path: Path) -> None:
    result = handed_over(
        tmp_path,
        """\
caller:
  - say: Hello there.
  - say: Can I talk to a person?
expect:
  escalated: {reasons: [person], actions: [transfer_now]}
  transferred: {to: ["+15550100099"]}
  person_told: [A caller on our line, Press one]
  callback: none
  texts: 0
  ended: person
""",
    )

    assert failed(result) == []


def test_a_call_that_nobody_takes_and_nobody_should_have(tmp_path: Path) -> None:
    result = handed_over(
        tmp_path,
        """\
caller:
  - say: Can I talk to a person?
  - listen: {until: calls you back, patience: 60}
  - say: Thank you. Goodbye.
people: {"+15550100099": {does: busy}}
expect:
  escalated: false
  transferred: false
  person_told: [Press one]
  callback: none
  texts: 0
  ended: person
""",
    )

    assert failed(result) == [
        "escalated never",
        "transferred never",
        "a person was told: 'Press one'",
        "callback: none",
        "text messages: 0",
        "ended by person",
    ]
    details = {check.text: check.detail for check in result.failed}
    assert details["escalated never"] == "person: transfer_now"
    assert details["transferred never"] == "+15550100099: busy"
    assert details["callback: none"] == "found soon"


def test_the_businesss_systems_answer_as_the_scenario_says(tmp_path: Path) -> None:
    result = handed_over(
        tmp_path,
        """\
caller:
  - say: When can I come in?
  - listen: {until: Monday}
  - say: And after that?
  - listen: {until: no idea}
  - hang_up
systems:
  - {url: /slots, body: {slot: Monday}, takes: 1}
model:
  - call: find_slot
  - {after: find_slot, say: On Monday.}
  - {say: I have no idea., takes: 0}
expect:
  tools: [find_slot]
  escalated: [{reasons: [person]}]
  ended: caller
""",
    )

    assert failed(result) == ["escalated once"]
    assert "Monday" in str(result.held.documents[0].tools[0].output)
