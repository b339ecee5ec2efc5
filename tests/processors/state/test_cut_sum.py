"""How a truncation's sum is told: each term is a figure that the log has, too."""

from __future__ import annotations

import re

import pytest

from processors.state.measured import Measured
from processors.state.playback import PlaybackLedger

ROUND_TRIP = 0.08


def spoken(ledger: PlaybackLedger, *items: tuple[str, float]) -> list[tuple[str, float]]:
    """Send items at second 0 in pieces of 100 ms; their marks, and when each echo is due."""
    marks: list[tuple[str, float]] = []
    sent_ms = 0.0
    for item_id, duration_ms in items:
        for _ in range(round(duration_ms / 100)):
            mark = ledger.audio_sent(item_id, 0, 100.0, 0.0)
            sent_ms += 100.0
            if mark is not None:
                marks.append((mark, sent_ms / 1000 + ROUND_TRIP))
        ended = ledger.audio_ended(item_id, 0, 0.0)
        if ended is not None:
            marks.append((ended, sent_ms / 1000 + ROUND_TRIP))
    return marks


def cut_at(at: float, *items: tuple[str, float]) -> dict[str, str]:
    """Cut at an instant at which the phone has played on until then; each item's sum."""
    ledger = PlaybackLedger()
    marks = spoken(ledger, *items)
    for name, due in marks:
        if due <= at:
            ledger.mark_received(name, due)
    ledger.cut(at)
    for name, due in marks:
        if due > at:
            ledger.mark_received(name, min(due, at + ROUND_TRIP))
    return {cut.item_id: cut.sum for cut in ledger.take_truncations()}


def test_a_sum_goes_from_the_last_mark_to_the_clear() -> None:
    sums = cut_at(0.55, ("a", 1000))

    assert sums == {
        "a": "550 = 500 (last mark heard) + 50 (-30 to the clear, 80 there and back, measured)"
    }


def test_a_later_item_is_counted_from_where_it_begins() -> None:
    sums = cut_at(1.25, ("a", 1000), ("b", 1000), ("c", 500))

    assert sums["b"] == (
        "250 = 1250 - 1000 (it begins); "
        "1250 = 1200 (last mark heard) + 50 (-30 to the clear, 80 there and back, measured)"
    )
    assert sums["c"].startswith("0: it begins at 2000, heard was 1250 = 1200")


def test_without_echoes_there_is_only_the_plan() -> None:
    ledger = PlaybackLedger()
    spoken(ledger, ("a", 1000))
    ledger.cut(0.3)
    ledger.settle()

    (cut,) = ledger.take_truncations()

    assert cut.sum == "300 by what was sent when, as no mark came back"


@pytest.mark.parametrize("at", [0.31, 0.9, 1.44])
def test_the_terms_of_a_sum_add_up(at: float) -> None:
    for text in cut_at(at, ("a", 800), ("b", 800)).values():
        for total, terms in re.findall(r"(\d+) = (\d+(?: \([^)]*\))? [+-] \d+)", text):
            figures = re.findall(r"(?:^|[+-] )\d+", re.sub(r" \([^)]*\)", "", terms))
            assert sum(int(figure.replace(" ", "")) for figure in figures) == int(total)


def test_a_phone_that_had_run_dry_is_said_to_have() -> None:
    measured = Measured(450.0, 400.0, 10.0, 80.0, "gap")

    assert measured.sum() == "450 after the mark at 400, before audio that came too late"


@pytest.mark.parametrize("early", [0.0, 0.02, 0.05, 0.1, 0.15])
@pytest.mark.parametrize("trip", [0.001, 0.08])
def test_marks_that_are_dated_before_the_cut_were_not_all_played(trip: float, early: float) -> None:
    """The phone's own media may stall; marks that are dated by it then seem to be older."""
    ledger = PlaybackLedger()
    marks = spoken(ledger, ("a", 6000))
    for name, due in marks:
        if due <= 1.69:
            ledger.mark_received(name, due - ROUND_TRIP + trip, due - ROUND_TRIP + trip, sure=True)
    ledger.cut(1.69)
    for name, due in marks:
        if due > 1.69:
            ledger.mark_received(name, 1.69 + trip, 1.69 + trip - early, sure=True)

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == pytest.approx(1690, abs=25 + trip * 1000)
