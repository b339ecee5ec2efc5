"""What the ledger knows apart from cuts: marks, echoes, what is playing, what is overdue."""

from __future__ import annotations

import pytest

from processors.state.heard import Heard
from processors.state.playback import PlaybackLedger, Truncation


def send(ledger: PlaybackLedger, item_id: str, *durations_ms: float, now: float = 0.0) -> list[str]:
    """Send audio and the item's end; the marks, in order."""
    marks = [ledger.audio_sent(item_id, 0, ms, now) for ms in durations_ms]
    return [mark for mark in [*marks, ledger.audio_ended(item_id, 0, now)] if mark]


def cut_down(ledger: PlaybackLedger, now: float) -> list[Truncation]:
    ledger.cut(now)
    ledger.settle()
    return ledger.take_truncations()


def test_marks_are_at_least_100_ms_apart_but_the_first_and_the_last_of_an_item() -> None:
    ledger = PlaybackLedger()

    marked = [ledger.audio_sent("a", 0, 40.0, 0.0) is not None for _ in range(8)]

    assert marked == [True, False, False, True, False, False, True, False]
    assert ledger.audio_ended("a", 0, 0.0) is not None


def test_items_that_follow_each_other_share_the_100_ms() -> None:
    ledger = PlaybackLedger()

    assert len(send(ledger, "a", 40.0)) == 2
    assert len(send(ledger, "b", 40.0)) == 1
    assert len(send(ledger, "c", 40.0, 40.0)) == 1


def test_mark_names_are_never_used_again() -> None:
    ledger = PlaybackLedger()

    names = send(ledger, "a", 100.0, 100.0)
    ledger.cut(0.1)
    names += send(ledger, "b", 100.0, 100.0)

    assert len(names) == len(set(names))


def test_item_ends_once() -> None:
    ledger = PlaybackLedger()
    ledger.audio_sent("a", 0, 100.0, 0.0)

    assert ledger.audio_ended("a", 0, 0.0) is not None
    assert ledger.audio_ended("a", 0, 0.0) is None
    assert ledger.audio_ended("b", 0, 0.0) is None


def test_item_is_heard_when_its_last_mark_is_back() -> None:
    ledger = PlaybackLedger()
    first, second, end = send(ledger, "a", 100.0, 100.0)

    assert ledger.mark_received(first, 0.3) == []
    assert ledger.audible
    assert ledger.mark_received(second, 0.4) == ["a"]
    assert ledger.idle
    assert not ledger.audible
    assert ledger.mark_received(end, 0.4) == []


def test_item_that_did_not_end_is_not_heard_whole() -> None:
    ledger = PlaybackLedger()
    mark = ledger.audio_sent("a", 0, 100.0, 0.0)
    assert mark is not None

    assert ledger.mark_received(mark, 0.3) == []
    assert not ledger.idle
    end = ledger.audio_ended("a", 0, 0.4)
    assert end is not None
    assert ledger.mark_received(end, 0.6) == ["a"]


def test_item_ends_when_the_next_one_begins() -> None:
    ledger = PlaybackLedger()
    ledger.audio_sent("a", 0, 100.0, 0.0)
    mark = ledger.audio_sent("b", 0, 100.0, 0.0)
    assert mark is not None

    assert ledger.audio_ended("a", 0, 0.0) is None
    assert ledger.mark_received(mark, 0.4) == ["a"]


def test_mark_stands_for_those_before_it_that_were_lost() -> None:
    ledger = PlaybackLedger()
    marks = [*send(ledger, "a", 100.0, 100.0), *send(ledger, "b", 100.0)]

    assert ledger.mark_received(marks[-1], 0.5) == ["a", "b"]
    assert ledger.deadline() is None


@pytest.mark.parametrize("name", ["", "9.9", "hello"])
def test_unknown_mark_changes_nothing(name: str) -> None:
    ledger = PlaybackLedger()
    send(ledger, "a", 100.0, 100.0)
    before = (ledger.queued_ms, ledger.deadline(), ledger.playing(0.25))

    assert ledger.mark_received(name, 0.25) == []
    assert (ledger.queued_ms, ledger.deadline(), ledger.playing(0.25)) == before


def test_mark_that_comes_twice_counts_once() -> None:
    ledger = PlaybackLedger()
    first, *_ = send(ledger, "a", 100.0, 100.0)
    ledger.mark_received(first, 0.3)
    before = (ledger.queued_ms, ledger.deadline(), ledger.playing(0.35))

    assert ledger.mark_received(first, 0.34) == []
    assert (ledger.queued_ms, ledger.deadline(), ledger.playing(0.35)) == before


def test_mark_from_before_a_cut_says_nothing_of_the_new_queue() -> None:
    ledger = PlaybackLedger()
    old = send(ledger, "a", 100.0, 100.0)
    ledger.cut(0.05)
    send(ledger, "b", 100.0, now=0.1)
    before = (ledger.queued_ms, ledger.playing(0.2))

    for name in [*old, *old]:
        assert ledger.mark_received(name, 0.2) == []
    assert (ledger.queued_ms, ledger.playing(0.2)) == before


