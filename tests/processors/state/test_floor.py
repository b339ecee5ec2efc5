"""Since when nobody has the floor."""

from __future__ import annotations

from processors.state.floor import ANSWER_WAIT, SPEECH_LIMIT, Floor


def test_nobody_waits_before_there_is_a_model() -> None:
    floor = Floor()
    assert floor.free_from is None

    floor.opened(3.0)

    assert floor.free_from == 3.0


def test_assistant_has_it_until_the_last_was_heard() -> None:
    floor = Floor()
    floor.response_started()
    assert not floor.playback_changed(idle=False, now=1.0)
    floor.response_ended(2.0)
    assert floor.free_from is None

    assert floor.playback_changed(idle=True, now=6.5)

    assert floor.free_from == 6.5
    assert not floor.playback_changed(idle=True, now=9.0)
    assert floor.free_from == 6.5


def test_answer_has_a_while_to_begin() -> None:
    floor = Floor()
    floor.caller_started(1.0)
    floor.caller_stopped(2.0)
    assert floor.free_from == 2.0

    floor.turn_committed(2.1)
    assert floor.free_from == 2.1 + ANSWER_WAIT
    floor.response_started()
    assert floor.free_from is None
    floor.response_ended(3.0)

    assert floor.free_from == 3.0


def test_turn_that_the_assistant_talks_over_is_not_waited_for() -> None:
    floor = Floor()
    floor.playback_changed(idle=False, now=0.0)
    floor.caller_started(1.0)
    floor.turn_committed(1.5)
    assert floor.free_from is None

    floor.playback_changed(idle=True, now=2.0)

    assert floor.free_from == 2.0


def test_speech_that_never_ends_is_noise() -> None:
    floor = Floor()
    floor.caller_started(10.0)

    assert floor.free_from == 10.0 + SPEECH_LIMIT
