"""Finds cues in what a caller said, and tells those that are meant from those that are not.

A cue that is negated ("I don't need an agent"), reported ("the letter says to ask for an agent"),
long past ("we had a fire last year"), only supposed ("if you smell gas") or taken back is none.
Which words do that is data of the language (``Grammar``); how they reach is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        return f"(?:{_CLASS.sub(self._of_class, words)})"


@dataclass(frozen=True, slots=True)
class Grammar:
    """What keeps a cue from being meant, as patterns over a clause; None: a language has no such.

    Attributes:
        clauses: Takes texts apart.
        breaks: Where another clause begins although no mark says so ("no | I want ...").
        carries: What ends just before such a place and takes it in all the same ("he said | I").
        negators: Words that negate what follows closely.
        negative_questions: What looks like a negation and is none ("can't I ...", "no, I ...").
        reported: Somebody else is said to have said it.
        past: It was long ago, or happens in a story.
        supposed: It is only supposed, or asked about in general.
        supposed_if: It would be so if something else were, said after it.
        taken_back: What takes back what stood before.
    """

    clauses: Clauses = field(default_factory=Clauses)
    breaks: re.Pattern[str] | None = None
    carries: re.Pattern[str] | None = None
    negators: re.Pattern[str] | None = None
    negative_questions: re.Pattern[str] | None = None
    reported: re.Pattern[str] | None = None
    past: re.Pattern[str] | None = None
    supposed: re.Pattern[str] | None = None
    supposed_if: re.Pattern[str] | None = None
    taken_back: re.Pattern[str] | None = None

    def span(self, clause: str, start: int, end: int) -> tuple[int, int]:
        """The part of a clause that what stands from ``start`` to ``end`` belongs to."""
        if self.breaks is None:
            return 0, len(clause)
        begin, stop = 0, len(clause)
        for found in self.breaks.finditer(clause):
            if _found(self.carries, clause[: found.start()].rstrip()):
                continue
            if found.start() <= start:
                begin = found.start()
            elif found.start() >= end:
                stop = found.start()
                break
        return begin, stop

    def negated(self, clause: str, start: int, end: int | None = None) -> bool:
        """Whether what begins at ``start`` is denied by what stands closely before."""
        if self.negators is None:
            return False
        begin, _ = self.span(clause, start, start if end is None else end)
        if self.negative_questions is not None:
            clause = self.negative_questions.sub(lambda found: " " * len(found[0]), clause)
        return any(map(self.negators.fullmatch, clause[begin:start].split()[-_REACH:]))

    def told_of(self, sentence: Sentence, position: int, start: int, end: int) -> bool:
        """Whether it is reported, supposed, or of long ago, and so not meant now."""
        clause = sentence[position]
        begin, stop = self.span(clause, start, end)
        if _found(self.past, clause[begin:stop]) or _found(self.supposed, clause[begin:start]):
            return True
        if _found(self.supposed_if, clause[begin:]):
            return True
        return self.quoted(sentence, position, start)

    def quoted(self, sentence: Sentence, position: int, start: int) -> bool:
        """Whether somebody else is reported to have said it: "she told me, get a lawyer"."""
        begin, _ = self.span(sentence[position], start, start)
        if _found(self.reported, sentence[position][begin:start]):
            return True
        if position == 0 or self.reported is None or begin > 0:
            return False
        return any(
            len(sentence[position - 1][said.end() :].split()) <= 1
            for said in self.reported.finditer(sentence[position - 1])
        )

    def takes_back(self, clauses: Sequence[str]) -> bool:
        """Whether one of these clauses, said later, takes it back."""
        return any(_found(self.taken_back, later) for later in clauses)


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
        return self.find_in(grammar.clauses.of(text), grammar)

    def find_in(self, sentences: Sequence[Sentence], grammar: Grammar) -> str:
        """The words of the first cue that is meant in a text that was taken apart; empty: none."""
        if self.unless is not None and any(
            _found(self.unless, clause) for sentence in sentences for clause in sentence
        ):
            return ""
        return next(self._meant(sentences, grammar), "")

    def _meant(self, sentences: Sequence[Sentence], grammar: Grammar) -> Iterator[str]:
        for number, sentence in enumerate(sentences):
            later = [clause for following in sentences[number + 1 :] for clause in following]
            for position, clause in enumerate(sentence):
                for said in self._in_clause(sentence, position, grammar):
                    rest = (clause[said.end() :], *sentence[position + 1 :], *later)
                    if not grammar.takes_back(rest):
                        yield said[0]

    def _in_clause(
        self, sentence: Sentence, position: int, grammar: Grammar
    ) -> Iterator[re.Match[str]]:
        clause = sentence[position]
        for cue in self.sure:
            said = cue.search(clause)
            if said is not None and not grammar.quoted(sentence, position, said.start()):
                yield said
        for cue in self.cues:
            for said in cue.finditer(clause):
                start, end = said.span()
                if not grammar.negated(clause, start, end) and not grammar.told_of(
                    sentence, position, start, end
                ):
                    yield said
        for cue in self.alone:
            said = cue.fullmatch(clause)
            if said is not None and not grammar.quoted(sentence, position, 0):
                yield said


def either(patterns: Iterable[re.Pattern[str] | None]) -> re.Pattern[str] | None:
    """A pattern that finds what any of these finds; None: there is none among them."""
    texts = dict.fromkeys(pattern.pattern for pattern in patterns if pattern is not None)
    return re.compile("|".join(f"(?:{text})" for text in texts)) if texts else None


def _found(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is not None and pattern.search(text) is not None
