from __future__ import annotations

import json
from typing import Any

from tests.transports.simulated.talk.trades import Talk, bikes, pianos
from transports.simulated.brain_script import BrainRequest, Call, Line, Say, Tool
from transports.simulated.talk.likeness import WordLikeness
from transports.simulated.talk.progress import Progress
from transports.simulated.talk.tool_use import ToolUse

TRANSFER = Tool(
    "transfer_to_human",
    "Have a person take over.",
    {
        "properties": {"reason": {"type": "string"}, "summary": {"type": "string"}},
        "required": ["reason"],
    },
)
SAVE = Tool(
    "save_details",
    "Save what the caller told.",
    {
        "properties": {
            "fields": {
                "type": "object",
                "properties": {
                    "piano": {"type": "string"},
                    "budget": {"type": "string"},
                    "email": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
            }
        }
    },
)
WAIT = Tool("wait_for_caller", "Say nothing and wait.")
BOOK = Tool(
    "book_workshop",
    "Book a place in the workshop.",
    {
        "properties": {
            "name": {"type": "string"},
            "callback": {"type": "string"},
            "date": {"type": "string"},
            "bikes": {"type": "integer"},
            "price": {"type": ["number", "null"]},
            "type": {"enum": ["tune_up", "repair"]},
            "size": {"enum": ["s", "m"]},
            "insured": {"type": "boolean"},
            "parts": {"type": "array"},
            "note": {"type": "string"},
        },
        "required": ["date", "bikes", "type", "insured", "parts"],
    },
)


def ready_pianos(talk: Talk) -> Talk:
    for said in ("An upright.", "Two.", "150 dollars.", "yes", "jo at example dot com"):
        talk.says(said)
    return talk


def test_a_person_is_fetched_once_name_number_and_reason_are_known() -> None:
    talk = bikes(TRANSFER)

    assert talk.says("I want to speak to a real person.") == (
        "I'll get someone to help you. Who am I speaking with?"
    )
    talk.says("Bo Lee"), talk.says("yes"), talk.says("555 010 0142")
    assert talk.says("yes").endswith("What is wrong with it?")
    assert talk.asks("My wheel was stolen from your shop.") == [
        Call(
            "transfer_to_human",
            {
                "reason": "My wheel was stolen from your shop.",
                "summary": "name: Bo Lee; phone: 555-010-0142;"
                " problem: My wheel was stolen from your shop",
            },
        )
    ]
    assert talk.tool_answers() == "Please stay on the line."


def test_who_asks_again_for_a_person_is_asked_nothing_more() -> None:
    talk = bikes(TRANSFER)
    talk.says("Can I speak to someone?")

    calls = talk.asks("Just give me a person!")

    assert [call.name for call in calls] == ["transfer_to_human"]
    said = talk.tool_answers('{"ok": false}')
    assert said.endswith("Who am I speaking with?")


def test_where_nobody_can_be_fetched_a_call_back_is_promised() -> None:
    talk = pianos()

    assert talk.says("Can I speak to a person?").endswith("May I have your name?")
    talk.says("Bo Lee"), talk.says("yes"), talk.says("The number I'm calling from.")
    assert talk.says("yes").endswith("In one sentence, what is it about?")
    assert talk.says("The tuner broke a string.") == (
        "The owner will call you back. Is there anything else?"
    )
    assert talk.asks("No.")[0].name == "end_call"


def test_details_are_saved_when_all_is_known() -> None:
    talk = ready_pianos(pianos(SAVE))

    assert talk.asks("yes") == [
        Call(
            "save_details",
            {"fields": {"piano": "upright", "budget": "150 dollars", "email": "jo@example.com"}},
        )
    ]
    assert talk.tool_answers() == "Someone will follow up with you. Is there anything else?"
    assert [call.name for call in talk.asks("No, that's it.")] == ["end_call"]


def test_what_is_known_is_saved_before_an_early_goodbye() -> None:
    talk = pianos(SAVE)
    talk.says("A grand piano.")

    assert [call.name for call in talk.asks("Goodbye.")] == ["save_details", "end_call"]


def test_what_a_tool_says_is_told() -> None:
    talk = ready_pianos(pianos(SAVE))
    talk.says("yes")

    assert talk.tool_answers('{"message": "The budget is doubtful"}').startswith(
        "The budget is doubtful."
    )


def test_waiting_is_a_tool_where_there_is_one() -> None:
    assert bikes(WAIT).hears("Hang on.") == [Call("wait_for_caller", {})]


def test_a_tool_of_the_file_is_called_with_what_is_known() -> None:
    talk = bikes(BOOK)
    talk.says("Hi, my name is Bo Lee."), talk.says("yes"), talk.says("555 010 0142")
    talk.says("yes")

    calls = talk.asks("Can you book me in for two bikes, a tune-up on Friday?")

    assert calls == [
        Call(
            "book_workshop",
            {
                "name": "Bo Lee",
                "callback": "555-010-0142",
                "date": "Friday",
                "bikes": 2,
                "type": "tune_up",
                "insured": True,
                "parts": [],
            },
        )
    ]
    assert talk.tool_answers('{"result": "Booked for Friday"}').startswith("Booked for Friday.")


def test_while_a_tool_works_the_caller_is_asked_for_a_moment() -> None:
    talk = bikes(BOOK)
    talk.hears("Can you book the workshop for one bike?")

    assert talk.respond() == [Say("One moment, please.")]


def test_a_call_that_the_client_demands_is_made() -> None:
    request = BrainRequest((Line("caller", "Tuesday"),), tools=(BOOK,), tool_choice="required")
    progress = Progress(Talk(bikes().script).script, request.lines, WordLikeness())

    (call,) = ToolUse(request, progress).meant("Tuesday")

    assert call.name == "book_workshop"
    assert call.arguments["date"] == "Tuesday"


def test_no_tool_is_called_where_none_may_be() -> None:
    talk = bikes()
    talk.lines.append(Line("caller", "Goodbye."))

    assert talk.respond(tool_choice="none") == [Say("Ride safely. Goodbye.")]


def asked_aside(talk: Talk, instructions: str, **fields: object) -> str:
    outputs = talk.respond(instructions=instructions, aside=True, **fields)
    assert isinstance(outputs[0], Say)
    return outputs[0].text


def test_notes_are_written_in_the_form_that_is_asked_for() -> None:
    talk = ready_pianos(pianos())
    talk.says("Can I pay by card?")
    schema = {
        "properties": {
            "topic": {"type": "string"},
            "fields": {"properties": {"piano": {}, "budget": {}, "contact": {}, "rooms_up": {}}},
            "open_questions": {"type": "array"},
        }
    }

    notes = json.loads(asked_aside(talk, f"Write notes. {json.dumps(schema)}"))

    assert notes["fields"]["budget"] == {"value": "150 dollars", "confirmed": True}
    assert notes["fields"]["contact"] == {"value": "jo@example.com", "confirmed": False}
    assert notes["open_questions"] == ["Can I pay by card?"]


def test_notes_may_be_asked_for_in_words_or_plain_json() -> None:
    talk = pianos()
    assert asked_aside(talk, "Sum up.") == "Still to ask: piano."

    talk = ready_pianos(pianos())
    told = asked_aside(talk, "Sum up.")
    assert told.startswith("The caller's piano: upright.")
    plain = json.loads(asked_aside(talk, "Answer in JSON."))
    assert plain["confirmed"] == ["budget"]
    assert plain["open"] is None


def test_a_written_dialogue_is_summed_up_in_place_of_the_call() -> None:
    talk = pianos()
    talk.lines = [
        Line("caller", "Assistant: Is it a grand piano or an upright?\nCaller: An upright.")
    ]
    schema: dict[str, Any] = {"properties": {"fields": {"properties": {"piano": {}}}}}

    notes = json.loads(asked_aside(talk, json.dumps(schema)))

    assert notes["fields"]["piano"] == {"value": "upright", "confirmed": False}


REAL_SAVE = Tool(
    "save_details",
    "Save what the caller has answered.",
    {
        "properties": {
            "piano": {"type": "string", "enum": ["grand piano", "upright"]},
            "budget": {
                "type": "string",
                "description": "What would you like to spend? An amount in digits, as in 450000.",
            },
            "rooms_up": {"type": "string", "description": "A whole number in digits."},
            "day": {"type": "string", "description": "A day as YYYY-MM-DD."},
            "contact": {
                "type": "string",
                "description": "A phone number in digits, or an e-mail address.",
            },
            "confirmed": {
                "type": "array",
                "items": {"type": "string", "enum": ["budget", "contact"]},
            },
        },
        "required": [],
    },
)


def test_answers_are_saved_as_the_tool_wants_them_written() -> None:
    talk = pianos(REAL_SAVE)
    for said in ("An upright.", "Twenty two.", "Up to a hundred and fifty dollars.", "yes"):
        talk.says(said)
    talk.says("555 010 0142")

    assert talk.asks("yes") == [
        Call(
            "save_details",
            {
                "piano": "upright",
                "budget": "150",
                "rooms_up": "22",
                "contact": "555-010-0142",
                "confirmed": ["budget", "contact"],
            },
        )
    ]


def test_what_was_refused_is_asked_again_and_saved_again_but_not_for_ever() -> None:
    talk = ready_pianos(pianos(REAL_SAVE))
    talk.says("yes")
    refused = json.dumps({"saved": {}, "not saved, so ask again": {"budget": "is no amount"}})

    said = talk.tool_answers(refused)
    assert said == "I could not note all of that down. What would you like to spend?"
    talk.says("200 dollars")
    (call,) = talk.asks("yes")
    assert call.arguments["budget"] == "200"
    assert talk.tool_answers(refused).endswith("Is there anything else?")


def test_what_a_tool_says_that_is_no_report_refuses_nothing() -> None:
    for output in ("saved", "[]", '{"ask again": "all"}'):
        talk = ready_pianos(pianos(REAL_SAVE))
        talk.says("yes")

        assert "What would you like to spend?" not in talk.tool_answers(output)


def test_days_are_written_by_the_calendar_that_the_model_was_told() -> None:
    talk = bikes(BOOK_DAY)
    talk.briefing = "It is Monday, January 5, 2026, 9:30 in the morning."

    (call,) = talk.asks("Can you book the workshop for Friday at two thirty?")

    assert call.arguments == {"date": "2026-01-09T14:30"}


BOOK_DAY = Tool(
    "book_workshop",
    "Book the workshop.",
    {
        "properties": {"date": {"type": "string", "description": "As YYYY-MM-DDTHH:MM."}},
        "required": ["date"],
    },
)