def test_cut_items_accept_no_more_audio_and_others_do() -> None:
    ledger = PlaybackLedger()
    marks = send(ledger, "heard", 100.0)
    ledger.mark_received(marks[-1], 0.3)
    send(ledger, "a", 100.0, now=1.0)
    send(ledger, "b", 100.0, now=1.0)

    ledger.cut(1.05)

    assert ledger.accepts("heard")
    assert not ledger.accepts("a")
    assert not ledger.accepts("b")
    assert ledger.accepts("c")


def test_a_cut_is_measured_although_there_is_another_by_then() -> None:
    ledger = PlaybackLedger()
    (first, *a) = send(ledger, "a", *[100.0] * 10)
    ledger.mark_received(first, 0.3)  # 0.2 s there and back
    ledger.cut(0.3)
    b = send(ledger, "b", 100.0, now=0.31)

    ledger.cut(0.32)
    assert not ledger.has_truncations  # the first clear was held up: the phone plays on
    for number, name in enumerate(a[:4]):
        ledger.mark_received(name, 0.4 + number / 10)
    for name in (*a[4:], *b):
        ledger.mark_received(name, 0.75)

    heard = {cut.item_id: cut.audio_end_ms for cut in ledger.take_truncations()}
    assert heard["a"] == pytest.approx(550, abs=1)
    assert heard["b"] == 0


def test_each_pending_cut_has_its_own_deadline() -> None:
    ledger = PlaybackLedger()
    send(ledger, "a", 1000.0)
    ledger.cut(0.0)
    send(ledger, "b", 1000.0, now=0.1)
    ledger.cut(0.1)

    ledger.timer_fired(3.0)
    assert [cut.item_id for cut in ledger.take_truncations()] == ["a"]
    assert ledger.deadline() == pytest.approx(3.1)
    ledger.timer_fired(3.1)
    assert [cut.item_id for cut in ledger.take_truncations()] == ["b"]


def test_cut_of_nothing_leaves_a_pending_one_alone() -> None:
    ledger = PlaybackLedger()
    send(ledger, "a", 1000.0)
    ledger.cut(0.0)

    assert not ledger.cut(0.01)
    assert not ledger.has_truncations
    ledger.settle()
    assert ledger.has_truncations


def test_settled_cut_is_told_once() -> None:
    ledger = PlaybackLedger()
    send(ledger, "a", 1000.0)
    ledger.cut(0.0)
    ledger.settle()
    ledger.settle()

    assert len(ledger.take_truncations()) == 1
    assert ledger.take_truncations() == []


@pytest.mark.parametrize(
    ("now", "truncations"),
    [
        (0.0, [Truncation("a", 0, 0, 1000.0, nothing_heard=True)]),
        (
            0.5,
            [
                Truncation("a", 0, 500, 1000.0, nothing_heard=False),
                Truncation("a", 1, 0, 1000.0, nothing_heard=False),
            ],
        ),
        (1.5, [Truncation("a", 1, 500, 1000.0, nothing_heard=False)]),
    ],
    ids=["nothing heard: the item is deleted, once", "first part heard in part", "second part"],
)
def test_item_of_two_parts_is_deleted_only_if_nothing_of_it_was_heard(
    now: float, truncations: list[Truncation]
) -> None:
    ledger = PlaybackLedger()
    ledger.audio_sent("a", 0, 1000.0, 0.0)
    ledger.audio_sent("a", 1, 1000.0, 0.0)

    assert cut_down(ledger, now) == truncations


def test_audio_in_between_does_not_hide_what_was_heard_of_an_item_before() -> None:
    ledger = PlaybackLedger()
    ledger.audio_sent("a", 0, 1000.0, 0.0)
    mark = ledger.audio_sent("local", 0, 1000.0, 0.0)
    ledger.audio_sent("a", 0, 1000.0, 0.0)
    assert mark is not None
    ledger.mark_received(mark, 2.0)

    assert cut_down(ledger, 2.5) == [Truncation("a", 0, 1500, 2000.0, nothing_heard=False)]


def test_what_plays_is_the_first_item_not_heard_whole() -> None:
    ledger = PlaybackLedger()
    ledger.audio_sent("a", 0, 100.0, 0.0, response_id="r1", purpose="greeting")
    ledger.audio_sent("b", 0, 100.0, 0.0, response_id="r2")

    first, second = ledger.playing(0.05), ledger.playing(0.15)

    assert first is not None
    assert (first.item_id, first.response_id, first.purpose) == ("a", "r1", "greeting")
    assert first.heard_ms == pytest.approx(50)
    assert second is not None
    assert (second.item_id, second.response_id, second.purpose) == ("b", "r2", "answer")
    assert second.heard_ms == pytest.approx(50)


