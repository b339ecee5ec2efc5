"""Learns the weights of ``processors/escalation_words/learned.json`` from labelled lines.

``python -m tests.escalation.learn`` reads ``lines/*.yaml``, one file an author, and the dev half.
It first tells what to expect of an author who is not among them: each author's lines are judged by
weights that were learned from all others. Then it learns from all and writes the file. Logistic
regression with an L2 penalty, for each signal on its own, in two steps: the words first; then how
much they count against a cue, an offer taken and one declined. The second step sees the words
judged as by a stranger, and leaves out the lines that the cues were written for: else it would
believe cues more than they deserve.

The held-out half is never read here.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML

from processors.escalation_config import EscalationDetectorConfig
from processors.escalation_words import LEARNED
from processors.state.escalation.detector import EMERGENCY, LEGAL, PERSON
from processors.state.escalation.learned import CUE, DECLINED, TAKEN, features
from processors.state.escalation.reading import Reader

FOLDER: Final = Path(__file__).parent
NOT_STRANGE: Final = frozenset({"answers", "cues", "plain", "talk_1", "talk_2"})
"""Files that say nothing of a stranger's lines: cues were written for them, or they are plain."""

SIGNALS: Final = (PERSON, EMERGENCY, LEGAL)
NONE: Final = "none"
_FACTS: Final = frozenset({TAKEN, DECLINED})
_SHORT: Final = 8
"""Words of an answer that does no more than answer."""
_AT_LEAST: Final = 2
"""Lines that a feature must be in."""
_PENALTY: Final = 2.0
"""On the weights: found by trying 1, 2, 4 and 8 on the first three authors."""
_SLIGHT: Final = 0.05
"""Weights below it are left out."""
_ALARMS: Final = 0.03
"""False alarms that an author not learned from may raise."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """One line of a caller's, with the assistant's line before it.

    Attributes:
        author: Whose it is.
        case: Which case of theirs.
        expect: What must be found at it; empty: nothing.
        kind: What the case is about.
        cues: Signals of which a cue is found.
        told: Its features if the assistant offered nobody.
        offered: Its features if the assistant offered a person.
        before: Features of the assistant's line; empty: there was none.
        offers: Whether that line offers a person: 1, 0, or None where the case does not tell.
        cue_offers: Whether a cue says so.
    """

    author: str
    case: int
    expect: str
    kind: str
    cues: frozenset[str]
    told: frozenset[str]
    offered: frozenset[str]
    before: frozenset[str]
    offers: float | None
    cue_offers: bool


def sources() -> list[Path]:
    """The files that are learned from."""
    return [*sorted((FOLDER / "lines").glob("*.yaml")), FOLDER / "dev.yaml"]


def digest() -> str:
    """Tells whether the weights were learned from these lines."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources())).hexdigest()[:16]


def lines(path: Path) -> list[Line]:
    """The lines of one file."""
    language = EscalationDetectorConfig(type="escalation_detector").language()
    reader = Reader(language)
    found = []
    for number, case in enumerate(YAML(typ="safe").load(path)):
        before = ""
        for position, line in enumerate(case["said"]):
            who, _, text = line.partition(": ")
            if who == "A":
                before = text
                continue
            last = position == len(case["said"]) - 1
            expect = case["expect"] if last and case["expect"] in SIGNALS else ""
            found.append(_line(reader, text, before, path.stem, number, expect, case["expect"]))
            before = ""
    return found


def _line(
    reader: Reader, text: str, before: str, author: str, case: int, expect: str, kind: str
) -> Line:
    heard = reader.hear(before)
    plain = reader.read(text, "told" if heard == "offered" else heard)
    answers = reader.read(text, "offered")
    cues = frozenset(signal for signal in SIGNALS if reader.cue(plain, signal))
    cue_offers = heard == "offered"
    offers: float | None = float(cue_offers)
    if expect == PERSON and not cue_offers:
        # A short answer that asks for nobody itself takes what was offered.
        short = PERSON not in cues and len(text.split()) <= _SHORT
        offers = 1.0 if before and short else None
    return Line(
        author,
        case,
        expect,
        kind,
        cues,
        plain.features,
        answers.features,
        features(reader.language.grammar.clauses.of(before)) if before else frozenset(),
        offers,
        cue_offers,
    )


class Matrix:
    """Which features are in which lines; and one that is in all."""

    def __init__(self, rows: Sequence[frozenset[str]], places: Mapping[str, int]) -> None:
        ids = [[*sorted(places[one] for one in row if one in places), len(places)] for row in rows]
        self._counts = np.array([len(row) for row in ids])
        self._begins = np.concatenate([[0], np.cumsum(self._counts)[:-1]])
        self._ids = np.array([one for row in ids for one in row])
        self.width = len(places) + 1  # and the bias

    def times(self, weights: Array) -> Array:
        product: Array = np.add.reduceat(weights[self._ids], self._begins)
        return product

    def transposed_times(self, values: Array) -> Array:
        spread = np.repeat(values, self._counts)
        return np.bincount(self._ids, weights=spread, minlength=self.width).astype(float)

    def steepest(self) -> float:
        """The largest eigenvalue of its square."""
        vector = np.ones(self.width)
        for _ in range(40):
            vector = self.transposed_times(self.times(vector / np.linalg.norm(vector)))
        return float(np.linalg.norm(vector))


