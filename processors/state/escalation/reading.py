"""What a line of the caller's says: the trade's phrases, the cues, and what its words weigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from processors.state.escalation.clauses import Sentence
from processors.state.escalation.cues import CueList
from processors.state.escalation.language import Language
from processors.state.escalation.learned import (
    ASKED,
    DECLINED,
    TAKEN,
    Learned,
    cue_of,
    features,
    features_before,
)

Said = Literal["offered", "asked", "told"]
"""What the assistant did with a line: offered a person, asked something else, or neither."""


@dataclass(frozen=True, slots=True)
class Before:
    """The assistant's line before.

    Attributes:
        said: What it did.
        features: Its words as they are weighed.
    """

    said: Said = "told"
    features: frozenset[str] = frozenset()


NOTHING: Final = Before()
"""The assistant had said nothing since the caller spoke."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, read.

    Attributes:
        sentences: Its words.
        features: Its words as they are weighed (``learned.features``) and those of the line before,
            with ``TAKEN``, ``DECLINED`` or ``ASKED``, where the assistant had offered a person or
            asked, and the cues that are meant.
        cues: The words of the first cue of each signal that was learned.
    """

    sentences: Sequence[Sentence]
    features: frozenset[str]
    cues: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads lines.

    Attributes:
        language: The cues, and the grammar that holds for them.
        phrases: The trade's own cues, by their signals: they count whatever was learned.
        learned: The weights; signals that are not in it go by cues alone.
        offer: The signal that taking an offer gives where nothing was learned of it.
    """

    language: Language
    phrases: Mapping[str, CueList] = field(default_factory=dict)
    learned: Learned = field(default_factory=Learned)
    offer: str = ""

    def hear(self, text: str) -> Before:
        """Note what the assistant says."""
        grammar = self.language.grammar
        sentences = grammar.clauses.of(text)
        said: Said = "asked" if text.rstrip().endswith("?") else "told"
        if self.language.offered.find_in(sentences, grammar) or self.learned.is_offer(
            features(sentences)
        ):
            said = "offered"
        return Before(said, features_before(sentences))

    def read(self, text: str, before: Before = NOTHING) -> Line:
        """Take a line apart that came after such a line of the assistant's."""
        sentences = self.language.grammar.clauses.of(text)
        offered = before.said == "offered"
        facts = [ASKED] if before.said == "asked" else []
        if offered and (answer := self.language.answer(text)) is not None:
            facts = [TAKEN if answer else DECLINED]
        cues = self._cues(sentences, self.learned.signals)
        found = features(sentences, offered=offered).union(
            before.features, facts, map(cue_of, cues)
        )
        return Line(sentences, found, cues)

    def signs(self, line: Line) -> dict[str, str]:
        """The signals that a line gives, each with a few words that give it."""
        learned = self.learned.signals
        signs = self._cues(
            line.sentences, [name for name in self.language.cues if name not in learned]
        )
        if TAKEN in line.features and self.offer not in learned:
            signs.setdefault(self.offer, "yes")
        signs |= self.learned.signs(line.features, line.cues)
        grammar = self.language.grammar
        for name, phrases in self.phrases.items():
            if said := phrases.find_in(line.sentences, grammar):
                signs[name] = said
        return signs

    def _cues(self, sentences: Sequence[Sentence], signals: Sequence[str]) -> dict[str, str]:
        """The words of the first cue that is meant, of each of these signals that has one."""
        listed = {name: self.language.cues[name] for name in signals if name in self.language.cues}
        found = {
            name: cues.find_in(sentences, self.language.grammar) for name, cues in listed.items()
        }
        return {name: cue for name, cue in found.items() if cue}
