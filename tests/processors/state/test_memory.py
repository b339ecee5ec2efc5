"""What is remembered of a call, and how it is told."""

from __future__ import annotations

import pytest

from processors.state.memory import CallMemory, Remembered

MEMORY = CallMemory(
    topic="renting a flat",
    fields={
        "name": Remembered("Jordan Lee", confirmed=True),
        "move_in": Remembered("in May"),
        "budget": None,
    },
    preferences=("an upper floor", "no carpets"),
    open_questions=("Is there a lift?",),
    next_action="An agent calls back.",
)


def test_notes_say_what_is_known_line_by_line() -> None:
    heading, *lines = MEMORY.notes().splitlines()

    assert "no instructions" in heading
    assert lines == [
        "topic: renting a flat",
        "name: Jordan Lee (confirmed)",
        "move in: in May",
        "preferences: an upper floor | no carpets",
        "open questions: Is there a lift?",
        "promised next action: An agent calls back.",
    ]


def test_the_known_context_fits_one_sentence() -> None:
    sentence = MEMORY.in_one_sentence()

    assert sentence.startswith("The caller has come to a new topic, renting a flat, and")
    assert "name: Jordan Lee (confirmed); move in: in May;" in sentence
    assert sentence.count("\n") == 0
    assert sentence.endswith(".")
    assert "nothing yet" in CallMemory(topic="parking").in_one_sentence()
    assert "topic" not in CallMemory(next_action="we call").in_one_sentence()


def test_as_json_every_field_of_the_checklist_is_there() -> None:
    assert MEMORY.as_dict() == {
        "topic": "renting a flat",
        "fields": {
            "name": {"value": "Jordan Lee", "confirmed": True},
            "move_in": {"value": "in May", "confirmed": False},
            "budget": None,
        },
        "preferences": ["an upper floor", "no carpets"],
        "open_questions": ["Is there a lift?"],
        "next_action": "An agent calls back.",
    }


def test_a_memory_with_nothing_in_it_is_empty() -> None:
    assert CallMemory(fields={"name": None}).empty
    assert not MEMORY.empty
    assert not CallMemory(next_action="we call").empty


def test_answers_that_the_next_writer_left_out_are_carried_over() -> None:
    newer = CallMemory(
        topic="tours",
        fields={"name": None, "move_in": Remembered("in June"), "budget": Remembered("900")},
    )

    memory = newer.carrying_over(MEMORY)

    assert memory.topic == "tours"
    assert list(memory.fields) == ["name", "move_in", "budget"]
    assert memory.known == {
        "name": Remembered("Jordan Lee", confirmed=True),
        "move_in": Remembered("in June"),
        "budget": Remembered("900"),
    }


@pytest.mark.parametrize(
    ("before", "now", "another"),
    [
        ("renting a flat", "opening hours", True),
        ("renting a flat", "the flat's Renting.", False),
        ("renting a flat", "", False),
        ("", "opening hours", False),
        ("the fee of it", "the day of it", False),
    ],
)
def test_a_topic_is_another_one_if_it_shares_no_word(before: str, now: str, another: bool) -> None:
    memory = CallMemory(topic=now)

    assert memory.about_something_else_than(CallMemory(topic=before)) is another


def test_a_memory_can_be_written_down_and_read_again() -> None:
    memory = CallMemory(
        topic="a flat",
        fields={"name": Remembered("Ana", confirmed=True), "budget": None},
        preferences=("ground floor",),
        open_questions=("When?",),
        next_action="a call back",
    )

    assert CallMemory.of(memory.as_dict()) == memory
    assert CallMemory.of({}) == CallMemory()


def test_answers_that_were_checked_go_before_what_was_written() -> None:
    written = CallMemory(fields={"name": Remembered("Joe"), "phone": Remembered("two one two")})

    memory = written.with_answers({"phone": Remembered("+12125550142", confirmed=True)})

    assert memory.known == {
        "name": Remembered("Joe"),
        "phone": Remembered("+12125550142", confirmed=True),
    }
