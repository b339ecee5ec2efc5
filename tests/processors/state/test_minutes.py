"""What is given to be summed up."""

from __future__ import annotations

from processors.state.memory import CallMemory
from processors.state.minutes import minutes
from processors.state.turn import Turn, TurnState

NOTHING = CallMemory()


def caller(item_id: str, text: str, state: TurnState = TurnState.SAID) -> Turn:
    return Turn(item_id, "caller", text, state=state)


def assistant(item_id: str, text: str, state: TurnState = TurnState.SAID) -> Turn:
    return Turn(item_id, "assistant", text, unheard="never heard", state=state)


def test_turns_are_told_as_heard_in_their_order() -> None:
    turns = [assistant("a1", "Hello."), caller("u1", "Hi."), assistant("a2", "Ho", TurnState.CUT)]

    told = minutes(NOTHING, turns, "")

    assert told.text == "Assistant: Hello.\nCaller: Hi.\nAssistant: Ho"
    assert (told.seen_item_id, told.complete) == ("a2", True)


def test_notes_come_first_and_the_turns_since_with_an_overlap() -> None:
    turns = [caller(f"u{number}", f"word {number}") for number in range(6)]

    told = minutes(CallMemory(topic="renting"), turns, "u3")

    notes, _, rest = told.text.partition("\n\n")
    assert notes.endswith("topic: renting")
    assert rest.splitlines() == [
        "Caller: word 2",
        "Caller: word 3",
        "Caller: word 4",
        "Caller: word 5",
    ]


def test_it_ends_before_words_that_are_still_to_come() -> None:
    turns = [
        caller("u1", "Hi."),
        caller("u2", "", TurnState.PENDING),
        assistant("a2", "I see."),
        caller("u3", "Yes."),
    ]

    told = minutes(NOTHING, turns, "")

    assert (told.text, told.seen_item_id, told.complete) == ("Caller: Hi.", "u1", False)


def test_what_the_assistant_is_saying_is_told_as_far_as_it_was_heard() -> None:
    told = minutes(NOTHING, [assistant("a1", "We are", TurnState.SPEAKING)], "")

    assert (told.text, told.complete) == ("Assistant: We are", True)


def test_a_turn_that_nobody_wrote_down_makes_it_incomplete() -> None:
    for state in (TurnState.FAILED, TurnState.UNTRANSCRIBED):
        told = minutes(NOTHING, [caller("u1", "(speech, 3 s)", state)], "")

        assert (told.seen_item_id, told.complete) == ("u1", False)


def test_turns_of_which_nothing_was_heard_are_seen_and_not_told() -> None:
    told = minutes(NOTHING, [assistant("a1", "", TurnState.UNHEARD)], "")

    assert (told.text, told.seen_item_id, told.complete) == ("", "a1", True)


def test_nothing_said_gives_nothing() -> None:
    told = minutes(NOTHING, [], "gone")

    assert (told.text, told.seen_item_id, told.complete) == ("", "", True)
