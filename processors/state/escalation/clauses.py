"""What a caller said, taken apart: its sentences, and their clauses that cues are looked for in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_QUOTES: Final = str.maketrans(dict.fromkeys("\u2019\u2018\u00b4`", "'"))
_SENTENCE: Final = re.compile("[.!?;:\u2026]+(?=\\s|$)|[\u00bf\u00a1]|\\s[-\u2013]+\\s|\u2014")
_CLAUSE: Final = re.compile(r",|\b(?:but|although|though|however|pero|aunque)\b")
_NOT_A_WORD: Final = re.compile(r"[^\w' ]+")

Sentence = tuple[str, ...]
"""The clauses of a sentence: small letters, no accents, no marks, one space between words."""


class Clauses:
    """Takes texts of one language apart."""

    def __init__(self, contractions: Sequence[tuple[str, str]] = ()) -> None:
        """Set up.

        Args:
            contractions: Patterns, and what is written in full in their place.
        """
        self._contractions = [(re.compile(short), full) for short, full in contractions]
        # Cues, anger and questions look at one line in turn.
        self.of = lru_cache(maxsize=2)(self._of)
        self.plain = lru_cache(maxsize=2)(self._plain)

    @property
    def contractions(self) -> list[tuple[str, str]]:
        """Patterns, and what is written in full in their place."""
        return [(short.pattern, full) for short, full in self._contractions]

    def _of(self, text: str) -> tuple[Sentence, ...]:
        """The sentences of a text, each as its clauses; empty ones are left out."""
        plain = self.plain(text)
        sentences = (
            tuple(clause for part in _CLAUSE.split(sentence) if (clause := _words(part)))
            for sentence in _SENTENCE.split(plain)
        )
        return tuple(sentence for sentence in sentences if sentence)

    def _plain(self, text: str) -> str:
        """A text in small letters and without accents, contractions written out."""
        text = text.translate(_QUOTES).lower()
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
        for short, full in self._contractions:
            text = short.sub(full, text)
        return text


def _words(text: str) -> str:
    return " ".join(_NOT_A_WORD.sub(" ", text).replace("'", " ").split())
