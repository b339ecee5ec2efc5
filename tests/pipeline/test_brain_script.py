from __future__ import annotations

import pytest

from pipeline.brain_script import brain_script
from pipeline.catalog import load_catalog
from transports.simulated.brain_script import BrainRequest, Line, Say
from transports.simulated.talk.talker import Talker


def after(*said: str) -> str:
    """What the front desk's talker says last, when a caller says these things one after another."""
    talker = Talker(brain_script(load_catalog("realestate").files[0].call))
    lines: list[Line] = []
    for text in ("", *said):
        lines += [Line("caller", text)] if text else []
        (output,) = talker.reply(BrainRequest(tuple(lines)))
        assert isinstance(output, Say)
        lines.append(Line("assistant", output.text))
    return lines[-1].text


def test_a_text_and_a_list_of_points_are_the_same_to_the_brain() -> None:
    call = load_catalog("realestate").files[0].call
    told = call.agent.model_copy(update={"boundaries": "- No advice.\n\n- No promises."})

    script = brain_script(call.model_copy(update={"agent": told}))

    assert script.boundaries == ("No advice.", "No promises.")


def test_what_is_optional_stays_optional() -> None:
    script = brain_script(load_catalog("realestate").files[0].call)

    assert [item.field for item in script.checklist if not item.required] == [
        "must_haves",
        "tour_window",
    ]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (
            "Are the schools good there?",
            "I can't speak to that. City and school district websites publish such figures.",
        ),
        ("Should I take a loan?", "I can't advise on that. An agent can suggest whom to ask."),
        ("Who built the tower?", "I don't have that here, an agent will follow up."),
        ("What are your hours?", "Agents are in from nine to six, Monday to Saturday"),
        ("It's an emergency, he collapsed.", "Please hang up and dial nine one one."),
    ],
)
def test_a_call_files_own_words_are_what_is_said(asked: str, answer: str) -> None:
    assert after(asked).startswith(answer)


def test_a_caller_who_wants_a_person_is_promised_a_call_back_in_the_files_words() -> None:
    said = after(
        "Can I speak to a real person?",
        "Bo Lee.",
        "Yes.",
        "555 010 0142.",
        "Yes.",
        "My landlord won't fix the heating.",
    )

    assert said == "An agent will call you back. Is there anything else?"
