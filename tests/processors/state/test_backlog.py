"""Caller audio that waits."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.state.backlog import AudioBacklog


def taken(backlog: AudioBacklog) -> list[str]:
    found: list[str] = []
    while (payload := backlog.take()) is not None:
        found.append(payload)
    return found


def test_audio_comes_out_as_it_went_in() -> None:
    backlog = AudioBacklog(1000)
    for payload in "abc":
        backlog.add(payload, 20)

    assert backlog.waiting_ms == 60
    assert taken(backlog) == ["a", "b", "c"]
    assert backlog.waiting_ms == 0


def test_the_oldest_goes_when_it_is_full() -> None:
    backlog = AudioBacklog(50)
    for payload in "abcd":
        backlog.add(payload, 20)

    assert taken(backlog) == ["c", "d"]
    assert backlog.dropped_ms == 40


def test_audio_longer_than_all_that_may_wait_is_dropped() -> None:
    backlog = AudioBacklog(50)

    backlog.add("a", 60)

    assert taken(backlog) == []
    assert backlog.dropped_ms == 60


@given(st.lists(st.sampled_from([0.125, 20.0, 33.5, 1000.0]), max_size=200))
@settings(derandomize=True, max_examples=50, deadline=None)
def test_nothing_is_lost_uncounted(durations_ms: list[float]) -> None:
    backlog = AudioBacklog(2000)
    for duration_ms in durations_ms:
        backlog.add("x", duration_ms)
        assert backlog.waiting_ms <= 2000

    assert backlog.waiting_ms + backlog.dropped_ms == sum(durations_ms)
