"""When a silent caller is asked if they are there, and when they are given up."""

from __future__ import annotations

import pytest

from processors.state.silence import ROOM, WORDS_WAIT, Pause, SilencePolicy, SilenceStep, SpeakUp

FIRST = SpeakUp("Are you there?", 1)
SECOND = SpeakUp("Hello?", 2)
LAST = SpeakUp("Goodbye.", 3, gives_up=True)


def policy() -> SilencePolicy:
    """One that asks after 8 s, after 5 more, and gives up after 10; a moment lasts 30 s."""
    return SilencePolicy(
        [SilenceStep(8.0, "Are you there?"), SilenceStep(5.0, "Hello?")],
        SilenceStep(10.0, "Goodbye."),
        wait=30.0,
    )


def heard_at(now: float) -> SilencePolicy:
    """One whose caller has heard the last word of an answer."""
    found = policy()
    assistant_speaks(found, now - 2.0, now)
    return found


def assistant_speaks(found: SilencePolicy, since: float, until: float) -> None:
    """A response begins, is spoken, and was heard."""
    found.assistant_began()
    found.floor_changed(None, since)
    found.assistant_heard()
    found.floor_changed(until, until)


def caller_speaks(
    found: SilencePolicy, since: float, until: float, item_id: str, words: bool | None = True
) -> None:
    """A turn of the caller's, and what is known of it; None: nobody wrote it down."""
    found.caller_sounded()
    found.floor_changed(None, since)
    found.turn_committed(item_id, until - since, until)
    found.floor_changed(until + 6.0, until)
    if words is None:
        found.caller_not_understood(item_id)
    else:
        found.caller_said(item_id, words=words)


def test_each_step_has_a_time_of_its_own_from_what_was_heard_last() -> None:
    silent = heard_at(10.0)

    assert silent.deadline() == 18.0
    assert silent.timer_fired(17.9) is None
    assert silent.timer_fired(18.0) == FIRST
    assistant_speaks(silent, 18.2, 19.5)
    assert silent.deadline() == 24.5
    assert silent.timer_fired(24.5) == SECOND
    assistant_speaks(silent, 24.6, 26.0)
    assert silent.deadline() == 36.0
    assert silent.timer_fired(36.0) == LAST
    assert silent.deadline() is None
    assert silent.timer_fired(99.0) is None


def test_nothing_is_counted_while_somebody_has_the_floor() -> None:
    talking = policy()
    assert talking.deadline() is None

    talking.floor_changed(5.0, 5.0)
    talking.floor_changed(None, 12.0)

    assert talking.deadline() is None
    assert talking.timer_fired(100.0) is None


def test_words_begin_everything_anew() -> None:
    asked = heard_at(10.0)
    asked.timer_fired(18.0)
    assistant_speaks(asked, 18.2, 19.5)

    caller_speaks(asked, 21.0, 22.0, "yes")
    assistant_speaks(asked, 22.5, 25.0)

    assert asked.deadline() == 33.0
    assert asked.timer_fired(33.0) == FIRST


def test_key_is_as_good_as_a_word() -> None:
    asked = heard_at(10.0)
    asked.timer_fired(18.0)
    assistant_speaks(asked, 18.2, 20.0)

    asked.key_pressed()

    assert asked.deadline() == 28.0
    assert asked.timer_fired(28.0) == FIRST


def test_noise_only_stops_the_count_while_it_lasts() -> None:
    breathing = heard_at(10.0)
    breathing.caller_sounded()
    breathing.floor_changed(None, 13.0)
    breathing.floor_changed(13.4, 13.4)

    assert breathing.deadline() == pytest.approx(18.4)


def test_noise_that_became_a_turn_does_not_begin_the_count_anew() -> None:
    breathing = heard_at(10.0)  # silent for 3 s, a breath, an answer to it
    caller_speaks(breathing, 13.0, 13.4, "breath", words=False)
    assistant_speaks(breathing, 14.0, 16.0)

    assert breathing.deadline() == pytest.approx(16.0 + 5.0)


def test_endless_noise_is_given_up() -> None:
    noisy = heard_at(0.0)
    now, spoken = 0.0, []
    for number in range(100):
        due = noisy.deadline()
        if due is not None and due <= now + 2.0:
            spoken.append(noisy.timer_fired(due))
            now = due
            assistant_speaks(noisy, now, now + 1.0)
            now += 1.0
        caller_speaks(noisy, now + 2.0, now + 2.3, f"cough{number}", words=False)
        assistant_speaks(noisy, now + 2.5, now + 4.0)
        now += 4.0

    assert [one.number for one in spoken if one is not None] == [1, 2, 3]
    assert noisy.deadline() is None


