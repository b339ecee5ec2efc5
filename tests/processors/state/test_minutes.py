"""What is given to be summed up."""

from __future__ import annotations

from processors.state.memory import CallMemory
from processors.state.minutes import OVERLAP, Minutes, minutes
from processors.state.turn import Line, Note, ToolUse, Turn, TurnState

NOTHING = CallMemory()


def caller(item_id: str, text: str, state: TurnState = TurnState.SAID) -> Turn:
    return Turn(item_id, "caller", text, state=state)


def assistant(item_id: str, text: str, state: TurnState = TurnState.SAID) -> Turn:
    return Turn(item_id, "assistant", text, unheard="never heard", state=state)


def test_turns_are_told_as_heard_in_their_order() -> None:
    turns = [assistant("a1", "Hello."), caller("u1", "Hi."), assistant("a2", "Ho", TurnState.CUT)]

    told = minutes(NOTHING, turns, "")

    assert told == Minutes("Assistant: Hello.\nCaller: Hi.\nAssistant: Ho", "a2", "a2")
    assert not told.needs_ears(to_the_last=True)


def test_notes_come_first_and_the_turns_since_with_an_overlap() -> None:
    turns = [caller(f"u{number}", f"word {number}") for number in range(12)]

    told = minutes(CallMemory(topic="renting"), turns, "u9")

    notes, _, rest = told.text.partition("\n\n")
    assert notes.endswith("topic: renting")
    assert rest.splitlines() == [f"Caller: word {number}" for number in range(10 - OVERLAP, 12)]


def test_keys_and_functions_are_told_and_notes_to_the_model_are_not() -> None:
    lines: list[Line] = [
        Note("n1", "user", "The caller pressed 4 2 on the keypad."),
        Note("n2", "system", "The caller has come to a new topic."),
        ToolUse("f1", "c1", "book_tour", '{"day":\n "May 3"}', "Booked for\nMay 3."),
        ToolUse("f2", "c2", "look_up", "{}"),
    ]

    told = minutes(NOTHING, lines, "")

    assert told.text.splitlines() == [
        "Caller: The caller pressed 4 2 on the keypad.",
        'Function book_tour({"day": "May 3"}) gave: Booked for May 3.',
        "Function look_up({}) gave: nothing yet",
    ]
    assert told.seen_item_id == "f2"


def test_it_ends_before_words_that_are_still_to_come() -> None:
    turns = [
        caller("u1", "Hi."),
        caller("u2", "", TurnState.PENDING),
        assistant("a2", "I see."),
        caller("u3", "Yes."),
    ]

    told = minutes(NOTHING, turns, "")

    assert told == Minutes("Caller: Hi.", "u1", "u3", pending=True)
    assert not told.needs_ears(to_the_last=False)
    assert told.needs_ears(to_the_last=True)


def test_what_the_assistant_is_saying_is_told_as_far_as_it_was_heard() -> None:
    told = minutes(NOTHING, [assistant("a1", "We are", TurnState.SPEAKING)], "")

    assert (told.text, told.pending) == ("Assistant: We are", False)


def test_a_turn_that_nobody_wrote_down_needs_ears() -> None:
    for state in (TurnState.FAILED, TurnState.UNTRANSCRIBED):
        told = minutes(NOTHING, [caller("u1", "(speech, 3 s)", state)], "")

        assert (told.seen_item_id, told.wordless) == ("u1", True)
        assert told.needs_ears(to_the_last=False)


def test_a_turn_that_the_notes_have_seen_needs_them_no_more() -> None:
    turns = [caller("u1", "(speech, 3 s)", TurnState.FAILED), caller("u2", "Yes.")]

    told = minutes(CallMemory(topic="renting"), turns, "u1")

    assert told.text.endswith("Caller: (speech, 3 s)\nCaller: Yes.")
    assert not told.needs_ears(to_the_last=True)


def test_turns_of_which_nothing_was_heard_are_seen_and_not_told() -> None:
    told = minutes(NOTHING, [assistant("a1", "", TurnState.UNHEARD)], "")

    assert told == Minutes("", "a1", "a1")


def test_nothing_said_gives_nothing_and_words_that_are_not_there_are_not_enough() -> None:
    assert minutes(NOTHING, [], "gone") == Minutes("")
    first = minutes(NOTHING, [caller("u1", "", TurnState.SPEAKING)], "")
    assert first == Minutes("", "", "u1", pending=True)
    assert first.needs_ears(to_the_last=False)
