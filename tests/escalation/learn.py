"""Learns the weights of ``processors/escalation_words/learned.json`` from labelled lines.

``python -m tests.escalation.learn`` reads ``lines/*.yaml``, one file an author, and the dev half;
it wants scikit-learn (extra ``learn``). It first tells what to expect of an author who is not among
them: each author's lines are judged by weights that were learned from others. Then it learns
from all and writes the file. Logistic regression with an L2 penalty, for each signal on its own,
over what ``learned.features`` finds: rare features count more (tf-idf), and each line's are divided
by their length.

The held-out half is never read here.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from processors.escalation_words import LEARNED
from processors.state.escalation.detector import EMERGENCY, PERSON
from tests.escalation.material import (
    NONE,
    NOT_STRANGE,
    SIGNALS,
    Line,
    digest,
    lines,
    sources,
)

_PARTS: Final = 12
"""Of the authors: each is judged by what the others taught."""
_AT_LEAST: Final = 4
"""Lines that a feature must be in."""
_LENIENCE: Final = 100.0
"""Inverse of the penalty on the weights: of 10, 30, 60, 100 and 300 the best for strangers."""
_OFFERS_LENIENCE: Final = 0.5
"""The same for what tells an offer, whose features are all counted as one."""
_SLIGHT: Final = 0.05
"""Weights of offers below it are left out."""
_ALARMS: Final = 0.02
"""False alarms that an author not learned from may raise; anger and repeats raise some, too."""
_LEGAL_ALARMS: Final = 0.002
"""As many more so that more is found of law and complaints."""

Array = npt.NDArray[np.float64]


class Words:
    """Which features are worth a weight, and how rare each is."""

    def __init__(self, rows: Sequence[frozenset[str]], at_least: int = _AT_LEAST) -> None:
        seen = Counter(feature for row in rows for feature in row)
        common = sorted(feature for feature, count in seen.items() if count >= at_least)
        self.places = {feature: place for place, feature in enumerate(common)}
        self.rarity = np.array([round(float(np.log(len(rows) / seen[one])), 2) for one in common])

    def plain(self, rows: Sequence[frozenset[str]]) -> sparse.csr_matrix:
        """A row for each line: 1 where it has a feature."""
        known = [[self.places[one] for one in row if one in self.places] for row in rows]
        ends = np.cumsum([0, *map(len, known)])
        places = np.array([place for row in known for place in row], dtype=int)
        shape = (len(rows), len(self.places))
        return sparse.csr_matrix((np.ones(len(places)), places, ends), shape=shape)

    def weighed(self, rows: Sequence[frozenset[str]]) -> sparse.csr_matrix:
        """A row for each line: how rare its features are, all of it of length 1."""
        rare = self.plain(rows) @ sparse.diags(self.rarity)
        lengths = np.sqrt(np.asarray(rare.multiply(rare).sum(axis=1)).ravel())
        return sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ rare


def fitted(matrix: sparse.csr_matrix, truth: Array, lenience: float) -> tuple[Array, float]:
    """Weights and bias."""
    model = LogisticRegression(C=lenience, solver="liblinear").fit(matrix, truth)
    return model.coef_[0], float(model.intercept_[0])


def offering(known: Sequence[Line]) -> dict[str, float]:
    """What tells of a line of the assistant's that it offers a person; the bias under ""."""
    told = [(line.before, line.offers) for line in known if line.before and line.offers is not None]
    befores = [before for before, _ in told]
    words = Words(befores, at_least=2)
    truth = np.array([offers for _, offers in told])
    weights, bias = fitted(words.plain(befores), truth, _OFFERS_LENIENCE)
    return {name: float(weights[place]) for name, place in words.places.items()} | {"": bias}


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
class Taught:
    """What lines taught.

    Attributes:
        offers: What tells an offer.
        words: The features, and how rare they are.
        weights: For each signal, of each feature.
        bias: Of each signal.
    """

    offers: dict[str, float]
    words: Words
    weights: Array
    bias: Array

    @classmethod
    def by(cls, known: Sequence[Line]) -> Taught:
        """Learn."""
        offers = offering(known)
        rows = heard(known, offers)
        words = Words(rows)
        matrix = words.weighed(rows)
        fits = [
            fitted(matrix, np.array([line.expect == signal for line in known]), _LENIENCE)
            for signal in SIGNALS
        ]
        return cls(
            offers, words, np.array([fit for fit, _ in fits]), np.array([bias for _, bias in fits])
        )

    def sums(self, known: Sequence[Line]) -> Array:
        """What these lines come to, for each signal."""
        rows = self.words.weighed(heard(known, self.offers))
        sums: Array = rows @ self.weights.T + self.bias
        return sums


