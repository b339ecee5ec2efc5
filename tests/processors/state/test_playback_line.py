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


@pytest.mark.parametrize("stall", [0.3, 1.0, 5.0])
def test_a_way_back_that_stalls_is_told_from_a_way_there_that_does(stall: float) -> None:
    back, marks = playing()
    back.cut(10.8)
    back.mark_received(marks[0], 11.0 + stall, due=10.83)  # its time, and before it media, too

    there, same = playing()
    there.cut(10.8)
    for name in (*same, "1.5"):  # media came all the while, and nothing else
        there.mark_received(name, 10.8 + WAY + stall, due=10.8 + WAY + stall)

    for name in (*marks[1:], "1.5"):
        back.mark_received(name, 11.0 + stall, due=10.8 + WAY)
    assert [cut.audio_end_ms for cut in back.take_truncations()] == [pytest.approx(800, abs=1)]
    assert [cut.audio_end_ms for cut in there.take_truncations()] == [500]


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


def test_what_comes_back_while_the_clear_could_not_leave_was_played() -> None:
    ledger, marks = playing()
    end = "1.5"

    ledger.cut(10.8)
    ledger.clear_waits()
    ledger.mark_received(marks[0], 11.9)  # late, as the way there had stalled
    ledger.clear_left(12.1)
    for name in (*marks[1:], end):
        ledger.mark_received(name, 12.1 + WAY)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(1240, abs=1)


def test_a_clear_that_left_at_once_is_not_late() -> None:
    ledger, marks = playing()

    ledger.clear_waits()  # nothing is cut
    ledger.cut(10.8)
    ledger.clear_left(12.1)  # another one
    for name in (*marks, "1.5"):
        ledger.mark_received(name, 10.8 + WAY)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(800, abs=1)


def test_audio_that_follows_a_clear_is_not_heard_before_it() -> None:
    ledger, marks = playing()

    ledger.cut(10.8)
    first = ledger.audio_sent("item_2", 0, 150.0, 10.85)
    end = ledger.audio_ended("item_2", 0, 10.85)
    assert first is not None
    assert end is not None
    ledger.cut(10.9)
    for name in (*marks, "1.5", first, end):  # all was held up, and came at once
        ledger.mark_received(name, 11.5)

    heard = {cut.item_id: cut.audio_end_ms for cut in ledger.take_truncations()}
    assert heard["item_2"] == 0


def test_a_mark_that_was_due_before_the_cut_was_played() -> None:
    ledger, marks = playing()

    ledger.cut(11.2)
    ledger.mark_received(marks[0], 11.24, due=11.04, sure=True)  # held up, with the clear's
    for name in (*marks[1:], "1.5"):
        ledger.mark_received(name, 11.24)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(1200, abs=1)


def test_one_mark_that_the_clear_returned_is_enough_if_the_others_are_lost() -> None:
    ledger, marks = playing()

    ledger.cut(10.8)
    ledger.mark_received(marks[1], 10.8 + WAY)
    ledger.timer_fired(13.8)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(800, abs=1)


def test_no_clear_is_back_sooner_than_its_way_takes() -> None:
    ledger, marks = playing()
    ledger.cut(10.8)
    for name in (*marks, "1.5"):
        ledger.mark_received(name, 10.8 + 3 * WAY)  # slow, but not too slow for an echo's way

    first = ledger.audio_sent("item_2", 0, 500.0, 20.0)
    assert first is not None
    last = ledger.audio_ended("item_2", 0, 20.0)
    assert last is not None
    ledger.cut(20.5 + WAY)
    ledger.mark_received(first, 20.5 + WAY)  # nothing of them dates them: they come late, at once
    ledger.mark_received(last, 20.5 + WAY)

    heard = {cut.item_id: cut.audio_end_ms for cut in ledger.take_truncations()}
    assert "item_2" not in heard


@pytest.mark.parametrize(("waits", "told"), [(True, [1000]), (False, [500])])
def test_the_last_mark_was_played_if_the_clear_had_not_left(waits: bool, told: list[int]) -> None:
    ledger, marks = playing()
    for name in marks[:2]:
        ledger.mark_received(name, 11.0 + WAY if name == marks[0] else 11.5 + WAY)
    ledger.mark_received(marks[2], 12.0 + WAY)
    first = ledger.audio_sent("item_2", 0, 500.0, 20.0)
    ledger.audio_sent("item_2", 0, 500.0, 20.0)
    assert first is not None
    ledger.mark_received(first, 20.5 + WAY)

    ledger.cut(20.8)
    if waits:
        ledger.clear_waits()
    ledger.mark_received("1.7", 21.6)  # late: its audio was held up, or the clear returned it
    ledger.settle()

    assert [cut.audio_end_ms for cut in ledger.take_truncations()] == told
