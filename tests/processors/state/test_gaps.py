"""Literal times: media_received(timestamp_ms, duration_ms, now)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.state.gaps import GapFiller

FRAME_MS = 20


def filler_after(*timestamps_ms: int, max_gap_ms: int = 10_000) -> GapFiller:
    gaps = GapFiller(max_gap_ms=max_gap_ms)
    for timestamp_ms in timestamps_ms:
        gaps.media_received(timestamp_ms, FRAME_MS, now=timestamp_ms / 1000)
    return gaps


def test_steady_audio_needs_nothing() -> None:
    gaps = GapFiller()

    filled = [gaps.media_received(20 * n, FRAME_MS, now=0.02 * n) for n in range(50)]

    assert filled == [0] * 50


def test_a_stream_may_begin_anywhere() -> None:
    assert GapFiller().media_received(4711, FRAME_MS, now=1.0) == 0


@pytest.mark.parametrize("lost_ms", [20, 40, 300, 9999])
def test_missing_time_is_filled_exactly(lost_ms: int) -> None:
    gaps = filler_after(0)

    assert gaps.media_received(20 + lost_ms, FRAME_MS, now=1.0) == lost_ms


def test_after_a_hole_audio_goes_on_as_before() -> None:
    gaps = filler_after(0, 520)

    assert gaps.media_received(540, FRAME_MS, now=1.0) == 0


def test_jitter_of_timestamps_is_no_hole() -> None:
    gaps = filler_after(0)

    filled = [gaps.media_received(t, FRAME_MS, now=1.0) for t in (35, 41, 79, 80, 119)]

    assert filled == [0, 0, 0, 0, 0]


def test_small_losses_add_up() -> None:
    gaps = filler_after(0)

    # Each timestamp is 30 ms on, each message holds 20 ms: 10 ms are lost each time.
    filled = [gaps.media_received(30 * n, FRAME_MS, now=1.0) for n in (1, 2, 3, 4)]

    assert filled == [0, 20, 0, 20]


def test_a_hole_is_filled_up_to_the_limit() -> None:
    gaps = filler_after(0, max_gap_ms=10_000)

    assert gaps.media_received(60_000, FRAME_MS, now=60.0) == 10_000
    assert gaps.media_received(60_020, FRAME_MS, now=60.02) == 0


@pytest.mark.parametrize("timestamp_ms", [980, 500, 0])
def test_a_clock_set_back_begins_a_new_time_line(timestamp_ms: int) -> None:
    gaps = filler_after(1000)

    assert gaps.media_received(timestamp_ms, FRAME_MS, now=1.0) == 0
    assert gaps.media_received(timestamp_ms + 20, FRAME_MS, now=1.02) == 0
    assert gaps.media_received(timestamp_ms + 140, FRAME_MS, now=1.14) == 100


def test_duration_comes_from_the_audio_not_from_a_rule() -> None:
    gaps = GapFiller()
    gaps.media_received(0, 200, now=0.2)

    assert gaps.media_received(200, 200, now=0.4) == 0
    assert gaps.media_received(500, 200, now=0.7) == 100


def test_switched_off_it_fills_nothing() -> None:
    gaps = GapFiller(enabled=False)
    gaps.media_received(0, FRAME_MS, now=0.0)
    gaps.caller_started()

    assert gaps.media_received(5000, FRAME_MS, now=5.0) == 0
    assert gaps.deadline() is None
    assert gaps.timer_fired(now=9.0) == 0


def test_silence_of_a_quiet_caller_is_left_alone() -> None:
    assert filler_after(0).deadline() is None


def test_before_any_audio_there_is_no_stall() -> None:
    gaps = GapFiller()
    gaps.caller_started()

    assert gaps.deadline() is None


def test_audio_that_stops_while_the_caller_speaks_is_a_stall_after_750_ms() -> None:
    gaps = filler_after(0, 20)
    gaps.caller_started()

    assert gaps.deadline() == 0.02 + 0.75
    assert gaps.timer_fired(now=0.76) == 0
    assert gaps.timer_fired(now=0.77) == 1000


def test_each_message_moves_the_stall_away() -> None:
    gaps = filler_after(0)
    gaps.caller_started()
    gaps.media_received(20, FRAME_MS, now=0.5)

    assert gaps.deadline() == 1.25


def test_a_stall_is_filled_once() -> None:
    gaps = filler_after(0)
    gaps.caller_started()
    gaps.timer_fired(now=0.75)

    assert gaps.stall_filled
    assert gaps.deadline() is None
    assert gaps.timer_fired(now=9.0) == 0


def test_a_caller_who_stopped_can_not_stall() -> None:
    gaps = filler_after(0)
    gaps.caller_started()
    gaps.caller_stopped()

    assert gaps.deadline() is None


def test_time_filled_during_a_stall_is_not_filled_again() -> None:
    gaps = filler_after(0)
    gaps.caller_started()
    gaps.timer_fired(now=0.75)

    assert gaps.media_received(20 + 1000, FRAME_MS, now=1.04) == 0


def test_of_a_long_stall_the_rest_is_filled_when_audio_resumes() -> None:
    gaps = filler_after(0)
    gaps.caller_started()
    gaps.timer_fired(now=0.75)

    assert gaps.media_received(20 + 3000, FRAME_MS, now=3.04) == 2000


def test_a_short_stall_filled_with_too_much_needs_no_more() -> None:
    gaps = filler_after(0)
    gaps.caller_started()
    gaps.timer_fired(now=0.75)

    assert gaps.media_received(20 + 800, FRAME_MS, now=0.84) == 0
    assert gaps.media_received(20 + 820, FRAME_MS, now=0.86) == 0


def test_a_new_stall_after_audio_resumed_is_filled_again() -> None:
    gaps = filler_after(0)
    gaps.caller_started()
    gaps.timer_fired(now=0.75)
    gaps.media_received(1020, FRAME_MS, now=1.02)

    assert not gaps.stall_filled
    assert gaps.timer_fired(now=1.77) == 1000


def test_filling_keeps_the_time_line_of_what_was_passed_on() -> None:
    gaps = filler_after(0)
    gaps.caller_started()

    assert gaps.next_timestamp_ms == 20
    gaps.timer_fired(now=0.75)
    assert gaps.next_timestamp_ms == 1020


@given(st.lists(st.integers(0, 100_000), max_size=50), st.integers(0, 10_000))
def test_whatever_the_timestamps_a_fill_stays_in_its_bounds(
    timestamps_ms: list[int], max_gap_ms: int
) -> None:
    gaps = GapFiller(max_gap_ms=max_gap_ms)

    filled = [gaps.media_received(t, FRAME_MS, now=0.0) for t in timestamps_ms]

    assert all(0 <= ms <= max_gap_ms for ms in filled)