def fitted(matrix: Matrix, truth: Array, penalty: float = _PENALTY) -> Array:
    """The weights, the bias last, by Nesterov's accelerated gradient."""
    weights = np.zeros(matrix.width)
    ahead = weights
    reach = 0.25 * matrix.steepest() + penalty
    slow = np.sqrt(penalty / reach)
    for _ in range(600):
        missing = 1 / (1 + np.exp(-matrix.times(ahead))) - truth
        slope = matrix.transposed_times(missing)
        slope[:-1] += penalty * ahead[:-1]
        new = ahead - slope / reach
        ahead = new + (1 - slow) / (1 + slow) * (new - weights)
        weights = new
    return weights


def weighed(columns: Array, truth: Array) -> Array:
    """How much each column counts, the bias last: logistic regression by Newton's method."""
    rows = np.column_stack([columns, np.ones(len(columns))])
    weights = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (chance - truth) + 0.1 * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + 0.1 * np.eye(len(weights))
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def vocabulary(rows: Sequence[frozenset[str]]) -> dict[str, int]:
    """The features that are worth a weight, each with its place."""
    seen = Counter(feature for row in rows for feature in row - _FACTS)
    common = sorted(feature for feature, count in seen.items() if count >= _AT_LEAST)
    return {feature: place for place, feature in enumerate(common)}


def truth(known: Sequence[Line], signal: str) -> Array:
    """1 for each line that gives the signal, 0 for others."""
    return np.array([line.expect == signal for line in known], dtype=float)


def facts(known: Sequence[Line], rows: Sequence[frozenset[str]], signal: str) -> Array:
    """What the second step sees of each line beside its words."""
    return np.array(
        [
            [signal in line.cues, TAKEN in row, DECLINED in row]
            for line, row in zip(known, rows, strict=True)
        ],
        dtype=float,
    )


def offering(known: Sequence[Line]) -> dict[str, float]:
    """What tells of a line of the assistant's that it offers a person; the bias under ""."""
    told = [(line.before, line.offers) for line in known if line.before and line.offers is not None]
    places = vocabulary([before for before, _ in told])
    matrix = Matrix([before for before, _ in told], places)
    weights = fitted(matrix, np.array([offers for _, offers in told]))
    return {name: float(weights[place]) for name, place in places.items()} | {"": weights[-1]}


def heard(known: Sequence[Line], offers: Mapping[str, float]) -> list[frozenset[str]]:
    """The features of each line, as the assistant's line before it is understood."""
    return [
        line.offered
        if line.before
        and (line.cue_offers or offers[""] + sum(offers.get(one, 0.0) for one in line.before) > 0)
        else line.told
        for line in known
    ]


@dataclass(frozen=True)
class Strangers:
    """Each author's lines as they are judged by what was learned from all others.

    Attributes:
        margins: What the words say, for each line and signal.
        rows: The features of each line.
    """

    margins: Array
    rows: list[frozenset[str]]


def as_strangers(known: Sequence[Line]) -> Strangers:
    """Judge them so."""
    authors = [line.author for line in known]
    margins = np.zeros((len(known), len(SIGNALS)))
    rows = [line.told for line in known]
    for author in sorted(set(authors) - NOT_STRANGE):
        others = [line for line in known if line.author != author]
        own = [place for place, line in enumerate(known) if line.author == author]
        offers = offering(others)
        taught = heard(others, offers)
        places = vocabulary(taught)
        matrix = Matrix(taught, places)
        for place, row in zip(own, heard([known[at] for at in own], offers), strict=True):
            rows[place] = row
        judging = Matrix([rows[place] for place in own], places)
        for column, signal in enumerate(SIGNALS):
            margins[own, column] = judging.times(fitted(matrix, truth(others, signal)))
    return Strangers(margins, rows)


def combined(known: Sequence[Line], strange: Strangers, without: str = "") -> Array:
    """For each signal, what the words, a cue, an offer taken and one declined count, and a bias."""
    places = [at for at, line in enumerate(known) if line.author not in {*NOT_STRANGE, without}]
    some, rows = [known[at] for at in places], [strange.rows[at] for at in places]
    return np.array(
        [
            weighed(
                np.column_stack([strange.margins[places, column], facts(some, rows, signal)]),
                truth(some, signal),
            )
            for column, signal in enumerate(SIGNALS)
        ]
    )


