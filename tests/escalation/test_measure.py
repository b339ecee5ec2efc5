"""The labelled set: what the detector finds in it, and that it is the set that it should be."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.escalation.measure import HALVES, NONE, cases, measure


@pytest.mark.parametrize("half", HALVES)
def test_enough_is_found_and_little_else(half: str, capsys: pytest.CaptureFixture[str]) -> None:
    figures = measure(half)

    with capsys.disabled():
        print("\n" + figures.table(half))  # noqa: T201  # both halves' figures are to be seen
    assert figures.recall("person", "emergency") >= 0.95, figures.misses
    assert figures.recall() >= 0.85, figures.misses
    assert figures.false_alarm_rate <= 0.03, figures.misses


def test_the_set_is_large_and_half_of_it_must_not_escalate() -> None:
    kinds = Counter(case["expect"] for half in HALVES for case in cases(half))

    assert kinds.total() >= 220
    assert kinds[NONE] >= kinds.total() / 2


def test_no_line_is_in_two_halves() -> None:
    lines = [{tuple(case["said"]) for case in cases(half)} for half in HALVES]

    assert sum(map(len, lines)) == len(set().union(*lines))
