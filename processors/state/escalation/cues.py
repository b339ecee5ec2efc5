"""Finds cues in what a caller said, and tells those that are meant from those that are not.

A cue that is negated ("I don't need an agent"), reported ("the letter says to ask for an agent"),
long past ("we had a fire last year"), only supposed ("if you smell gas") or taken back is none.
Which words do that is data of the language (``Grammar``); how they reach is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from processors.state.escalation.clauses import Clauses, Sentence

_REACH: Final = 5
"""Words before a cue among which one negates it."""

_CLASS: Final = re.compile(r"<(\w+)>")
_GAP: Final = " ~ "
_ANY_GAP: Final = r" (?:\w+ ){0,4}?"


class CueError(ValueError):
    """A cue can't be read."""


class Cues:
    """Reads cues: regular expressions with ``<class>`` and ``~`` for a few words between."""

    def __init__(self, classes: Mapping[str, str] = {}) -> None:
        self._classes = classes

    def compile(self, cue: str) -> re.Pattern[str]:
        """A cue as a pattern over a clause.

        Raises:
            CueError: It names a class that is not there, or is no regular expression.
        """
        pattern = _CLASS.sub(self._of_class, cue.replace(_GAP, _ANY_GAP))
        try:
            return re.compile(rf"(?:^|\b)(?:{pattern})(?:\b|$)")
        except re.error as error:
            raise CueError(f"{cue!r}: {error}") from error

    def _of_class(self, named: re.Match[str]) -> str:
        words = self._classes.get(named[1])
        if words is None:
            raise CueError(f"no class is called {named[1]!r}")
        return f"(?:{words})"


@dataclass(frozen=True, slots=True)
class Grammar:
    """What keeps a cue from being meant, as patterns over a clause; None: a language has no such.

    Attributes:
        clauses: Takes texts apart.
        negators: Words that negate what follows closely.
        negative_questions: Openings that ask and do not negate ("can't I ...").
        reported: Somebody else is said to have said it.
        past: It was long ago.
        supposed: It is only supposed.
        taken_back: A clause that takes back what stood before.
    """

    clauses: Clauses = field(default_factory=Clauses)
    negators: re.Pattern[str] | None = None
    negative_questions: re.Pattern[str] | None = None
    reported: re.Pattern[str] | None = None
    past: re.Pattern[str] | None = None
    supposed: re.Pattern[str] | None = None
    taken_back: re.Pattern[str] | None = None

    def negated(self, clause: str, start: int) -> bool:
        """Whether what begins at ``start`` is denied by what stands closely before."""
        if self.negators is None:
            return False
        before = clause[:start]
        if self.negative_questions is not None:
            before = self.negative_questions.sub(" ", before)
        return any(map(self.negators.fullmatch, before.split()[-_REACH:]))

    def told_of(self, sentence: Sentence, position: int, start: int) -> bool:
        """Whether it is reported, supposed, or of long ago, and so not meant now."""
        clause = sentence[position]
        before = clause[:start]
        if _found(self.past, clause) or _found(self.supposed, before):
            return True
        return self.quoted(sentence, position, start)

    def quoted(self, sentence: Sentence, position: int, start: int) -> bool:
        """Whether somebody else is reported to have said it: "she told me, get a lawyer"."""
        if _found(self.reported, sentence[position][:start]):
            return True
        if position == 0 or self.reported is None:
            return False
        return any(
            len(sentence[position - 1][said.end() :].split()) <= 1
            for said in self.reported.finditer(sentence[position - 1])
        )

    def takes_back(self, sentence: Sentence, position: int) -> bool:
        """Whether a later clause takes it back."""
        return any(_found(self.taken_back, later) for later in sentence[position + 1 :])


@dataclass(frozen=True, slots=True)
class CueList:
    """The cues of one signal in one language.

    Attributes:
        cues: Count unless they are not meant.
        sure: Count even when negated: they hold their own negation.
        alone: Count when they are all that a clause says.
        unless: A turn that has this is not looked at.
    """

    cues: Sequence[re.Pattern[str]] = ()
    sure: Sequence[re.Pattern[str]] = ()
    alone: Sequence[re.Pattern[str]] = ()
    unless: re.Pattern[str] | None = None

    def find(self, text: str, grammar: Grammar) -> str:
        """The words of the first cue that is meant; empty: there is none."""
        sentences = grammar.clauses.of(text)
        if self.unless is not None and any(
            _found(self.unless, clause) for sentence in sentences for clause in sentence
        ):
            return ""
        return next(self._meant(sentences, grammar), "")

    def _meant(self, sentences: Sequence[Sentence], grammar: Grammar) -> Iterator[str]:
        for sentence in sentences:
            for position, clause in enumerate(sentence):
                if grammar.takes_back(sentence, position):
                    continue
                for cue in self.sure:
                    said = cue.search(clause)
                    if said is not None and not grammar.quoted(sentence, position, said.start()):
                        yield said[0]
                for cue in self.cues:
                    for said in cue.finditer(clause):
                        if not grammar.negated(clause, said.start()) and not grammar.told_of(
                            sentence, position, said.start()
                        ):
                            yield said[0]
                for cue in self.alone:
                    if cue.fullmatch(clause) is not None and not grammar.quoted(
                        sentence, position, 0
                    ):
                        yield clause


def _found(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.search(text) is not None
