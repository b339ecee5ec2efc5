"""The labelled set: what the detector finds in it, and that it is the set that it should be."""

from __future__ import annotations

import json
from collections import Counter
from typing import Final

import pytest

from processors.escalation_words import LEARNED
from tests.escalation.material import digest, sources
from tests.escalation.measure import FOLDER, HALVES, NONE, cases, measure

AIMS: Final = (0.95, 0.85, 0.03)
"""Of requests for a person and emergencies found, of all found, and of false alarms."""


@pytest.mark.parametrize("half", HALVES)
def test_enough_is_found_and_little_else(half: str, capsys: pytest.CaptureFixture[str]) -> None:
    figures = measure(half)
    urgent, everything, alarms = AIMS

    with capsys.disabled():
        print("\n" + figures.table(half))  # noqa: T201  # both halves' figures are to be seen
    assert figures.recall("person", "emergency") >= urgent
    assert figures.recall() >= everything
    assert figures.false_alarm_rate <= alarms


@pytest.mark.parametrize("half", HALVES)
def test_each_half_is_large_and_half_of_it_must_not_escalate(half: str) -> None:
    kinds = Counter(case["expect"] for case in cases(half))

    assert kinds.total() >= 200
    assert kinds[NONE] >= kinds.total() / 2


def test_the_weights_were_learned_from_the_lines_that_are_there() -> None:
    """If not: ``python -m tests.escalation.learn`` (a minute)."""
    assert json.loads(LEARNED.read_text())["learned_from"] == digest()


def test_the_half_kept_for_test_taught_nothing() -> None:
    taught = {path.resolve() for path in sources()}

    assert (FOLDER / "held_out.yaml").resolve() not in taught
    asked = {tuple(case["said"]) for case in cases("held_out")}
    assert not asked & {
        tuple(case["said"]) for path in sources() for case in cases(path) if len(case["said"]) > 1
    }
