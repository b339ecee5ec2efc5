"""When something is said because a function takes long."""

from __future__ import annotations

from processors.state.filler import FillerPolicy

WORDS = ("One moment.", "Let me see.")


def waiting(free_from: float | None = 0.0) -> FillerPolicy:
    """A function runs since 10.0."""
    found = FillerPolicy(1.5, WORDS)
    found.floor_changed(free_from)
    found.tool_started("call", "", 10.0)
    return found


def test_something_is_said_after_a_while_and_once() -> None:
    slow = waiting()

    assert slow.deadline() == 11.5
    assert slow.timer_fired(11.4) is None
    assert slow.timer_fired(11.5) == "One moment."
    assert slow.deadline() is None
    slow.tool_started("another", "", 12.0)
    assert slow.deadline() is None


def test_next_time_other_words_are_said() -> None:
    slow = waiting()
    slow.timer_fired(11.5)
    slow.tool_ended("call")
    slow.tool_started("next", "", 20.0)

    assert slow.timer_fired(21.5) == "Let me see."


def test_function_that_is_quick_needs_no_filler() -> None:
    quick = waiting()
    quick.tool_ended("call")
    quick.tool_ended("unknown")

    assert quick.deadline() is None


def test_it_waits_while_somebody_speaks_and_counts_from_then() -> None:
    talking = waiting(None)
    assert talking.deadline() is None

    talking.floor_changed(14.0)

    assert talking.deadline() == 15.5


def test_function_has_words_of_its_own() -> None:
    slow = FillerPolicy(1.0, WORDS)
    slow.floor_changed(0.0)
    slow.tool_started("plain", "", 1.0)
    slow.tool_started("own", "I'm looking at the calendar.", 1.5)

    assert slow.timer_fired(2.0) == "I'm looking at the calendar."


def test_nothing_is_said_into_the_end_of_a_call() -> None:
    ending = waiting()
    ending.silenced(silenced=True)
    assert ending.timer_fired(20.0) is None

    ending.silenced(silenced=False)

    assert ending.timer_fired(20.0) == "One moment."
