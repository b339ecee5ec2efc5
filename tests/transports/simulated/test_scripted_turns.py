"""The model's scripted turns: in order, where they fit, and never for what is asked aside."""

from __future__ import annotations

from typing import Literal

from transports.simulated.brain_script import BrainRequest, Line, Say
from transports.simulated.scripted_turns import ScriptedTurn, ScriptedTurns

Who = Literal["caller", "assistant", "tool_call", "tool_output"]


def turn(text: str, **conditions: str) -> ScriptedTurn:
    return ScriptedTurn((Say(text),), **conditions)  # type: ignore[arg-type]  # on and after only


def asked(*lines: tuple[Who, str], **more: object) -> BrainRequest:
    made = tuple(
        Line(who, "" if who == "tool_call" else text, name=text, call_id="call_1")
        for who, text in lines
    )
    return BrainRequest(lines=made, **more)  # type: ignore[arg-type]  # aside and instructions only


def test_turns_come_in_order_and_then_no_more() -> None:
    first, second = turn("one"), turn("two")
    turns = ScriptedTurns([first, second])

    assert turns.next(asked()) is first
    assert turns.left == (second,)
    assert turns.next(asked()) is second
    assert turns.next(asked()) is None


def test_what_is_asked_aside_or_in_own_words_is_not_answered_by_the_script() -> None:
    turns = ScriptedTurns([turn("one")])

    assert turns.next(asked(aside=True)) is None
    assert turns.next(asked(instructions="Say exactly: ...")) is None
    assert len(turns.left) == 1


def test_a_turn_waits_for_the_callers_words_since_the_assistant_spoke() -> None:
    turns = ScriptedTurns([turn("leave the house", on="Smell GAS")])

    assert turns.next(asked(("caller", "I smell gas"), ("assistant", "Yes?"))) is None
    assert turns.next(asked(("assistant", "Yes?"), ("caller", "A tap drips."))) is None
    assert turns.next(asked(("assistant", "Yes?"), ("caller", "I smell gas."))) is not None


def test_a_turn_waits_for_a_tools_output() -> None:
    turns = ScriptedTurns([turn("booked", after="book_tour")])

    assert turns.next(asked(("tool_call", "book_tour"))) is None
    assert turns.next(asked(("tool_call", "other"), ("tool_output", "done"))) is None
    assert turns.next(asked(("tool_call", "book_tour"), ("tool_output", "done"))) is not None
