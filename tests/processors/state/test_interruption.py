"""Who may interrupt whom, and when."""

from __future__ import annotations

import pytest

from processors.state.interruption import Interruption, InterruptionPolicy
from processors.state.playback import Purpose

BY_SPEECH = Interruption("caller_speech")
BY_KEY = Interruption("caller_key")


def policy(*protected: Purpose, enabled: bool = True, min_speech_ms: int = 0) -> InterruptionPolicy:
    return InterruptionPolicy(
        enabled=enabled, min_speech_ms=min_speech_ms, protected=frozenset(protected)
    )


@pytest.mark.parametrize(
    ("playing", "responding", "protected", "interrupts"),
    [
        pytest.param(None, None, (), False, id="silence: the caller's turn just begins"),
        pytest.param("answer", None, (), True, id="the answer is made and still heard"),
        pytest.param(None, "answer", (), True, id="the answer is being made, nothing heard yet"),
        pytest.param("answer", "answer", (), True, id="the answer is made and heard"),
        pytest.param("greeting", None, ("greeting",), False, id="protected speech is heard"),
        pytest.param(None, "goodbye", ("goodbye",), False, id="protected speech is being made"),
        pytest.param(
            "disclosure",
            "greeting",
            ("disclosure",),
            False,
            id="protected speech is heard, other speech waits behind it",
        ),
        pytest.param(
            "answer",
            "goodbye",
            ("goodbye",),
            False,
            id="protected speech waits behind other speech: a cut would take both",
        ),
        pytest.param("answer", "answer", ("goodbye",), True, id="other speech is protected"),
    ],
)
def test_speech(
    playing: Purpose | None,
    responding: Purpose | None,
    protected: tuple[Purpose, ...],
    interrupts: bool,
) -> None:
    rules = policy(*protected)
    if responding is not None:
        rules.response_started(responding)

    assert (rules.speech_started(playing, 1.0) is not None) == interrupts


@pytest.mark.parametrize("playing", [None, "answer"])
def test_interruption_off_lets_nothing_interrupt(playing: Purpose | None) -> None:
    rules = policy(enabled=False)
    rules.response_started("answer")

    assert rules.speech_started(playing, 1.0) is None
    assert rules.key_pressed(playing) is None
    assert rules.deadline() is None
    assert not rules.by_server


def test_speech_interrupts_once() -> None:
    rules = policy()

    assert rules.speech_started("answer", 1.0) == BY_SPEECH
    assert rules.playback_changed("answer", 1.2) is None
    assert rules.timer_fired(1.3) is None
    assert rules.speech_started("answer", 2.0) == BY_SPEECH


def test_key_interrupts_like_speech() -> None:
    rules = policy("goodbye", min_speech_ms=500)

    assert rules.key_pressed("answer") == BY_KEY
    assert rules.key_pressed("goodbye") is None
    assert rules.key_pressed(None) is None


def test_speech_over_a_protected_item_interrupts_what_comes_after_it() -> None:
    rules = policy("disclosure")

    assert rules.speech_started("disclosure", 1.0) is None
    assert rules.playback_changed("greeting", 2.0) == BY_SPEECH


def test_speech_that_ended_before_does_not() -> None:
    rules = policy("disclosure")
    rules.speech_started("disclosure", 1.0)
    rules.speech_stopped(1.5)

    assert rules.playback_changed("greeting", 2.0) is None


def test_short_speech_does_not_interrupt_and_needs_no_answer() -> None:
    rules = policy(min_speech_ms=400)

    assert rules.speech_started("answer", 1.0) is None
    assert rules.deadline() == pytest.approx(1.4)
    assert rules.timer_fired(1.3) is None
    rules.speech_stopped(1.35)
    assert rules.deadline() is None
    assert rules.timer_fired(1.4) is None
    assert not rules.turn_committed(1.9)


def test_long_speech_interrupts_when_it_is_long_enough_and_is_answered() -> None:
    rules = policy(min_speech_ms=400)
    rules.speech_started("answer", 1.0)

    assert rules.timer_fired(1.4) == BY_SPEECH
    assert rules.deadline() is None
    rules.speech_stopped(1.6)
    assert rules.turn_committed(2.1)


def test_short_speech_in_silence_is_a_turn_like_any_other() -> None:
    rules = policy(min_speech_ms=400)
    rules.speech_started(None, 1.0)
    rules.speech_stopped(1.1)

    assert rules.deadline() is None
    assert rules.turn_committed(1.6)


def test_long_speech_that_could_not_interrupt_is_answered_all_the_same() -> None:
    rules = policy("greeting", min_speech_ms=400)
    rules.speech_started("greeting", 1.0)
    rules.speech_stopped(2.0)

    assert rules.turn_committed(2.5)


def test_speech_whose_end_was_not_told_counts_to_its_commit() -> None:
    rules = policy("greeting", min_speech_ms=400)
    rules.speech_started("greeting", 1.0)

    assert rules.turn_committed(1.5)


def test_turn_without_a_known_beginning_is_answered() -> None:
    assert policy(min_speech_ms=400).turn_committed(1.0)


@pytest.mark.parametrize("enabled", [True, False])
def test_turn_over_speech_that_nothing_may_interrupt_is_answered(enabled: bool) -> None:
    rules = policy("greeting", enabled=enabled)
    rules.speech_started("greeting", 1.0)
    rules.speech_stopped(1.1)

    assert rules.turn_committed(1.6)


def test_the_model_may_interrupt_by_itself_while_nothing_is_protected() -> None:
    rules = policy("greeting")
    assert rules.by_server

    rules.speech_requested("greeting")
    assert not rules.by_server
    rules.response_started("greeting")
    assert not rules.by_server
    rules.response_ended()
    rules.playback_changed("greeting", 1.0)
    assert not rules.by_server
    rules.playback_changed(None, 2.0)
    assert rules.by_server


def test_nothing_cuts_off_a_goodbye_that_is_still_to_come_and_no_turn_is_answered_after_it() -> (
    None
):
    rules = policy("goodbye")
    rules.response_started("answer")
    rules.end_requested()

    assert rules.speech_started("answer", 1.0) is None
    assert rules.key_pressed("answer") is None
    rules.speech_stopped(2.0)
    assert not rules.turn_committed(2.5)


def test_caller_who_cuts_off_an_unprotected_goodbye_is_answered_again() -> None:
    rules = policy()
    rules.end_requested()
    rules.response_started("goodbye")

    assert rules.speech_started("goodbye", 1.0) == BY_SPEECH
    rules.speech_stopped(2.0)
    assert rules.turn_committed(2.5)


def test_key_that_cuts_off_an_unprotected_goodbye_lets_the_call_go_on() -> None:
    rules = policy()
    rules.end_requested()
    rules.response_started("goodbye")

    assert rules.key_pressed("goodbye") == BY_KEY
    assert rules.turn_committed(2.5)


def test_short_answer_to_a_question_that_was_just_ending_is_answered() -> None:
    rules = policy(min_speech_ms=400)
    rules.speech_started("answer", 1.0)
    rules.speech_stopped(1.2)
    rules.playback_changed(None, 1.3)

    assert rules.turn_committed(1.7)


def test_unprotected_speech_changes_nothing_for_the_model() -> None:
    rules = policy("goodbye")
    rules.speech_requested("answer")
    rules.response_started("answer")
    rules.playback_changed("answer", 1.0)

    assert rules.by_server


def test_the_model_never_interrupts_by_itself_where_speech_must_last() -> None:
    assert not policy(min_speech_ms=200).by_server
