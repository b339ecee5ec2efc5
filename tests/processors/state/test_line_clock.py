"""Marks that were held up with media are told from marks that came late of themselves."""

from __future__ import annotations

from random import Random

import pytest

from processors.state.line_clock import LineClock

WAY = 0.05


def media(line: LineClock, first: int, last: int, *, at: float | None = None) -> None:
    """Pieces of media by number, each 20 ms after the one before, or all at once."""
    for number in range(first, last):
        line.media_received(number * 20, 10.0 + number * 0.02 + WAY if at is None else at)


def test_on_an_even_line_a_mark_was_due_when_it_came() -> None:
    line = LineClock()
    media(line, 0, 10)

    assert line.due(10.243) == 10.243


def test_before_any_media_nothing_is_known() -> None:
    assert LineClock().due(3.0) == 3.0


def test_a_mark_that_was_held_up_with_media_was_due_when_that_was() -> None:
    line = LineClock()
    media(line, 0, 10)
    media(line, 10, 26, at=10.9)  # the last of them was due at 10.55

    assert line.due(10.9) == pytest.approx(10.56)


def test_after_the_stall_the_line_is_even_again() -> None:
    line = LineClock()
    media(line, 0, 10)
    media(line, 10, 26, at=10.57)
    media(line, 26, 27)

    assert line.due(10.575) == pytest.approx(10.575, abs=0.001)


def test_a_mark_that_overtook_no_media_was_held_up_even_if_the_media_before_was_not() -> None:
    line = LineClock()
    media(line, 0, 10)  # the last of them at 10.23; the next one is due at 10.25

    assert line.due(10.33) == pytest.approx(10.24)


@pytest.mark.parametrize(
    ("late", "due"), [(0.015, 0.015), (0.02, 0.02), (0.022, 0.019), (0.03, 0.015), (0.1, 0.01)]
)
def test_the_later_media_is_the_less_a_marks_own_arrival_counts(late: float, due: float) -> None:
    line = LineClock()
    line.media_received(0, 5.0)
    line.media_received(20, 5.02 + late)

    assert line.due(5.02 + late) == pytest.approx(5.02 + due, abs=0.001)


def test_a_way_that_has_changed_for_good_is_the_new_measure() -> None:
    line = LineClock()
    media(line, 0, 10)
    longer = 0.3

    for number in range(10, 10 + 510):
        line.media_received(number * 20, 10.0 + number * 0.02 + WAY + longer)
    now = 10.0 + 520 * 0.02 + WAY + longer

    assert line.due(now) == pytest.approx(now)


@pytest.mark.parametrize(("varies", "most"), [(0.0, 0.0), (0.005, 0.005), (0.02, 0.013)])
def test_on_an_uneven_line_marks_are_dated_better_than_they_come(
    varies: float, most: float
) -> None:
    random, line = Random(1), LineClock()
    leaves = [(number * 0.02, number) for number in range(3000)]
    leaves += [(random.uniform(1.0, 59.0), -1) for _ in range(3000)]
    off: list[float] = []
    arrives = 0.0

    for at, number in sorted(leaves):
        arrives = max(arrives, at + WAY + random.random() * varies)
        if number >= 0:
            line.media_received(number * 20, arrives)
        else:
            off.append(line.due(arrives) - at - WAY)

    assert max(map(abs, off)) <= most + 1e-9


def test_a_shorter_way_is_believed_at_once() -> None:
    line = LineClock()
    media(line, 0, 10)
    line.media_received(200, 10.2)
    line.media_received(220, 10.22 + WAY)

    assert line.due(10.22 + WAY) == pytest.approx(10.23)
