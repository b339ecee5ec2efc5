"""When the call is ended for good."""

from __future__ import annotations

import pytest

from processors.state.hangup import HangupState, HangupWatch


def watch(state: HangupState) -> HangupWatch:
    """One that has come so far, at 10.0."""
    found = HangupWatch(goodbye_timeout=8.0, playback_timeout=5.0, farewell_timeout=4.0)
    if state is HangupState.TALKING:
        return found
    if state is HangupState.FAREWELL_HEARD:
        found.farewell_heard(10.0)
        return found
    found.end_requested(9.0)
    if state is HangupState.WAITING_FOR_GOODBYE:
        return found
    found.goodbye_started(10.0)
    if state is HangupState.GOODBYE_STARTED:
        return found
    if state is HangupState.HANGING_UP:
        assert found.goodbye_ended(10.0, queued_ms=0.0)
        return found
    assert not found.goodbye_ended(10.0, queued_ms=2000.0)
    return found


@pytest.mark.parametrize("state", list(HangupState))
def test_states_are_reached(state: HangupState) -> None:
    assert watch(state).state is state


@pytest.mark.parametrize(
    ("state", "deadline"),
    [
        (HangupState.TALKING, None),
        (HangupState.FAREWELL_HEARD, 14.0),
        (HangupState.WAITING_FOR_GOODBYE, 17.0),
        (HangupState.GOODBYE_STARTED, 18.0),
        (HangupState.GOODBYE_PLAYING, 17.0),
        (HangupState.HANGING_UP, None),
    ],
)
def test_call_ends_when_nothing_goes_on(state: HangupState, deadline: float | None) -> None:
    waiting = watch(state)

    assert waiting.deadline() == deadline
    if deadline is None:
        assert not waiting.timer_fired(100.0)
    else:
        assert not waiting.timer_fired(deadline - 0.1)
        assert waiting.timer_fired(deadline)
        assert waiting.state is HangupState.HANGING_UP
        assert not waiting.timer_fired(deadline)


def test_call_ends_when_the_last_of_the_goodbye_was_heard() -> None:
    playing = watch(HangupState.GOODBYE_PLAYING)

    assert not playing.goodbye_heard(anything_queued=True)
    assert playing.goodbye_heard(anything_queued=False)
    assert not playing.goodbye_heard(anything_queued=False)


def test_goodbye_that_failed_is_waited_for_again_but_no_longer() -> None:
    waiting = watch(HangupState.GOODBYE_STARTED)
    deadline = waiting.deadline()

    waiting.goodbye_failed()

    assert waiting.goodbye_is_due
    assert waiting.state is HangupState.WAITING_FOR_GOODBYE
    assert waiting.deadline() == deadline


def test_speech_that_failed_is_no_goodbye() -> None:
    talking = watch(HangupState.TALKING)

    talking.goodbye_failed()

    assert talking.state is HangupState.TALKING
    assert not talking.goodbye_is_due


def test_goodbye_that_is_still_being_made_is_not_over_when_its_first_item_was_heard() -> None:
    making = watch(HangupState.GOODBYE_STARTED)

    assert not making.goodbye_heard(anything_queued=False)
    assert making.goodbye_ended(11.0, queued_ms=0.0)


@pytest.mark.parametrize("state", [HangupState.TALKING, HangupState.WAITING_FOR_GOODBYE])
def test_other_speech_ends_no_call(state: HangupState) -> None:
    waiting = watch(state)

    assert not waiting.goodbye_heard(anything_queued=False)
    assert not waiting.goodbye_ended(10.0, queued_ms=0.0)
    assert waiting.state is state


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (HangupState.TALKING, HangupState.TALKING),
        (HangupState.FAREWELL_HEARD, HangupState.TALKING),
        (HangupState.WAITING_FOR_GOODBYE, HangupState.TALKING),
        (HangupState.GOODBYE_STARTED, HangupState.TALKING),
        (HangupState.GOODBYE_PLAYING, HangupState.TALKING),
        (HangupState.HANGING_UP, HangupState.HANGING_UP),
    ],
)
def test_caller_who_cuts_in_is_not_done(state: HangupState, after: HangupState) -> None:
    interrupted = watch(state)

    interrupted.interrupted()

    assert interrupted.state is after
    assert interrupted.deadline() is None


@pytest.mark.parametrize(
    "state",
    [HangupState.GOODBYE_STARTED, HangupState.GOODBYE_PLAYING, HangupState.HANGING_UP],
)
def test_wish_to_end_is_heard_once(state: HangupState) -> None:
    going = watch(state)
    deadline = going.deadline()

    going.end_requested(50.0)
    going.goodbye_started(50.0)

    assert (going.state, going.deadline()) == (state, deadline)


def test_goodbye_without_a_wish_to_end_is_just_speech() -> None:
    talking = watch(HangupState.TALKING)

    talking.goodbye_started(1.0)

    assert talking.state is HangupState.TALKING


def test_who_goes_on_after_a_goodbye_did_not_mean_it() -> None:
    parting = watch(HangupState.FAREWELL_HEARD)

    parting.went_on()

    assert (parting.state, parting.deadline()) == (HangupState.TALKING, None)


def test_goodbye_that_was_heard_can_still_be_followed_by_the_wish_to_end() -> None:
    parting = watch(HangupState.FAREWELL_HEARD)

    parting.end_requested(11.0)

    assert (parting.state, parting.deadline()) == (HangupState.WAITING_FOR_GOODBYE, 19.0)


def test_goodbye_ends_no_call_where_only_the_caller_may() -> None:
    talking = HangupWatch(farewell_timeout=None)

    talking.farewell_heard(1.0)
    talking.went_on()

    assert talking.deadline() is None
