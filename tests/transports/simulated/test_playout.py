from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transports.simulated.playout import Echo, Loss, Lost, PlayOut

T0 = 1000.0
TEN_MS = b"\x11" * 80


def heard_by(playout: PlayOut, now: float) -> int:
    playout.advance(now)
    return playout.heard_bytes


def test_audio_is_heard_at_eight_bytes_a_millisecond() -> None:
    playout = PlayOut()

    playout.media(TEN_MS * 10, T0)

    assert heard_by(playout, T0 + 0.025) == 200
    assert heard_by(playout, T0 + 0.1) == 800
    assert heard_by(playout, T0 + 9.0) == 800


def test_mark_comes_back_when_all_before_it_was_played() -> None:
    playout = PlayOut()
    playout.media(TEN_MS, T0)
    playout.mark("a", T0)
    playout.media(TEN_MS, T0)
    playout.mark("b", T0)

    assert playout.next_event_at() == pytest.approx(T0 + 0.01)
    assert playout.advance(T0 + 0.0099) == []
    assert playout.advance(T0 + 0.0101) == [Echo("a", T0 + 80 / 8000)]
    assert playout.advance(T0 + 1.0) == [Echo("b", T0 + 160 / 8000)]
    assert playout.next_event_at() is None


def test_mark_on_an_empty_buffer_comes_back_at_once() -> None:
    playout = PlayOut()

    playout.mark("a", T0)

    assert playout.next_event_at() == T0
    assert playout.advance(T0) == [Echo("a", T0)]


def test_mark_after_a_clear_comes_back_at_once() -> None:
    playout = PlayOut()
    playout.media(TEN_MS * 100, T0)
    playout.clear(T0 + 0.1)

    playout.mark("a", T0 + 0.2)

    assert playout.advance(T0 + 0.2) == [Echo("a", T0 + 0.2)]


def test_clear_returns_the_marks_left_in_order_and_drops_the_audio() -> None:
    playout = PlayOut()
    for name in "abc":
        playout.media(TEN_MS, T0)
        playout.mark(name, T0)
    playout.advance(T0 + 0.012)

    marks = playout.clear(T0 + 0.015)

    assert marks == ["b", "c"]
    assert playout.queued_bytes == 0
    assert playout.lost == [Lost(120, 120, T0 + 0.015, Loss.CLEARED)]
    assert heard_by(playout, T0 + 5.0) == 120


def test_a_mark_played_but_not_yet_collected_is_returned_by_the_clear_once() -> None:
    playout = PlayOut()
    playout.media(TEN_MS, T0)
    playout.mark("a", T0)

    marks = playout.clear(T0 + 0.5)

    assert marks == ["a"]
    assert playout.advance(T0 + 0.6) == []


def test_clear_of_an_empty_buffer_loses_nothing() -> None:
    playout = PlayOut()

    assert playout.clear(T0) == []
    assert playout.lost == []
    assert playout.clears[0].head_bytes == playout.clears[0].accepted_bytes == 0


def test_heard_times_follow_arrival_and_queue() -> None:
    playout = PlayOut()
    playout.media(TEN_MS, T0)
    playout.media(TEN_MS, T0 + 0.004)
    playout.media(TEN_MS, T0 + 0.5)
    playout.advance(T0 + 1.0)

    assert playout.heard_at(0) == pytest.approx(T0)
    assert playout.heard_at(80) == pytest.approx(T0 + 0.01)
    assert playout.heard_at(160) == pytest.approx(T0 + 0.5)
    assert playout.heard_at(240) is None


def test_audio_that_comes_just_as_the_last_ends_leaves_no_gap() -> None:
    playout = PlayOut()
    for count in range(50):
        playout.media(b"\x11" * 160, T0 + count * 0.02)
    playout.advance(T0 + 2.0)

    assert len(playout.runs) == 1
    assert playout.gaps_between(0, 50 * 160) == []


