"""When the business is open, by its tool."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.transports.simulated.talk.trades import Talk, bikes, pianos
from transports.simulated.brain_script import Call, Tool
from transports.simulated.talk.opening import asks_hours, day_asked

HOURS = Tool(
    "business_hours",
    "Look up when the business is open.",
    {"properties": {"day": {"type": "string"}}, "required": []},
)
SUNDAY = "It is 4:00 PM on Sunday, November 22, 2026."


def piano_shop() -> Talk:
    talk = pianos(HOURS)
    talk.briefing = SUNDAY
    return talk


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("What are your opening hours?", {}),
        ("When are you open?", {}),
        ("Are you open on Saturday?", {"day": "2026-11-28"}),
        ("What time do you close today?", {"day": "2026-11-22"}),
    ],
)
def test_hours_that_no_fact_tells_are_looked_up(question: str, day: dict[str, str]) -> None:
    talk = piano_shop()

    assert talk.asks(question) == [Call("business_hours", day)]


def test_the_tools_answer_is_said_and_the_talk_goes_on() -> None:
    talk = piano_shop()
    talk.says("When are you open?")

    told = {"now": "Sunday 2026-11-22 16:00", "open": False, "opens": "Monday 2026-11-23 09:00"}
    assert talk.tool_answers(json.dumps(told)) == (
        "We are closed now. We open on Monday at 9 AM. Is it a grand piano or an upright?"
    )


def test_a_tool_that_knows_no_hours_is_followed_up() -> None:
    talk = piano_shop()
    talk.says("When are you open?")

    assert "follow up" in talk.tool_answers('{"hours": "nobody has said"}')


def test_what_the_file_says_of_its_hours_needs_no_tool() -> None:
    talk = bikes(HOURS)

    assert talk.asks("When are you open?") == []


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Do you close at five?", True),
        ("Does it take half an hour to open?", False),
        ("I am open to anything.", False),
        ("What does it cost?", False),
    ],
)
def test_not_every_question_is_about_hours(text: str, about: bool) -> None:
    assert asks_hours(text) is about


def test_a_day_is_only_known_by_the_calendar() -> None:
    assert day_asked("Are you open on Monday?", date(2026, 11, 22)) == "2026-11-23"
    assert day_asked("Are you open on Monday?", None) == ""