def foretold(known: Sequence[Line]) -> Array:
    """The sums of each author's lines by what others taught."""
    sums = np.zeros((len(known), len(SIGNALS)))
    groups = [line.author for line in known]
    for _, own in GroupKFold(_PARTS).split(known, groups=groups):
        authors = {groups[place] for place in own} - NOT_STRANGE
        judged = [place for place in own if groups[place] in authors]
        others = [line for line in known if line.author not in authors]
        sums[judged] = Taught.by(others).sums([known[place] for place in judged])
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


def document(taught: Taught, shift: Array) -> dict[str, object]:
    """What is written."""
    words, offers = taught.words, dict(taught.offers)
    weights = taught.weights * words.rarity
    return {
        "learned_from": digest(),
        "signals": SIGNALS,
        "bias": [_short(bias) for bias in taught.bias + shift],
        "offers_bias": _short(offers.pop("")),
        "offers": {one: _short(weight) for one, weight in offers.items() if abs(weight) >= _SLIGHT},
        "weights": {
            feature: [float(words.rarity[place]), *(_short(each[place]) for each in weights)]
            for feature, place in words.places.items()
        },
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
        dump = partial(json.dumps, separators=(",", ":"))
        each = ",\n".join(f"{dump(name)}:{dump(row)}" for name, row in rows.items())
        tables.append(f'"{table}": {{\n{each}\n}}')
    return json.dumps(head)[:-1] + ", " + ", ".join(tables) + "}\n"


def _furthest(known: Sequence[Line], sums: Array, shifts: Sequence[Array], alarms: float) -> Array:
    """The last of these shifts, each finding more, that raises no more false alarms."""
    allowed = [shift for shift in shifts if told(known, sums + shift).alarms <= alarms]
    return allowed[-1] if allowed else shifts[0]


def main() -> int:
    """Tell what to expect, learn, and write the file."""
    say = partial(print, file=sys.stdout)
    known = [line for path in sources() for line in lines(path)]
    every = foretold(known)
    places = [at for at, line in enumerate(known) if line.author not in NOT_STRANGE]
    others, sums = [known[at] for at in places], every[places]
    shifts = [np.array([by / 10, by / 10, 0.0]) for by in range(-5, 26)]
    shift = _furthest(others, sums, shifts, _ALARMS)
    # A lawyer is named seldom: what more of them costs is told apart.
    shifts = [shift + np.array([0.0, 0.0, by / 10]) for by in range(16)]
    shift = _furthest(others, sums, shifts, _ALARMS + _LEGAL_ALARMS)
    say("Each author's lines, by what was learned from others':")
    for author in sorted({line.author for line in others}):
        own = [place for place, line in enumerate(others) if line.author == author]
        judged = told([others[place] for place in own], sums[own] + shift)
        say(f"  {author:>6}: {judged}")
    say(f"  all: {told(others, sums + shift)}")
    LEARNED.write_text(written(document(Taught.by(known), shift)))
    say(f"{LEARNED.name}: learned from {len(known)} lines, shifted by {shift.round(1)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