def test_gap_inside_audio_is_an_under_run() -> None:
    playout = PlayOut()
    playout.media(TEN_MS, T0)
    playout.media(TEN_MS, T0 + 0.03, sent_at=T0 + 0.001)
    playout.advance(T0 + 1.0)

    [(before, after)] = playout.gaps_between(0, 160)

    assert after.started_at - before.ended_at == pytest.approx(0.02)
    assert after.sent_at == T0 + 0.001
    assert playout.gaps_between(80, 160) == []


def test_gap_that_a_clear_left_is_no_under_run() -> None:
    playout = PlayOut()
    playout.media(TEN_MS * 2, T0)
    playout.clear(T0 + 0.01)
    playout.media(TEN_MS, T0 + 0.5)
    playout.advance(T0 + 1.0)

    assert playout.gaps_between(0, 1000) == []


def test_more_than_ten_minutes_of_queue_is_thrown_away() -> None:
    playout = PlayOut(limit_bytes=1000)

    assert playout.media(b"\x11" * 900, T0) == 0
    assert playout.media(b"\x11" * 300, T0) == 200
    assert playout.media(b"\x11" * 300, T0) == 300
    playout.advance(T0 + 1.0)

    assert playout.heard_bytes == 1000
    assert [lost.length for lost in playout.lost] == [200, 300]
    assert {lost.why for lost in playout.lost} == {Loss.BUFFER_FULL}


def test_end_of_the_line_loses_the_queue_and_returns_nothing() -> None:
    playout = PlayOut()
    playout.media(TEN_MS, T0)
    playout.mark("a", T0)

    playout.end(T0 + 0.005)

    assert playout.lost == [Lost(40, 40, T0 + 0.005, Loss.CALL_ENDED)]
    assert playout.advance(T0 + 1.0) == []


def test_listener_hears_each_byte_once_at_its_time() -> None:
    pieces: list[tuple[bytes, float]] = []
    playout = PlayOut(listener=lambda pcmu, at: pieces.append((pcmu, at)))
    playout.media(bytes(range(100)), T0)
    playout.media(bytes(range(100, 200)), T0)

    playout.advance(T0 + 0.005)
    playout.advance(T0 + 0.0175)
    playout.clear(T0 + 0.02)

    assert b"".join(piece for piece, _ in pieces) == bytes(range(160))
    assert [at for _, at in pieces] == [pytest.approx(T0 + at) for at in (0, 0.005, 0.0175)]


def test_time_that_seems_to_go_back_plays_nothing_twice() -> None:
    playout = PlayOut()
    playout.media(TEN_MS, T0)
    playout.advance(T0 + 0.005)

    playout.advance(T0 + 0.001)

    assert playout.heard_bytes == 40


Step = tuple[str, int]


@given(
    st.lists(
        st.tuples(st.sampled_from(["media", "mark", "clear", "wait"]), st.integers(0, 900)),
        max_size=60,
    ),
    st.booleans(),
)
def test_every_byte_has_one_fate_and_every_mark_returns_once(steps: list[Step], ends: bool) -> None:
    pieces: list[bytes] = []
    playout = PlayOut(listener=lambda pcmu, _: pieces.append(pcmu), limit_bytes=2000)
    now, sent, names, back = T0, 0, [], []
    for index, (kind, size) in enumerate(steps):
        if kind == "media":
            playout.media(b"\x22" * size, now)
            sent += size
        elif kind == "mark":
            playout.mark(str(index), now)
            names.append(str(index))
        elif kind == "clear":
            back += playout.clear(now)
        else:
            now += size / 8000
            back += [echo.name for echo in playout.advance(now)]
    if not ends:
        now += 10.0
        back += [echo.name for echo in playout.advance(now)]
        assert back == names
    playout.end(now)

    lost = sum(item.length for item in playout.lost)
    full = sum(item.length for item in playout.lost if item.why is Loss.BUFFER_FULL)
    assert playout.heard_bytes + lost == sent
    assert playout.accepted_bytes == sent - full
    assert playout.heard_between(0, sent) == playout.heard_bytes == sum(map(len, pieces))
    assert [run.started_at for run in playout.runs] == sorted(
        run.started_at for run in playout.runs
    )
