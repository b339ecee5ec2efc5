"""What a caller's words were learned to mean, where lists of cues are not enough.

Cues (``cues``) say why, but miss what nobody thought of, and take some lines for what they are not.
So each run of one to three words, each pair of words that are near each other, and each piece of a
word has a weight for each signal, learned from labelled lines of many authors
(``tests/escalation/learn.py``); so have the words of the assistant's line before it, a cue that was
found, and an offer that was taken or declined. What is rare counts more, and all weights together
are divided by the line's length, or long lines would say everything. A signal is given where the
sum is above 0: a linear model, of which everybody can see which words decided.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from processors.state.escalation.clauses import Sentence

TAKEN: Final = "<taken>"
"""Stands for: the assistant had offered a person, and the caller takes it."""

DECLINED: Final = "<declined>"
"""Stands for: the assistant had offered a person, and the caller does not take it."""

ASKED: Final = "<asked>"
"""Stands for: the assistant had asked something else, which the line may answer."""

_ANSWER: Final = "@"
"""Begins a run that answers an offer."""

_BEFORE: Final = "A:"
"""Begins a run of the assistant's line before."""

_BEFORE_AT_MOST: Final = 14
"""Words of that line that count, its end among them."""

_NEAR: Final = ".."
"""Stands between two words that are near each other, but not beside."""

_PIECE: Final = "~"
"""Begins a piece of a word."""

_PIECES: Final = (4, 5)
"""Letters of a piece, both ends of the word counted as one."""

_RUN: Final = 3
"""Words of the longest run."""

_NEARNESS: Final = 4
"""Words from one of them to the other, at most."""

_WHY: Final = 2
"""Runs that are named when the words alone decided."""


def cue_of(signal: str) -> str:
    """Stands for: a cue of the signal was found, and is meant."""
    return f"<cue of {signal}>"


def features(sentences: Sequence[Sentence], *, offered: bool = False) -> frozenset[str]:
    """All that has a weight in a text: runs of its words, pairs, and pieces of words.

    Ends of clauses (``;``) and of sentences (``|``) are words, too. Numbers are all ``0``.

    Args:
        sentences: The text.
        offered: The assistant had just offered a person, so that the first words may answer it.
    """
    words = _words(sentences)
    found = set(_runs(words, _RUN))
    found.update(_pairs(words))
    if offered:
        found.update(_ANSWER + run for run in _runs(words, _RUN - 1))
    for word in set(words):
        found.update(_pieces(word))
    return frozenset(found)


def features_before(sentences: Sequence[Sentence]) -> frozenset[str]:
    """What has a weight of the line that the assistant said before: the end of it.

    That is what is answered; a long greeting must not drown the caller's own words.
    """
    words = _words(sentences[-1:])[-_BEFORE_AT_MOST:]
    return frozenset(_BEFORE + run for run in _runs(words, _RUN - 1))


def _words(sentences: Sequence[Sentence]) -> list[str]:
    words = ["^"]
    for number, sentence in enumerate(sentences):
        if number:
            words.append("|")
        for position, clause in enumerate(sentence):
            if position:
                words.append(";")
            words += ("0" if word.isdigit() else word for word in clause.split())
    words.append("$")
    return words


def _runs(words: Sequence[str], longest: int) -> Iterator[str]:
    for begin in range(len(words)):
        for end in range(begin + 1, min(begin + longest, len(words)) + 1):
            yield " ".join(words[begin:end])


def _pairs(words: Sequence[str]) -> Iterator[str]:
    for begin, word in enumerate(words):
        for other in words[begin + 2 : begin + _NEARNESS + 1]:
            yield word + _NEAR + other


def _pieces(word: str) -> Iterator[str]:
    if len(word) < _PIECES[0]:
        return
    whole = f"#{word}#"
    for size in _PIECES:
        for begin in range(len(whole) - size + 1):
            yield _PIECE + whole[begin : begin + size]


@dataclass(frozen=True, slots=True)
class Learned:
    """The weights.

    Attributes:
        signals: What they are for.
        bias: What each signal's sum begins with.
        weights: By feature, how rare it is, and its weight for each signal in turn. What is not
            there weighs nothing.
        offers: By feature, what tells of a line of the assistant's that it offers a person.
        offers_bias: What that sum begins with.
    """

    signals: Sequence[str] = ()
    bias: Sequence[float] = ()
    weights: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    offers: Mapping[str, float] = field(default_factory=dict)
    offers_bias: float = 0.0

    def is_offer(self, found: Collection[str]) -> bool:
        """Whether the assistant offers a person with a line that has these features."""
        return self.offers_bias + sum(self.offers.get(feature, 0.0) for feature in found) > 0

    def signs(self, found: Collection[str], cues: Mapping[str, str]) -> dict[str, str]:
        """The signals that a line gives, each with a few words that give it.

        Args:
            found: The line's features and facts.
            cues: The words of the cues in it, by their signals; they say why, if they are there.
        """
        weighed = {feature: self.weights[feature] for feature in found if feature in self.weights}
        length = math.sqrt(sum(each[0] * each[0] for each in weighed.values())) or 1.0
        signs = {}
        for place, signal in enumerate(self.signals, start=1):
            if self.bias[place - 1] + sum(each[place] for each in weighed.values()) / length > 0:
                signs[signal] = cues.get(signal) or _most(weighed, place)
        return signs


def _most(weighed: Mapping[str, Sequence[float]], place: int) -> str:
    """The words that weigh most, their pieces with them."""
    words = {
        feature: weights[place]
        + sum(weighed[piece][place] for piece in _pieces(feature) if piece in weighed)
        for feature, weights in weighed.items()
        if feature.isalnum()
    }
    return ", ".join(sorted(words, key=lambda word: (-words[word], word))[:_WHY])
