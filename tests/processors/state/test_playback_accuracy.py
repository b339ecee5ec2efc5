"""How near the truncation is to what the simulated caller heard, over hundreds of calls.

Unless a test says otherwise, judged are cuts that were measured (the marks were back before the
model had to be told) in a stretch of audio of which an echo had come back.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from tests.processors.state.call_model import CallModel, Habits, Verdict
from tests.processors.state.phone_model import Line

CALLS = 15
SECONDS = 60.0

Draw = Callable[[Random], Line]


def delays(random: Random) -> tuple[float, float]:
    return random.uniform(0, 0.2), random.uniform(0, 0.2)


def stalls(random: Random) -> tuple[tuple[float, float], ...]:
    """Every few seconds nothing gets through to the phone, for up to 2 s."""
    found: list[tuple[float, float]] = []
    end = 0.0
    while end < SECONDS:
        begin = end + random.uniform(1, 6)
        end = begin + random.uniform(0.1, 2)
        found.append((begin, end))
    return tuple(found)


def even(random: Random) -> Line:
    return Line(*delays(random))


def prebuffered(random: Random) -> Line:
    return Line(*delays(random), prebuffer=random.uniform(0, 0.1))


def stalled(random: Random) -> Line:
    return Line(*delays(random), stalls=stalls(random))


def stalled_and_prebuffered(random: Random) -> Line:
    return Line(*delays(random), prebuffer=random.uniform(0, 0.1), stalls=stalls(random))


def uneven(random: Random) -> Line:
    return Line(*delays(random), jitter=0.02, stalls=stalls(random))


def verdicts(draw: Draw, rates: tuple[float, ...]) -> list[Verdict]:
    found: list[Verdict] = []
    for seed in range(CALLS):
        random = Random(f"{draw.__name__} {rates} {seed}")
        habits = Habits(
            rate=random.choice(rates),
            chunks_ms=random.choice(
                [(20,), (50,), (100,), (200,), (400,), (33, 61, 120), (50, 100, 200, 400)]
            ),
        )
        call = CallModel(seed, draw(random), habits)
        call.run(SECONDS)
        found += call.verdicts()
    return found


RATES = [
    pytest.param((1.0, 1.02, 1.1), id="in real time"),
    pytest.param((1.5, 2.0, 4.0), id="faster"),
    pytest.param((6.0, 20.0), id="at once"),
]


@pytest.mark.parametrize("rates", RATES)
@pytest.mark.parametrize("draw", [even, prebuffered, stalled, stalled_and_prebuffered, uneven])
def test_truncation_is_within_25_ms_of_what_was_heard(draw: Draw, rates: tuple[float, ...]) -> None:
    judged = [cut for cut in verdicts(draw, rates) if cut.echoed and cut.measured]

    assert len(judged) > 50
    assert max(abs(cut.error_ms) for cut in judged) <= 25


@pytest.mark.parametrize("rates", [*RATES, pytest.param((0.5, 0.7, 0.9), id="too slowly")])
def test_on_an_even_line_it_is_so_from_the_first_word_and_without_any_mark(
    rates: tuple[float, ...],
) -> None:
    judged = verdicts(even, rates)

    assert len(judged) > 50
    assert max(abs(cut.error_ms) for cut in judged) <= 25


def unheard(random: Random) -> Line:
    return Line(*delays(random), stalls_back=stalls(random), caller_audio=True)


def cut_off(random: Random) -> Line:
    found = stalls(random)
    return Line(*delays(random), stalls=found, stalls_back=found, caller_audio=True)


@pytest.mark.parametrize(("draw", "share"), [(unheard, 0.99), (cut_off, 0.93)])
def test_nearly_all_cuts_are_right_where_the_way_back_stalls_and_the_ledger_is_told(
    draw: Draw, share: float
) -> None:
    errors = [abs(cut.error_ms) for cut in verdicts(draw, (1.0, 2.0, 6.0)) if cut.measured]

    assert len(errors) > 50
    assert sum(error <= 25 for error in errors) >= share * len(errors)


@pytest.mark.parametrize("rates", RATES)
def test_most_cuts_of_a_stalled_line_are_right_even_if_it_had_run_dry(
    rates: tuple[float, ...],
) -> None:
    errors = [abs(cut.error_ms) for cut in verdicts(stalled, rates) if cut.measured]

    assert sum(error <= 25 for error in errors) >= 0.9 * len(errors)
    assert max(errors) <= 500