def foretold(known: Sequence[Line], strange: Strangers) -> Array:
    """The sums of each author's lines by what all others taught."""
    sums = np.zeros((len(known), len(SIGNALS)))
    for author in sorted({line.author for line in known} - NOT_STRANGE):
        own = [at for at, line in enumerate(known) if line.author == author]
        counts = combined(known, strange, author)
        some, rows = [known[at] for at in own], [strange.rows[at] for at in own]
        for column, signal in enumerate(SIGNALS):
            columns = [strange.margins[own, column], facts(some, rows, signal), np.ones(len(own))]
            sums[own, column] = np.column_stack(columns) @ counts[column]
    return sums


@dataclass(frozen=True)
class Told:
    """How cases were judged.

    Attributes:
        right: How many of each kind were.
        cases: How many there are of each kind.
        alarms: Shares of cases that must not escalate, and of others that did too early.
    """

    right: Counter[str]
    cases: Counter[str]
    alarms: float

    def __str__(self) -> str:
        found = self.right[PERSON] + self.right[EMERGENCY]
        share = found / (self.cases[PERSON] + self.cases[EMERGENCY])
        each = ", ".join(f"{kind} {self.right[kind]}/{self.cases[kind]}" for kind in SIGNALS)
        return f"person and emergency {share:6.1%}, false alarms {self.alarms:5.1%} ({each})"


def told(known: Sequence[Line], sums: Array) -> Told:
    """How the cases are judged by these sums."""
    right, cases, alarms = Counter[str](), Counter[str](), 0
    by_case = groupby(enumerate(known), key=lambda one: (one[1].author, one[1].case))
    for _, grouped in by_case:
        case = list(grouped)
        kind = case[-1][1].kind
        found = [{SIGNALS[at] for at in np.flatnonzero(sums[place] > 0)} for place, _ in case]
        early = any(found[:-1])
        cases[kind] += 1
        alarms += early or (kind == NONE and bool(found[-1]))
        right[kind] += not early and kind in found[-1]
    return Told(right, cases, alarms / cases[NONE])


def learned(known: Sequence[Line], counts: Array, shift: float) -> dict[str, object]:
    """What is written: all weights, from all lines."""
    offers = offering(known)
    rows = heard(known, offers)
    places = vocabulary(rows)
    matrix = Matrix(rows, places)
    fits = [fitted(matrix, truth(known, signal)) for signal in SIGNALS]
    weights = np.array([fit * count[0] for fit, count in zip(fits, counts, strict=True)]).T
    written = {
        feature: [_short(weight) for weight in weights[place]]
        for feature, place in places.items()
        if np.abs(weights[place]).max() >= _SLIGHT
    }
    for place, fact in enumerate((CUE, TAKEN, DECLINED), start=1):
        written[fact] = [_short(count[place]) for count in counts]
    return {
        "learned_from": digest(),
        "signals": SIGNALS,
        "bias": [_short(bias) for bias in weights[-1] + counts[:, -1] + shift],
        "offers_bias": _short(offers.pop("")),
        "offers": {one: _short(weight) for one, weight in offers.items() if abs(weight) >= _SLIGHT},
        "weights": written,
    }


def _short(weight: float) -> float:
    return round(float(weight), 2)


def written(data: Mapping[str, object]) -> str:
    """The file: a line for each feature, so that a change of it can be read."""
    head = {name: value for name, value in data.items() if name not in {"offers", "weights"}}
    tables = []
    for table in ("offers", "weights"):
        rows = data[table]
        assert isinstance(rows, dict)
        each = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
        tables.append(f'"{table}": {{\n{each}\n}}')
    return json.dumps(head)[:-1] + ", " + ", ".join(tables) + "}\n"


def main() -> int:
    """Tell what to expect, learn, and write the file."""
    say = partial(print, file=sys.stdout)
    known = [line for path in sources() for line in lines(path)]
    strange = as_strangers(known)
    sums = foretold(known, strange)
    places = [at for at, line in enumerate(known) if line.author not in NOT_STRANGE]
    others = [known[at] for at in places]
    say("Each author's lines, by what was learned from all others':")
    for author in sorted({line.author for line in others}):
        own = [place for place, line in enumerate(known) if line.author == author]
        say(f"  {author:>6}: {told([known[place] for place in own], sums[own])}")
    cues = np.array([[signal in line.cues for signal in SIGNALS] for line in others]) - 0.5
    say(f"  all, by cues alone: {told(others, cues)}")
    shifts = {by / 10: told(others, sums[places] + by / 10) for by in range(-8, 11)}
    for by, figures in shifts.items():
        say(f"  all, {by:+.1f}: {figures}")
    shift = max((by for by, each in shifts.items() if each.alarms <= _ALARMS), default=-1.0)
    LEARNED.write_text(written(learned(known, combined(known, strange), shift)))
    say(f"{LEARNED.name}: learned from {len(known)} lines, {shift:+.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
