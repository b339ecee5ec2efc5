"""What a line of the caller's says: the trade's phrases, the cues, and what its words weigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from processors.state.escalation.clauses import Sentence
from processors.state.escalation.cues import CueList
from processors.state.escalation.language import Language
from processors.state.escalation.learned import ASKED, DECLINED, TAKEN, Learned, features

Said = Literal["offered", "asked", "told"]
"""What the assistant did with a line: offered a person, asked something else, or neither."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line, read.

    Attributes:
        sentences: Its words.
        features: Its words as they are weighed (``learned.features``), with ``TAKEN``,
            ``DECLINED`` or ``ASKED``, where the assistant had offered a person or asked.
    """

    sentences: Sequence[Sentence]
    features: frozenset[str]


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

    def hear(self, text: str) -> Said:
        """Note what the assistant says."""
        grammar = self.language.grammar
        sentences = grammar.clauses.of(text)
        if self.language.offered.find_in(sentences, grammar) or self.learned.is_offer(
            features(sentences)
        ):
            return "offered"
        return "asked" if text.rstrip().endswith("?") else "told"

    def read(self, text: str, after: Said = "told") -> Line:
        """Take a line apart that came after such a line of the assistant's."""
        sentences = self.language.grammar.clauses.of(text)
        facts = [ASKED] if after == "asked" else []
        if after == "offered" and (answer := self.language.answer(text)) is not None:
            facts = [TAKEN if answer else DECLINED]
        return Line(sentences, features(sentences, offered=after == "offered").union(facts))

    def cue(self, line: Line, signal: str) -> str:
        """The words of the first cue of a signal that is meant; empty: there is none."""
        listed = self.language.cues.get(signal)
        return "" if listed is None else listed.find_in(line.sentences, self.language.grammar)

    def signs(self, line: Line) -> dict[str, str]:
        """The signals that a line gives, each with a few words that give it."""
        by_cue = [name for name in self.language.cues if name not in self.learned.signals]
        signs = {name: cue for name in by_cue if (cue := self.cue(line, name))}
        if TAKEN in line.features and self.offer not in self.learned.signals:
            signs.setdefault(self.offer, "yes")
        signs |= self.learned.signs(line.features, partial(self.cue, line))
        grammar = self.language.grammar
        for name, phrases in self.phrases.items():
            if said := phrases.find_in(line.sentences, grammar):
                signs[name] = said
        return signs