def test_caller_has_room_to_speak_after_an_answer_to_noise() -> None:
    breathing = heard_at(10.0)
    caller_speaks(breathing, 17.5, 17.9, "breath", words=False)
    assistant_speaks(breathing, 18.0, 20.0)

    assert breathing.deadline() == 20.0 + ROOM


def test_words_that_come_late_count_from_what_was_heard() -> None:
    slow = heard_at(10.0)
    slow.caller_sounded()
    slow.floor_changed(None, 16.0)
    slow.turn_committed("said", 1.0, 17.0)
    slow.floor_changed(23.0, 17.0)
    assistant_speaks(slow, 18.0, 20.0)
    assert slow.deadline() == 23.0

    slow.caller_said("said")

    assert slow.deadline() == 28.0


def test_short_sounds_that_nobody_writes_down_are_believed_three_times() -> None:
    unwritten = heard_at(10.0)
    now = 10.0
    for number in range(3):
        caller_speaks(unwritten, now + 2.0, now + 2.8, f"t{number}", words=None)
        assistant_speaks(unwritten, now + 3.0, now + 5.0)
        now += 5.0
        assert unwritten.deadline() == now + 8.0

    caller_speaks(unwritten, now + 2.0, now + 2.8, "t4", words=None)
    assistant_speaks(unwritten, now + 3.0, now + 5.0)
    assert unwritten.deadline() == pytest.approx(now + 5.0 + 8.0 - 2.0)

    caller_speaks(unwritten, now + 6.0, now + 8.0, "long", words=None)
    assistant_speaks(unwritten, now + 9.0, now + 11.0)
    assert unwritten.deadline() == now + 19.0


def test_words_that_never_come_are_not_waited_for() -> None:
    waiting = heard_at(0.0)
    waiting.floor_changed(None, 1.0)
    waiting.turn_committed("lost", 2.0, 3.0)
    waiting.floor_changed(9.0, 3.0)
    waiting.floor_changed(9.1, 9.1)
    due = waiting.deadline()
    assert due is not None

    assert waiting.timer_fired(max(due, 3.0 + WORDS_WAIT)) is None  # it counts as speech
    assert waiting.deadline() == pytest.approx(9.1 + 8.0)


def test_caller_who_is_quicker_than_the_question_was_not_asked() -> None:
    quick = heard_at(10.0)
    quick.timer_fired(18.0)
    caller_speaks(quick, 18.05, 18.3, "cough", words=False)
    assistant_speaks(quick, 19.0, 20.0)

    due = quick.deadline()

    assert due is not None
    assert quick.timer_fired(due) == FIRST


@pytest.mark.parametrize("pause", ["tool", "transfer", "model"])
def test_nothing_is_counted_while_somebody_else_is_waited_for(pause: Pause) -> None:
    waiting = heard_at(10.0)
    waiting.paused(pause, "one")
    waiting.paused(pause, "two")
    waiting.resumed(pause, 20.0, "one")
    assert waiting.deadline() is None

    waiting.resumed(pause, 40.0, "two")
    waiting.resumed(pause, 41.0, "never begun")

    assert waiting.deadline() == 48.0


def test_caller_who_asked_for_a_moment_gets_it() -> None:
    waiting = heard_at(10.0)
    caller_speaks(waiting, 12.0, 13.0, "moment")
    waiting.wait_requested(14.0)
    assert waiting.deadline() == 44.0

    caller_speaks(waiting, 20.0, 20.3, "rustle", words=False)
    assistant_speaks(waiting, 21.0, 22.0)
    assert waiting.deadline() == 44.0

    assert waiting.timer_fired(44.0) == FIRST
    assistant_speaks(waiting, 44.1, 45.0)
    assert waiting.deadline() == 50.0


def test_words_end_the_wait_but_not_those_that_asked_for_it() -> None:
    waiting = heard_at(10.0)
    waiting.floor_changed(None, 11.0)
    waiting.turn_committed("moment", 1.0, 12.0)
    waiting.floor_changed(18.0, 12.0)
    waiting.wait_requested(13.0)

    waiting.caller_said("moment")
    assert waiting.deadline() == 43.0

    caller_speaks(waiting, 20.0, 21.0, "back")
    assistant_speaks(waiting, 22.0, 23.0)
    assert waiting.deadline() == 31.0


def test_call_that_is_being_ended_is_left_alone_unless_the_caller_cuts_in() -> None:
    ending = heard_at(10.0)
    ending.end_requested()
    assert ending.deadline() is None

    ending.interrupted(14.0)

    assert ending.deadline() == 22.0


def test_words_that_may_still_come_are_waited_for() -> None:
    waiting = heard_at(0.0)
    waiting.floor_changed(None, 5.0)
    waiting.turn_committed("slow", 2.0, 7.0)
    waiting.floor_changed(7.0, 7.0)

    assert waiting.timer_fired(10.0) == FIRST  # silent for long enough all the same
