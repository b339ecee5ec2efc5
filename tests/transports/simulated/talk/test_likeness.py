from __future__ import annotations

import numpy as np

from transports.simulated.speech.engines import Vectors
from transports.simulated.talk.likeness import VectorLikeness, WordLikeness


class Counting:
    """Vectors by the first letter, and how often they were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def vectors(self, sentences: list[str]) -> Vectors:
        self.asked += sentences
        return np.array([[1.0, 0.0] if s[0] == "a" else [-0.6, 0.8] for s in sentences], "float32")


def test_words_that_both_have_make_sentences_alike() -> None:
    nearness = WordLikeness().compare("Opening the shop", ["We open the shop", "Rain", ""])

    assert nearness == [1.0, 0.0, 0.0]


def test_vectors_are_made_once_and_opposites_are_not_alike() -> None:
    sentences = Counting()
    likeness = VectorLikeness(sentences)

    assert likeness.compare("a", ["ab", "b"]) == [1.0, 0.0]
    assert likeness.compare("b", ["ab", "b"]) == [0.0, 1.0]
    assert sentences.asked == ["a", "ab", "b"]
    assert likeness.compare("a", []) == []


def test_only_so_many_vectors_are_kept() -> None:
    sentences = Counting()
    likeness = VectorLikeness(sentences)

    likeness.compare("a", [f"b{number}" for number in range(4090)])
    likeness.compare("a", [f"c{number}" for number in range(10)])

    assert sentences.asked.count("a") == 2
