"""What a caller's words were learned to mean, where lists of cues are not enough.

Cues (``cues``) say why, but miss what nobody thought of, and take some lines for what they are not.
So each run of one to three words, and each piece of a word, has a weight for each signal, learned
from labelled lines of several authors (``tests/escalation/learn.py``); so has a cue that was found,
and an offer that was taken or declined. A signal is given where the sum is above 0: a linear model,
of which everybody can see which words decided.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from processors.state.escalation.clauses import Sentence

CUE: Final = "<cue>"
"""Stands for: a cue of the signal was found, and is meant."""

TAKEN: Final = "<taken>"
"""Stands for: the assistant had offered a person, and the caller takes it."""

DECLINED: Final = "<declined>"
"""Stands for: the assistant had offered a person, and the caller does not take it."""

ASKED: Final = "<asked>"
"""Stands for: the assistant had asked something else, which the line may answer."""

_ANSWER: Final = "@"
"""Begins a run that answers an offer."""

_PIECE: Final = "~"
"""Begins a piece of a word."""

_PIECES: Final = (4, 5)
"""Letters of a piece, both ends of the word counted as one."""

_RUN: Final = 3
"""Words of the longest run."""

_WHY: Final = 2
"""Runs that are named when the words alone decided."""


def features(sentences: Sequence[Sentence], *, offered: bool = False) -> frozenset[str]:
    """All that has a weight in a text: its runs of words, and pieces of its words.

    Ends of clauses (``;``) and of sentences (``|``) are words, too. Numbers are all ``0``.

    Args:
        sentences: The text.
        offered: The assistant had just offered a person, so that the first words may answer it.
    """
    words = ["^"]
    for number, sentence in enumerate(sentences):
        if number:
            words.append("|")
        for position, clause in enumerate(sentence):
            if position:
                words.append(";")
            words += ("0" if word.isdigit() else word for word in clause.split())
    words.append("$")
    found = set(_runs(words, _RUN))
    if offered:
        found.update(_ANSWER + run for run in _runs(words, _RUN - 1))
    for word in set(words):
        found.update(_pieces(word))
    return frozenset(found)


def _runs(words: Sequence[str], longest: int) -> Iterator[str]:
    for begin in range(len(words)):
        for end in range(begin + 1, min(begin + longest, len(words)) + 1):
            yield " ".join(words[begin:end])


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
        weights: By feature, and by ``CUE``, ``TAKEN``, ``DECLINED`` and ``ASKED``, for each signal
            in turn. What is not there weighs nothing.
        offers: By feature, what tells of a line of the assistant's that it offers a person.
        offers_bias: What that sum begins with.
    """

    signals: Sequence[str] = ()
    bias: Sequence[float] = ()
    weights: Mapping[str, Sequence[float]] = field(default_factory=dict)
    offers: Mapping[str, float] = field(default_factory=dict)
    offers_bias: float = 0.0

    def is_offer(self, found: Collection[str]) -> bool:
        """Whether the assistant offers a person with a line that has these features."""
        return self.offers_bias + sum(self.offers.get(feature, 0.0) for feature in found) > 0

    def signs(self, found: Collection[str], cue: Callable[[str], str]) -> dict[str, str]:
        """The signals that a line gives, each with a few words that give it.

        Args:
            found: The line's features and facts.
            cue: Looks for a cue of a signal in the line, which takes longer than all the rest:
                so only where it decides, or says why.
        """
        weighed = {feature: self.weights[feature] for feature in found if feature in self.weights}
        signs = {}
        for place, signal in enumerate(self.signals):
            total = self.bias[place] + sum(each[place] for each in weighed.values())
            with_cue = total + self.weights[CUE][place]
            if max(total, with_cue) > 0:
                said = cue(signal)
                if (with_cue if said else total) > 0:
                    signs[signal] = said or _most(weighed, place)
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
