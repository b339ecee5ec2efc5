"""How angry a caller is, as a trend over turns: a single hard word is no more than that.

Each turn gets a heat from the cues in it and, weakly, from a sentiment lexicon: that counts only
where a cue was found, and where the turn is aimed at the assistant or the business (a toothache is
"terrible", too). The level is this turn's heat and what is left of the level before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from processors.state.escalation.cues import CueList, Grammar

Sentiment = Callable[[str], float]
"""How a text sounds: from -1, very bad, to 1, very good."""

_KEPT: Final = 0.7
"""What is left of the level when another turn comes."""

_ALONE: Final = 0.86
"""What a first hot turn counts for until another one follows: one hard word is no trend."""

_FURTHER: Final = 0.7
"""What the second and each further cue of a turn adds of its heat."""

_OF_TONE: Final = 0.8
"""What the worst tone adds where it is aimed at the assistant; measured alone it is a weak sign."""


@dataclass(frozen=True, slots=True)
class AngerWords:
    """The cues of one language, by their heat.

    Attributes:
        grammar: What keeps a cue from being meant.
        cues: Lists of cues, each with the heat of one.
        aimed: Marks a text as being about the assistant or the business.
        elsewhere: Marks one as being about something else: it has no heat.
    """

    grammar: Grammar
    cues: Mapping[float, CueList]
    aimed: re.Pattern[str] | None = None
    elsewhere: re.Pattern[str] | None = None

    def heat(self, text: str, sentiment: Sentiment) -> float:
        """The heat of one turn."""
        heats: list[float] = []
        counted: list[str] = []
        sentences = self.grammar.clauses.of(text)
        if self.elsewhere is not None and any(
            self.elsewhere.search(" ".join(sentence)) for sentence in sentences
        ):
            return 0.0
        clauses = [clause for sentence in sentences for clause in sentence]
        for heat in sorted(self.cues, reverse=True):
            for cue in self.cues[heat].cues:
                if not any(map(cue.search, clauses)):
                    continue
                said = CueList(cues=(cue,)).find_in(sentences, self.grammar)
                # Words that a hotter cue took in are not counted again.
                if said and not any(said in other or other in said for other in counted):
                    heats.append(heat)
                    counted.append(said)
        if not heats:
            return 0.0
        worded = heats[0] + _FURTHER * sum(heats[1:])
        aimed = self.aimed is not None and self.aimed.search(self.grammar.clauses.plain(text))
        return worded + (max(-sentiment(text), 0.0) * _OF_TONE if aimed else 0.0)


@dataclass(slots=True)
class AngerTrend:
    """The level over the turns of a call.

    Attributes:
        words: The cues; None: there are none.
        sentiment: A lexicon's opinion.
        level: How angry the caller is now.
    """

    words: AngerWords | None
    sentiment: Sentiment
    level: float = field(default=0.0, init=False)
    _hot_turns: int = field(default=0, init=False)

    def caller_said(self, text: str) -> float:
        """Take in a turn; the level with it, as far as it is a trend."""
        heat = 0.0 if self.words is None else self.words.heat(text, self.sentiment)
        self._hot_turns += heat > 0
        self.level = self.level * _KEPT + heat
        return self.level if self._hot_turns > 1 else self.level * _ALONE
