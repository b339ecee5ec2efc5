"""Measures the detector on the labelled set: ``python -m tests.escalation.measure [--misses]``."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from processors.escalation_config import EscalationDetectorConfig
from processors.state.escalation.detector import ANGER, EscalationDetector

FOLDER: Final = Path(__file__).parent
HALVES: Final = ("dev", "held_out")
"""What is looked at while the detector is worked on, and what is kept for test."""

NONE: Final = "none"


@dataclass(slots=True)
class Figures:
    """What came of one half.

    Attributes:
        cases: How many there are of each kind.
        found: How many of them were judged right.
        false_alarms: Kinds of cases in which something was found too early or without reason.
        misses: The cases that were judged wrong, for whoever tunes.
    """

    cases: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    false_alarms: int = 0
    misses: list[str] = field(default_factory=list)

    def recall(self, *kinds: str) -> float:
        of = [kind for kind in self.cases if kind != NONE and (not kinds or kind in kinds)]
        return sum(self.found[kind] for kind in of) / sum(self.cases[kind] for kind in of)

    @property
    def false_alarm_rate(self) -> float:
        return self.false_alarms / self.cases[NONE]

    def table(self, name: str) -> str:
        rows = [
            f"{name}: {self.cases.total()} cases, {self.cases[NONE]} of which must not escalate",
            f"  person and emergency  {self.recall('person', 'emergency'):6.1%} found",
            f"  all                   {self.recall():6.1%} found",
            f"  false alarms          {self.false_alarm_rate:6.1%}",
        ]
        kinds = [kind for kind in self.cases if kind != NONE]
        each = ", ".join(f"{kind} {self.found[kind]}/{self.cases[kind]}" for kind in kinds)
        return "\n".join([*rows, f"  {each}"])


def cases(half: str | Path) -> list[dict[str, Any]]:
    """The cases of one half, or of a file."""
    path = half if isinstance(half, Path) else FOLDER / f"{half}.yaml"
    loaded: list[dict[str, Any]] = YAML(typ="safe").load(path)
    return loaded


def measure(half: str) -> Figures:
    """Judge every case of one half, with the detector as a call file has it that says nothing."""
    figures = Figures()
    for case in cases(half):
        judge(case, figures)
    return figures


def judge(case: dict[str, Any], figures: Figures) -> None:
    """A case is right if what is expected is found at its last line, and nothing before.

    Anger grows over the lines of its case, and may be found at any of them.
    """
    expect, said = case["expect"], case["said"]
    detector = EscalationDetectorConfig(type="escalation_detector").detector()
    found: list[tuple[str, ...]] = [
        turn(detector, number, line) for number, line in enumerate(said)
    ]
    if expect == ANGER and (ANGER,) in found:
        found = [*[()] * (len(found) - 1), (ANGER,)]
    early = any(found[:-1])
    right = not early and (not found[-1] if expect == NONE else expect in found[-1])
    figures.cases[expect] += 1
    figures.found[expect] += right
    figures.false_alarms += early or (expect == NONE and bool(found[-1]))
    if not right:
        figures.misses.append(f"{expect}: {said[-1]} -> {found}")


def turn(detector: EscalationDetector, number: int, line: str) -> tuple[str, ...]:
    """One line of a case; the reasons of what was found at it."""
    who, _, text = line.partition(": ")
    if who == "A":
        detector.assistant_said(text)
        return ()
    escalation = detector.caller_said(f"item_{number}", text, float(number))
    return () if escalation is None else escalation.reasons


if __name__ == "__main__":
    say = partial(print, file=sys.stdout)
    for half in HALVES:
        figures = measure(half)
        say(figures.table(half.replace("_", "-")))
        if "--misses" in sys.argv and half == "dev":
            say("\n".join(f"    {miss}" for miss in figures.misses))
