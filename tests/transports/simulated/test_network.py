from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transports.simulated.network import Link, LinkOptions, Span

T0 = 10.0


def link(options: LinkOptions, seed: int = 0) -> Link[str]:
    return Link(options, Random(seed), T0)


def test_a_message_arrives_after_the_delay_with_its_time_of_sending() -> None:
    line = link(LinkOptions(delay=0.2))
    line.send("a", T0 + 1.0)

    assert line.next_arrival() == pytest.approx(T0 + 1.2)
    assert line.arrived(T0 + 1.1) == []
    assert line.arrived(T0 + 1.3) == [(T0 + 1.0, "a")]
    assert line.next_arrival() is None


def test_a_stall_holds_what_would_arrive_in_it() -> None:
    line = link(LinkOptions(stalls=(Span(1.0, 0.5),)))

    arrivals = [line.send("x", T0 + at) for at in (0.9, 1.0, 1.4, 1.6)]

    assert [at - T0 for at in arrivals] == [pytest.approx(at) for at in (0.9, 1.5, 1.5, 1.6)]


def test_a_cut_line_delivers_nothing_more() -> None:
    line = link(LinkOptions(delay=0.2))
    line.send("a", T0)
    line.cut()

    assert line.arrived(T0 + 9.0) == []


def test_only_a_line_without_faults_is_perfect() -> None:
    assert LinkOptions().perfect
    assert not LinkOptions(jitter=0.01).perfect
    assert not LinkOptions(stalls=(Span(1.0, 1.0),)).perfect


@given(
    st.lists(st.floats(0, 1), max_size=30),
    st.floats(0, 0.3),
    st.floats(0, 0.3),
    st.integers(0, 99),
)
def test_order_is_kept_and_nothing_is_early_or_lost(
    pauses: list[float], delay: float, jitter: float, seed: int
) -> None:
    line = link(LinkOptions(delay=delay, jitter=jitter, stalls=(Span(2.0, 1.0),)), seed)
    now, arrivals = T0, []
    for count, pause in enumerate(pauses):
        now += pause
        arrivals.append(line.send(str(count), now))
        assert arrivals[-1] >= now + delay

    assert arrivals == sorted(arrivals)
    assert [message for _, message in line.arrived(now + 9.0)] == [
        str(count) for count in range(len(pauses))
    ]
