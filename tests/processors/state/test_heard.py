"""What the ledger tells of as it becomes known: each stretch of audio once, in order."""

from __future__ import annotations

import pytest

from processors.state.heard import Heard
from processors.state.playback import ECHO_GRACE, PlaybackLedger

WAY = 0.05


class Listening:
    """A ledger with somebody who listens, and a phone that plays without a hitch."""

    def __init__(self) -> None:
        self.ledger = PlaybackLedger()
        self.told: list[Heard] = []
        self.ledger.on_heard(self.told.append)

    def send(self, item_id: str, ms: float, now: float, *, end: bool = True) -> list[str]:
        marks = [self.ledger.audio_sent(item_id, 0, ms, now)]
        if end:
            marks.append(self.ledger.audio_ended(item_id, 0, now))
        return [mark for mark in marks if mark is not None]

    def stretches(self) -> list[tuple[str, float, float, bool]]:
        return [(one.item_id, one.from_ms, one.to_ms, one.whole) for one in self.told]


def test_each_echo_tells_what_was_heard_since_the_one_before() -> None:
    call = Listening()
    first, end = call.send("a1", 300.0, 1.0)
    (after,) = call.send("a1", 200.0, 1.0, end=False)[-1:]

    call.ledger.mark_received(first, 1.3 + WAY)
    call.ledger.mark_received(end, 1.3 + WAY)
    call.ledger.mark_received(after, 1.5 + WAY)
    last = call.ledger.audio_ended("a1", 0, 1.6)
    assert last is not None
    call.ledger.mark_received(last, 1.6)

    assert call.stretches() == [
        ("a1", 0.0, 300.0, False),
        ("a1", 300.0, 500.0, False),
        ("a1", 500.0, 500.0, True),
    ]
    assert [one.ends_at for one in call.told] == pytest.approx([1.35, 1.55, 1.6])
    assert call.told[1].duration_ms == 200.0
    assert call.ledger.settled


def test_an_echo_that_skips_a_mark_tells_of_both_items() -> None:
    call = Listening()
    call.send("a1", 300.0, 1.0)
    last = call.send("a2", 200.0, 1.0)[-1]

    call.ledger.mark_received(last, 1.5 + WAY)

    assert call.stretches() == [("a1", 0.0, 300.0, True), ("a2", 0.0, 200.0, True)]
    assert [one.ends_at for one in call.told] == pytest.approx([1.35, 1.55])


def test_a_cut_tells_what_was_heard_until_it() -> None:
    call = Listening()
    marks = call.send("a1", 300.0, 1.0) + call.send("a2", 400.0, 1.0)
    call.ledger.mark_received(marks[0], 1.3 + WAY)
    call.ledger.mark_received(marks[1], 1.3 + WAY)
    call.ledger.cut(1.45)
    assert not call.ledger.settled
    for mark in marks[2:]:  # the clear returns them
        call.ledger.mark_received(mark, 1.45 + WAY)

    assert call.ledger.settled
    (item_id, first, last, whole) = call.stretches()[-1]
    assert (item_id, first, whole) == ("a2", 0.0, False)
    (truncation,) = call.ledger.take_truncations()
    assert int(last) == truncation.audio_end_ms
    assert call.told[-1].ends_at == pytest.approx(1.45 + WAY)


def test_what_is_taken_as_heard_without_an_echo_has_no_time() -> None:
    call = Listening()
    call.send("a1", 300.0, 1.0)
    call.ledger.timer_fired(60.0 + ECHO_GRACE)

    assert call.stretches() == [("a1", 0.0, 300.0, True)]
    assert call.told[0].ends_at is None


def test_when_the_phone_is_gone_what_was_played_by_then_was_heard() -> None:
    call = Listening()
    first = call.send("a1", 100.0, 1.0, end=False)[0]
    call.send("a1", 900.0, 1.0, end=False)
    call.ledger.mark_received(first, 1.1 + WAY)

    call.ledger.phone_gone(1.4 + WAY)

    assert sum(one.duration_ms for one in call.told) == pytest.approx(400.0)
    assert call.told[-1].ends_at == pytest.approx(1.4 + WAY)
    assert call.ledger.settled
    assert not call.ledger.take_clear()
    (truncation,) = call.ledger.take_truncations()
    assert truncation.audio_end_ms == pytest.approx(400, abs=1)
    call.ledger.phone_gone(2.0)
    assert call.ledger.take_truncations() == []


def test_an_item_that_was_interleaved_keeps_its_positions() -> None:
    call = Listening()
    call.send("a1", 200.0, 1.0, end=False)
    call.send("a2", 100.0, 1.0, end=False)
    last = call.send("a1", 300.0, 1.0)[-1]

    call.ledger.mark_received(last, 1.6 + WAY)

    parts = [(item_id, first, last) for item_id, first, last, _ in call.stretches()]
    assert parts == [("a1", 0.0, 200.0), ("a2", 0.0, 100.0), ("a1", 200.0, 500.0)]


def test_nobody_has_to_listen() -> None:
    ledger = PlaybackLedger()
    mark = ledger.audio_sent("a1", 0, 100.0, 1.0)
    assert mark is not None

    assert ledger.mark_received(mark, 1.2) == []
