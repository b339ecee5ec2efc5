"""The simulated model's mind: it follows the call file, line by line, and invents nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests.transports.simulated.text_talk import TextTalk
from transports.simulated.brain import Brain, exact_words
from transports.simulated.brain_script import (
    BrainRequest,
    BrainScript,
    Call,
    ChecklistItem,
    Line,
    Output,
    Say,
    Tool,
)

SCRIPT = BrainScript(
    business="Acme Realty",
    greeting="Acme Realty, how can I help you?",
    disclosure="This call may be recorded.",
    goodbye="Thank you for calling Acme. Goodbye.",
    checklist=(
        ChecklistItem("name", "May I have your name?", confirm=True),
        ChecklistItem("budget", "What is your budget?"),
        ChecklistItem("tour", "When would you like a tour?"),
    ),
    facts=(
        "The office is open Monday to Friday from nine to six.",
        "Twelve Oak Street has a garage and a garden.",
    ),
)
END = Tool("end_call", "End the call.")
BOOK = Tool(
    "book_viewing",
    "Book a viewing of a home.",
    {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "wish": {"type": "string"},
            "people": {"type": "integer"},
            "kind": {"type": "string", "enum": ["house", "flat"]},
            "note": {"type": "string"},
        },
        "required": ["wish", "people", "kind"],
    },
)
BROCHURE = Tool("send_brochure", "Send the brochure by mail.")


@dataclass
class Talk(TextTalk):
    """A call that the brain answers."""

    script: BrainScript = SCRIPT
    tools: tuple[Tool, ...] = (END,)

    def reply(self, request: BrainRequest) -> list[Output]:
        return Brain(self.script).reply(request)


def test_it_opens_with_disclosure_and_greeting() -> None:
    assert Talk().respond() == [Say("This call may be recorded. Acme Realty, how can I help you?")]


def test_a_script_without_greeting_still_greets() -> None:
    assert Talk(script=BrainScript("Bo's")).respond() == [
        Say("Hello, this is Bo's. How can I help you?")
    ]


def test_exact_words_are_said_exactly() -> None:
    instructions = 'Be brief.\nSay exactly: "We said "hello", didn\'t we?"\nNothing else.'

    assert Talk().respond(instructions=instructions) == [Say('We said "hello", didn\'t we?')]


def test_exact_words_may_run_over_lines() -> None:
    assert exact_words('say exactly: "one\ntwo" and stop') == "one\ntwo"
    assert exact_words("Say something nice.") is None


def test_the_checklist_is_walked_one_question_at_a_time() -> None:
    talk = Talk()
    talk.respond()

    assert talk.says("Hi, I'm looking for a house.").endswith("May I have your name?")
    assert talk.says("My name is Anna Smith.").endswith(
        "Just to confirm, name: Anna Smith. Is that right?"
    )
    assert talk.says("Yes.").endswith("What is your budget?")
    assert talk.says("Under 450 thousand").endswith("When would you like a tour?")
    assert talk.says("Saturday morning") == "Thank you, that is everything I need."
    assert talk.lines[-1].name == "end_call"
    assert talk.tool_answers('{"ok": true}') == SCRIPT.goodbye


@pytest.mark.parametrize("correction", ["No, it's Hannah.", "Hannah"])
def test_a_wrong_read_back_is_corrected_and_read_back_again(correction: str) -> None:
    talk = Talk()
    talk.says("hello")
    talk.says("Anna")

    assert "name: Hannah. Is that right?" in talk.says(correction)
    assert talk.says("yes that's right").endswith("What is your budget?")


def test_a_plain_no_asks_again() -> None:
    talk = Talk()
    talk.says("hello")
    talk.says("Anna")

    assert talk.says("No, that's not right.") == "Sorry about that. May I have your name?"


def test_a_question_is_answered_from_the_facts_and_the_checklist_goes_on() -> None:
    talk = Talk()
    talk.says("hello")

    reply = talk.says("When are you open on Friday?")

    assert reply == f"{SCRIPT.facts[0]} May I have your name?"


def test_what_no_fact_answers_is_followed_up_and_not_invented() -> None:
    talk = Talk()
    talk.says("hello")

    reply = talk.says("Are dogs allowed?")

    assert reply == f"{SCRIPT.follow_up} May I have your name?"


def test_goodbye_ends_the_call_by_the_tool() -> None:
    talk = Talk()
    talk.respond()

    assert [call.name for call in talk.asks("Thanks, that's all. Bye!")] == ["end_call"]
    assert talk.tool_answers("") == SCRIPT.goodbye
    assert talk.says("Bye") == SCRIPT.goodbye


def test_goodbye_without_the_tool_is_said_at_once() -> None:
    assert Talk(tools=()).says("Goodbye then") == SCRIPT.goodbye


def test_a_digit_is_acknowledged_and_the_question_stays_open() -> None:
    talk = Talk()
    talk.says("hello")

    reply = talk.says("The caller pressed 3 on the keypad.")

    assert reply == "I see you pressed 3. May I have your name?"


def test_digits_answer_a_question_for_a_number() -> None:
    script = BrainScript(checklist=(ChecklistItem("beds", "How many bedrooms?"),))
    talk = Talk(script=script)
    talk.says("hello")

    talk.says("The caller pressed 4 on the keypad.")

    assert [line.name for line in talk.lines if line.who == "tool_call"] == ["end_call"]


def test_a_digit_does_not_confirm_a_name() -> None:
    talk = Talk()
    talk.says("hello")
    talk.says("Anna")

    reply = talk.says("The caller pressed 1 on the keypad.")

    assert reply == "I see you pressed 1. Just to confirm, name: Anna. Is that right?"


def test_a_polite_answer_is_an_answer() -> None:
    script = BrainScript(
        checklist=(ChecklistItem("area", "Which area?"), ChecklistItem("beds", "How many beds?"))
    )
    talk = Talk(script=script, tools=(BOOK,))
    talk.says("hello")

    assert talk.says("I'd like something near the lake, please.").endswith("How many beds?")


def test_what_was_asked_of_a_tool_is_no_answer() -> None:
    talk = Talk(tools=(BROCHURE,))
    talk.says("hello")
    talk.asks("Please send me the brochure")

    assert talk.tool_answers("ok") == "ok. May I have your name?"


def test_what_was_asked_of_a_tool_corrects_nothing() -> None:
    talk = Talk(tools=(BROCHURE,))
    talk.says("hello")
    talk.says("Anna")
    talk.asks("Please send me the brochure")

    assert talk.tool_answers("ok") == "ok. Just to confirm, name: Anna. Is that right?"


def test_silence_is_met_with_a_question_then_with_the_open_one() -> None:
    talk = Talk()
    talk.says("hello")

    assert talk.respond() == [Say("Are you still there?")]
    talk.lines.append(Line("caller", silent=True))
    assert talk.respond() == [Say("Are you still there? May I have your name?")]


def test_noise_is_not_taken_for_words() -> None:
    talk = Talk()
    talk.says("hello")

    assert talk.says("") == "Sorry, I didn't catch that. May I have your name?"


def test_after_an_interruption_it_answers_and_returns_to_the_open_question() -> None:
    talk = Talk()
    talk.says("hello")
    talk.lines[-1] = Line("assistant", "I understand. May I")

    reply = talk.says("Wait, do you have a garage?")

    assert reply == f"{SCRIPT.facts[1]} May I have your name?"


def test_an_unheard_question_is_not_taken_as_answered() -> None:
    talk = Talk()
    talk.says("hello")
    talk.lines[-1] = Line("assistant", "I understand.")

    assert talk.says("I want something cheap").endswith("May I have your name?")


def test_an_answer_that_was_cut_before_a_word_was_heard_is_given_again() -> None:
    talk = Talk()
    talk.says("hello")
    talk.says("When are you open?")
    talk.lines[-1] = Line("assistant", "")

    assert talk.says("Hello?").startswith(SCRIPT.facts[0])


def test_it_goes_on_after_a_reconnect_from_text_alone() -> None:
    talk = Talk()
    talk.says("hello")
    talk.says("Anna")
    talk.says("yes")

    replayed = Talk(lines=list(talk.lines))

    assert replayed.says("450 thousand").endswith("When would you like a tour?")


def test_a_summary_of_its_own_is_understood() -> None:
    talk = Talk()
    talk.says("hello")
    talk.says("Anna")
    talk.says("yes")
    summary = talk.respond(aside=True)[0]
    assert isinstance(summary, Say)

    fresh = Talk(lines=[Line("system", f"So far: {summary.text}")])

    assert fresh.says("Are you there?").endswith("What is your budget?")


def test_an_aside_gives_what_was_collected_as_json() -> None:
    talk = Talk()
    talk.says("hello")
    talk.says("Anna")
    talk.says("yes")

    [summary] = talk.respond(aside=True, instructions="Answer in JSON.")

    assert isinstance(summary, Say)
    assert json.loads(summary.text) == {
        "collected": {"name": "Anna"},
        "open": "budget",
        "last_caller_words": "yes",
    }


def test_a_tool_is_called_when_its_words_are_said_in_a_request() -> None:
    talk = Talk(tools=(END, BOOK, BROCHURE))
    talk.says("hello")
    talk.says("Anna")
    talk.says("yes")

    [call] = talk.asks("Could you book a viewing of a flat for two people?")

    assert call == Call(
        "book_viewing",
        {
            "name": "Anna",
            "wish": "Could you book a viewing of a flat for two people?",
            "people": 2,
            "kind": "flat",
        },
    )
    assert talk.tool_answers('{"message": "Booked for noon"}') == (
        "Booked for noon. What is your budget?"
    )


def test_several_tools_are_called_together_unless_forbidden() -> None:
    wish = "Please book a viewing and send me the brochure."

    both = Talk(tools=(BOOK, BROCHURE)).asks(wish)
    talk = Talk(tools=(BOOK, BROCHURE), lines=[Line("caller", wish)])
    one = talk.respond(parallel=False)

    assert {call.name for call in both} == {"book_viewing", "send_brochure"}
    assert len([output for output in one if isinstance(output, Call)]) == 1


def test_the_same_words_without_a_request_call_nothing() -> None:
    assert Talk(tools=(BOOK,)).asks("I saw the book on my table.") == []


def test_a_failed_tool_is_admitted() -> None:
    talk = Talk(tools=(BROCHURE,))
    talk.asks("Please send me the brochure")

    assert talk.tool_answers('{"error": "timeout"}').startswith(
        f"I could not do that. {SCRIPT.follow_up}"
    )


def test_while_a_tool_runs_it_asks_for_a_moment() -> None:
    talk = Talk(tools=(BROCHURE,))
    talk.asks("Please send me the brochure")

    assert talk.respond() == [Say("One moment, please.")]


@pytest.mark.parametrize(
    ("choice", "called"),
    [("none", []), ("required", ["book_viewing"]), ("send_brochure", ["send_brochure"])],
)
def test_tool_choice_is_obeyed(choice: str, called: list[str]) -> None:
    talk = Talk(tools=(BOOK, BROCHURE), lines=[Line("caller", "Please book a viewing.")])

    outputs = talk.respond(tool_choice=choice)

    assert [output.name for output in outputs if isinstance(output, Call)] == called


def test_without_a_checklist_it_offers_help_and_does_not_hang_up() -> None:
    talk = Talk(script=BrainScript(facts=("We open at nine.",)))
    talk.respond()

    assert talk.says("When do you open?") == "We open at nine. What else can I do for you?"
