"""Forms that the simulated models fill in: only from what was said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from processors.state.memory import CallMemory, Remembered
from processors.state.memory_form import MemoryForm
from processors.text_model import TextModelError
from tests.virtual_loop import virtual
from transports.simulated.brain import Brain
from transports.simulated.brain_script import BrainRequest, BrainScript, ChecklistItem, Line, Say
from transports.simulated.dialogue import Dialogue
from transports.simulated.form import Form, schema_in, written_dialogue
from transports.simulated.text_model import SimulatedTextModel

SCRIPT = BrainScript(
    business="Acme Realty",
    checklist=(
        ChecklistItem("name", "May I have your name?", confirm=True),
        ChecklistItem("budget", "What is your budget?"),
    ),
    facts=("The office opens at nine.",),
)
FORM = MemoryForm(("name", "budget"))
SAID = [
    Line("assistant", "May I have your name?"),
    Line("caller", "My name is Jordan Lee."),
    Line("assistant", "Just to confirm, name: Jordan Lee. Is that right?"),
    Line("caller", "Yes."),
    Line("assistant", "Got it. What is your budget?"),
    Line("caller", "I'd like a garden. When do you open?"),
    Line("assistant", "The office opens at nine. What is your budget?"),
    Line("caller", "By the way, is there a lift?"),
    Line("assistant", "Someone will follow up with you. What is your budget?"),
]


def filled(*lines: Line) -> CallMemory:
    form = Form(FORM.schema(), SCRIPT, lines, Dialogue(SCRIPT, lines))
    return FORM.read(json.dumps(form.filled()))


def test_everything_is_taken_from_what_was_said() -> None:
    assert filled(*SAID) == CallMemory(
        topic="is there a lift",
        fields={"name": Remembered("Jordan Lee", confirmed=True), "budget": None},
        preferences=("I'd like a garden.",),
        open_questions=("By the way, is there a lift?",),
        next_action="Someone will follow up with you.",
    )


def test_an_answer_that_waits_for_its_confirmation_is_not_confirmed() -> None:
    assert filled(*SAID[:3]).fields["name"] == Remembered("Jordan Lee")


def test_nothing_said_fills_in_nothing() -> None:
    assert filled().empty


def test_earlier_notes_are_carried_over() -> None:
    before = filled(*SAID)

    memory = filled(
        Line("system", before.notes()),
        Line("assistant", "What is your budget?"),
        Line("caller", "2400. I want a pool."),
    )

    assert memory.fields == {
        "name": Remembered("Jordan Lee", confirmed=True),
        "budget": Remembered("2400. I want a pool"),
    }
    assert memory.preferences == ("I'd like a garden.", "I want a pool.")
    assert memory.open_questions == before.open_questions
    assert memory.next_action == before.next_action
    assert memory.topic == before.topic


def test_any_schema_is_filled_in_and_what_it_does_not_know_left_empty() -> None:
    schema = {
        "properties": {
            "topic": {"type": "string"},
            "urgent": {"type": "boolean"},
            "mood": {"$ref": "#/$defs/Mood"},
            "score": {"type": "number"},
            "tags": {"type": "array"},
            "odd": {},
        },
        "$defs": {"Mood": {"type": "object", "properties": {"word": {"type": "string"}}}},
    }

    assert Form(schema, SCRIPT, SAID, Dialogue(SCRIPT, SAID)).filled() == {
        "topic": "is there a lift",
        "urgent": False,
        "mood": {"word": ""},
        "score": 0,
        "tags": [],
        "odd": None,
    }


@pytest.mark.parametrize("text", ["Sum up.", "Answer in JSON: {", "As {this}.", '{"a": 1}', "}{"])
def test_instructions_without_a_schema_hold_none(text: str) -> None:
    assert schema_in(text) is None


def test_a_written_dialogue_is_read_line_by_line() -> None:
    text = "Notes\nname: x\n\nCaller: Hi: there.\nAssistant: Hello."

    assert written_dialogue(text) == [
        Line("system", "Notes\nname: x\n"),
        Line("caller", "Hi: there."),
        Line("assistant", "Hello."),
    ]
    assert written_dialogue("") == []


def aside(*lines: Line) -> Any:
    request = BrainRequest(lines=lines, instructions=FORM.question, aside=True)
    (said,) = Brain(SCRIPT).reply(request)
    assert isinstance(said, Say)
    return json.loads(said.text)


def test_the_speaking_model_fills_in_the_form_beside_the_conversation() -> None:
    assert FORM.read(json.dumps(aside(*SAID))) == filled(*SAID)


def test_and_from_a_dialogue_that_it_is_given_instead() -> None:
    written = "\n".join(f"{line.who.capitalize()}: {line.text}" for line in SAID)

    assert FORM.read(json.dumps(aside(Line("caller", written)))) == filled(*SAID)


@virtual
async def test_the_simulated_text_model_fills_it_in_as_well() -> None:
    model = SimulatedTextModel([BrainScript(), SCRIPT])
    written = await model.write(
        "any", FORM.question, "\n".join(f"{line.who.capitalize()}: {line.text}" for line in SAID)
    )

    assert FORM.read(written.text) == filled(*SAID)
    assert written.usage["input_token_details"]["audio_tokens"] == 0
    assert written.usage["output_tokens"] > 0


@virtual
async def test_the_simulated_text_model_does_nothing_else() -> None:
    with pytest.raises(TextModelError):
        await SimulatedTextModel([SCRIPT]).write("any", "Write a poem.", "Caller: Hello.")
