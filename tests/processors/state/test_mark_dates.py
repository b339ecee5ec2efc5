"""A mark is dated at once where media is on time, and waits for the next media where it is not."""

from __future__ import annotations

import pytest

from processors.state.mark_dates import DatedMark, MarkDates

WAY = 0.05


def flowing() -> MarkDates:
    """Ten pieces of media came, the last of them at 10.23; the next one is due at 10.25."""
    dates = MarkDates()
    for number in range(10):
        assert dates.media_received(number * 20, 10.0 + number * 0.02 + WAY) == []
    return dates


def test_on_an_even_line_a_mark_was_due_when_it_came() -> None:
    dates = flowing()

    assert dates.mark_received("a", 10.24) == [DatedMark("a", 10.24)]
    assert dates.deadline() is None


def test_a_mark_that_comes_when_media_is_overdue_waits_for_it() -> None:
    dates = flowing()

    assert dates.mark_received("a", 10.9) == []
    assert dates.mark_received("b", 10.9) == []
    dated = dates.media_received(200, 10.9)  # the line was held up: it left with this media

    assert [mark.name for mark in dated] == ["a", "b"]
    assert [mark.due for mark in dated] == [pytest.approx(10.24)] * 2
    assert all(mark.sure for mark in dated)
    assert dates.deadline() is None


def test_where_media_is_missed_the_phone_sends_none_and_the_mark_left_just_now() -> None:
    dates = flowing()

    assert dates.mark_received("a", 10.9) == []
    deadline = dates.deadline()
    assert deadline is not None
    assert deadline == pytest.approx(10.9205)
    assert dates.timer_fired(10.91) == []
    assert dates.timer_fired(deadline) == [DatedMark("a", 10.9)]
    assert dates.timer_fired(11.0) == []


def test_a_mark_waits_behind_one_that_waits() -> None:
    dates = flowing()

    dates.mark_received("a", 10.26)
    assert dates.mark_received("b", 10.27) == []
    dates.timer_fired(10.29)

    assert dates.mark_received("c", 10.24) != []


@pytest.mark.parametrize(("timestamp_ms", "due"), [(860, 10.9), (640, 10.68), (300, 10.34)])
def test_nothing_is_sure_of_a_mark_that_came_while_the_phone_sent_no_media(
    timestamp_ms: int, due: float
) -> None:
    dates = flowing()

    dates.mark_received("a", 10.9)
    (mark,) = dates.media_received(timestamp_ms, 10.91)  # at last; how late, it tells itself

    assert mark.due == pytest.approx(due)
    assert not mark.sure
