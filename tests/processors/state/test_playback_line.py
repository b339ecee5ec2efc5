"""What the ledger makes of a way back that is held up, and who clears the phone."""

from __future__ import annotations

import pytest

from processors.state.playback import PlaybackLedger

WAY = 0.04
"""Seconds to the phone and back."""


def playing() -> tuple[PlaybackLedger, list[str]]:
    """Two seconds in four pieces, the first of them heard; the names of the marks to come."""
    ledger = PlaybackLedger()
    marks = [ledger.audio_sent("item_1", 0, 500.0, 10.0 + piece / 100) for piece in range(4)]
    ledger.audio_ended("item_1", 0, 10.04)
    names = [mark for mark in marks if mark is not None]
    ledger.mark_received(names[0], 10.5 + WAY)
    return ledger, names[1:]


def test_a_mark_that_was_held_up_proves_what_was_played_when_it_was_due() -> None:
    ledger, marks = playing()

    ledger.mark_received(marks[0], 11.4, due=11.05)
    ledger.cut(11.4)
    for name in (*marks[1:], "1.5"):
        ledger.mark_received(name, 11.4 + WAY)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(1390, abs=1)


def test_a_mark_cannot_have_been_played_before_the_plan_allows() -> None:
    ledger, marks = playing()

    # Media stopped at 10.6, so the line tells nothing of what comes at 11.04, where it is due.
    ledger.mark_received(marks[0], 11.0 + WAY, due=10.61)
    ledger.cut(11.2)
    for name in (*marks[1:], "1.5"):
        ledger.mark_received(name, 11.2 + WAY)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(1200, abs=1)


def test_marks_that_a_clear_returned_are_due_no_sooner_than_the_clear_was_there() -> None:
    ledger, marks = playing()

    ledger.cut(10.8)
    for name in (*marks, "1.5"):  # the way back stalled when the clear had just been there
        ledger.mark_received(name, 11.5, due=10.6)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(800, abs=1)


def test_before_any_echo_only_the_line_knows() -> None:
    ledger = PlaybackLedger()
    name = ledger.audio_sent("item_1", 0, 500.0, 10.0)
    assert name is not None
    ledger.audio_sent("item_1", 0, 500.0, 10.0)

    ledger.mark_received(name, 11.0, due=10.54)
    ledger.cut(10.8)
    ledger.mark_received("1.2", 10.8 + WAY, due=10.8 + WAY)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(800, abs=1)


def test_a_cut_before_any_echo_is_not_older_than_itself() -> None:
    ledger = PlaybackLedger()
    name = ledger.audio_sent("item_1", 0, 500.0, 10.0)
    assert name is not None

    ledger.cut(10.2)
    ledger.mark_received(name, 10.2 + WAY, due=9.0)

    assert [cut.item_id for cut in ledger.take_truncations()] == ["item_1"]


def test_whoever_cuts_first_the_phone_is_cleared_once() -> None:
    ledger, _ = playing()

    assert ledger.cut(10.8)
    assert not ledger.cut(10.8)

    assert ledger.take_clear()
    assert not ledger.take_clear()


def test_nothing_is_cleared_where_nothing_was_queued() -> None:
    ledger = PlaybackLedger()

    ledger.cut(10.0)

    assert not ledger.take_clear()


def test_a_mark_that_was_on_its_way_when_the_clear_went_out_was_played() -> None:
    ledger = PlaybackLedger(mark_every_ms=1000.0)
    first = ledger.audio_sent("a", 0, 100.0, 0.0)
    ledger.audio_sent("a", 0, 900.0, 0.0)
    end = ledger.audio_ended("a", 0, 0.0)
    ledger.audio_sent("b", 0, 300.0, 0.0)
    assert first is not None
    assert end is not None
    ledger.mark_received(first, 0.3)

    ledger.cut(1.197)
    ledger.mark_received(end, 1.197)  # 3 ms early, as the way is uneven; no clear is that quick

    (cut,) = ledger.take_truncations()
    assert cut.item_id == "b"
    assert cut.audio_end_ms == pytest.approx(200, abs=5)