def test_item_still_being_made_plays_although_the_queue_is_dry() -> None:
    ledger = PlaybackLedger()
    ledger.audio_sent("a", 0, 100.0, 0.0)

    playing = ledger.playing(9.0)

    assert playing is not None
    assert playing.item_id == "a"


def test_nothing_plays_when_all_was_heard() -> None:
    ledger = PlaybackLedger()
    assert ledger.playing(0.0) is None
    assert ledger.idle

    marks = send(ledger, "a", 100.0)
    ledger.mark_received(marks[-1], 0.3)

    assert ledger.playing(0.4) is None
    assert ledger.queued_ms == 0


def test_item_that_goes_on_after_it_was_heard_is_still_one_item() -> None:
    ledger = PlaybackLedger()
    marks = send(ledger, "a", 1000.0)
    ledger.mark_received(marks[-1], 1.0)
    ledger.audio_sent("a", 0, 1000.0, 1.0)

    assert cut_down(ledger, 1.5) == [Truncation("a", 0, 1500, 2000.0, nothing_heard=False)]


def test_playing_does_not_run_ahead_of_a_stalled_phone() -> None:
    ledger = PlaybackLedger()
    marks = send(ledger, "a", *[100.0] * 10)
    ledger.mark_received(marks[0], 0.3)
    ledger.mark_received(marks[1], 0.4)

    playing = ledger.playing(0.59)

    assert playing is not None
    assert playing.heard_ms == 200


def test_marks_long_overdue_are_not_awaited_for_ever() -> None:
    ledger = PlaybackLedger()
    first, *_ = send(ledger, "a", 100.0, 100.0)
    ledger.mark_received(first, 0.3)

    deadline = ledger.deadline()
    assert deadline == pytest.approx(0.4 + 5)
    assert ledger.timer_fired(5.3) == []
    assert ledger.timer_fired(5.5) == ["a"]
    assert ledger.deadline() is None
    assert ledger.idle


def test_before_the_first_echo_marks_get_a_second_longer() -> None:
    ledger = PlaybackLedger()
    send(ledger, "a", 100.0)

    assert ledger.deadline() == pytest.approx(0.1 + 1 + 5)


def test_deadline_is_that_of_the_cut_while_one_is_pending() -> None:
    ledger = PlaybackLedger()
    send(ledger, "a", 100.0)
    ledger.cut(0.05)

    assert ledger.deadline() == pytest.approx(3.05)
    assert ledger.timer_fired(3.0) == []
    assert not ledger.has_truncations
    ledger.timer_fired(3.05)
    assert ledger.has_truncations


def test_marks_can_be_sparser() -> None:
    ledger = PlaybackLedger(mark_every_ms=500.0)

    marked = [ledger.audio_sent("a", 0, 100.0, 0.0) is not None for _ in range(7)]

    assert marked == [True, False, False, False, False, True, False]


def test_what_was_heard_is_told_up_to_the_item_that_was_being_heard() -> None:
    ledger = PlaybackLedger()
    told: list[Heard] = []
    ledger.on_heard(told.append)
    (mark, *_) = send(ledger, "a", 200.0)
    send(ledger, "b", 200.0)
    send(ledger, "c", 200.0)

    ledger.mark_received(mark, 0.3)

    assert [(heard.item_id, heard.to_ms, heard.whole) for heard in told] == [("a", 200.0, True)]


def test_what_was_taken_back_before_it_left_was_not_heard_although_no_mark_comes() -> None:
    ledger = PlaybackLedger()
    (first, *_) = send(ledger, "a", 100.0, 100.0, 100.0)
    ledger.mark_received(first, 0.2)

    ledger.cut(0.35)
    ledger.taken_back(100.0)
    ledger.settle()

    (cut,) = ledger.take_truncations()
    assert cut.audio_end_ms == 200


def test_what_was_heard_stays_heard_whatever_is_taken_back() -> None:
    ledger = PlaybackLedger()
    (first, *_) = send(ledger, "a", 100.0, 100.0)
    ledger.mark_received(first, 0.2)

    ledger.cut(0.25)
    ledger.taken_back(5000.0)
    ledger.settle()
    ledger.taken_back(100.0)  # nothing is cut any more

    assert [cut.audio_end_ms for cut in ledger.take_truncations()] == [100]


def test_audio_behind_the_last_mark_gets_one_before_a_clear() -> None:
    ledger = PlaybackLedger()
    ledger.audio_sent("a", 0, 100.0, 0.0)
    assert ledger.last_mark() is None  # there is one

    ledger.audio_sent("a", 0, 60.0, 0.0)
    last = ledger.last_mark()
    assert last is not None
    assert ledger.last_mark() is None
    ledger.mark_received(last, 0.3)

    assert ledger.last_mark() is None  # nothing to clear
