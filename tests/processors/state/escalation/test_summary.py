"""What a person hears of a call before they take it."""

from __future__ import annotations

from processors.state.escalation.summary import MOST_CHARS, for_a_person
from processors.state.memory import CallMemory, Remembered


def test_why_who_and_what_is_known() -> None:
    memory = CallMemory(
        topic="a leaking boiler",
        fields={"full_name": Remembered("Ana Reyes", confirmed=True), "budget": None},
        open_questions=("When can you come?",),
    )

    assert for_a_person(memory, ("person", "burst_pipe"), "She is in a hurry.") == (
        "They asked for a person. About burst pipe. She is in a hurry. Topic: a leaking boiler."
        " full name: Ana Reyes. Open: When can you come?."
    )


def test_a_reason_is_told_once() -> None:
    assert for_a_person(CallMemory(), ("person", "key")) == "They asked for a person."


def test_it_is_cut_before_it_gets_long() -> None:
    told = for_a_person(CallMemory(topic="word " * 500), ())

    assert len(told) <= MOST_CHARS
    assert told.endswith("word")
