"""Whether the caller asks the same thing again, if in other words, by the words that matter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from processors.state.escalation.clauses import Clauses

_SAME: Final = 0.6
"""Of the shorter question's words, so many must be in the other one ..."""

_ALIKE: Final = 0.3
"""... and of both together, so many in both."""

_REMEMBERED: Final = 12


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """What a question is about, in one language.

    Attributes:
        clauses: Takes texts apart.
        small: Words that say nothing about it.
        begins: A clause that begins so asks.
        asks: A text that has this asks.
        joined: Pairs of words that count as one, such as "how much".
        alike: What words stand for that ask the same: "cost" and "charge" for one thing.
    """

    clauses: Clauses
    small: frozenset[str]
    begins: re.Pattern[str] | None = None
    asks: re.Pattern[str] | None = None
    joined: re.Pattern[str] | None = None
    alike: Mapping[str, str] = field(default_factory=dict)

    def read(self, text: str) -> frozenset[str] | None:
        """The words that a question is about; None: it asks nothing."""
        plain = self.clauses.plain(text)
        sentences = self.clauses.of(text)
        spoken = [clause for sentence in sentences for clause in sentence]
        asks = (self.asks is not None and self.asks.search(plain) is not None) or any(
            self.begins is not None and self.begins.search(clause) for clause in spoken
        )
        if not asks:
            return None
        said = " ".join(spoken)
        if self.joined is not None:
            said = self.joined.sub(lambda pair: pair[0].replace(" ", "_"), said)
        return frozenset(
            self.alike.get(word) or self.alike.get(_stem(word)) or _stem(word)
            for word in said.split()
            if word not in self.small
        )


@dataclass(slots=True)
class RepeatedQuestions:
    """Counts how often the newest question was asked.

    Attributes:
        words: What questions are about; None: nothing is known of it.
    """

    words: QuestionWords | None
    _asked: list[frozenset[str]] = field(default_factory=list, init=False)

    def caller_said(self, text: str) -> int:
        """Take in a turn; how often it was asked by now, 0 if it asks nothing."""
        about = None if self.words is None else self.words.read(text)
        if not about:
            return 0
        times = 1 + sum(_same(about, before) for before in self._asked)
        self._asked = [*self._asked[-_REMEMBERED:], about]
        return times


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    both = len(one & other)
    return both >= _SAME * min(len(one), len(other)) and both >= _ALIKE * len(one | other)


def _stem(word: str) -> str:
    """A word without the ending that changes from one way of asking to the other."""
    for ending in ("ing", "es", "s", "ed", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
