"""Calls that last too long."""

from __future__ import annotations

from processors.state.duration import LAST_WORDS, DurationLimit


def test_call_is_warned_and_then_ended() -> None:
    limit = DurationLimit(100.0, 600.0, 60.0)

    assert limit.deadline() == 640.0
    assert limit.timer_fired(639.9) is None
    assert limit.timer_fired(640.0) == "warn"
    assert limit.deadline() == 700.0
    assert limit.timer_fired(700.0) == "end"
    assert limit.deadline() is None
    assert limit.timer_fired(900.0) is None


def test_call_without_a_limit_goes_on() -> None:
    limit = DurationLimit(0.0, None, 60.0)
    limit.interrupted(5.0)

    assert limit.deadline() is None
    assert limit.timer_fired(1e9) is None


def test_call_without_a_warning_is_just_ended() -> None:
    limit = DurationLimit(0.0, 30.0)

    assert limit.deadline() == 30.0
    assert limit.timer_fired(31.0) == "end"


def test_warning_that_came_too_late_is_left_out() -> None:
    limit = DurationLimit(0.0, 30.0, 10.0)
    limit.held(held=True)
    assert limit.deadline() is None
    limit.held(held=False)

    assert limit.timer_fired(35.0) == "end"


def test_caller_who_talks_into_the_end_is_told_once_more() -> None:
    limit = DurationLimit(0.0, 30.0)
    limit.timer_fired(30.0)

    limit.interrupted(33.0)

    assert limit.deadline() == 33.0 + LAST_WORDS
    assert limit.timer_fired(33.0 + LAST_WORDS) == "end"
