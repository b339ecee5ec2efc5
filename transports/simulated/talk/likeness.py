"""How near two sentences are in meaning: by vectors where there are any, by shared words else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from transports.simulated.speech.engines import Sentences, Vectors
from transports.simulated.words import stems

_MOST_KEPT: Final = 4096
"""Sentences whose vectors are kept; beyond it they are made anew."""


class Likeness(Protocol):
    """Compares a sentence with others."""

    near: float
    """From here on two sentences mean the same."""

    related: float
    """From here on they are about the same."""

    unrelated: float
    """Below this they have nothing to do with each other, whatever words they share."""

    def compare(self, sentence: str, others: Sequence[str]) -> list[float]:
        """How near each of the others is, 0 to 1."""
        ...


class WordLikeness:
    """Shared words, by their stems: what can be told without vectors."""

    near = 0.75
    related = 0.34
    unrelated = 0.0

    def compare(self, sentence: str, others: Sequence[str]) -> list[float]:
        """The share of the words of both that are in both."""
        said = stems(sentence)
        return [_shared(said, stems(other)) for other in others]


class VectorLikeness:
    """Cosines of sentence vectors, which are kept: a call file's sentences are always the same.

    The limits were measured with all-MiniLM-L6-v2 on sentences of callers: what means the same has
    0.54 and more, what does not has 0.46 at most; a fact and the question that it answers have
    0.3 to 0.7, others less than 0.3 (rules by words find the rest).
    """

    near = 0.52
    related = 0.36
    unrelated = 0.12

    def __init__(self, sentences: Sentences) -> None:
        self._sentences = sentences
        self._known: dict[str, Vectors] = {}

    def compare(self, sentence: str, others: Sequence[str]) -> list[float]:
        """The cosines, those below nothing as nothing."""
        if not others:
            return []
        wanted = dict.fromkeys([sentence, *others])
        if len(self._known) + len(wanted) > _MOST_KEPT:
            self._known.clear()
        for text in wanted:
            if text not in self._known:
                # One by one: in a batch, a quantised network's answer depends on the others.
                self._known[text] = self._sentences.vectors([text])[0]
        rows = np.stack([self._known[other] for other in others])
        cosines: list[float] = np.clip(rows @ self._known[sentence], 0.0, 1.0).tolist()
        return cosines


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
