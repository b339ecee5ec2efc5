"""What is known of one language: its grammar and its cues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from processors.state.escalation.anger import AngerWords
from processors.state.escalation.cues import CueList, Grammar
from processors.state.escalation.repeats import QuestionWords


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        grammar: What keeps a cue from being meant.
        cues: Each signal's, by its name.
        anger: What shows anger.
        questions: What questions are about.
        offered: What the assistant says when it offers a person.
        agrees: How a clause begins with which an offer is taken.
        declines: How one begins with which it is not.
    """

    grammar: Grammar
    cues: Mapping[str, CueList] = field(default_factory=dict)
    anger: AngerWords | None = None
    questions: QuestionWords | None = None
    offered: CueList = field(default_factory=CueList)
    agrees: re.Pattern[str] | None = None
    declines: re.Pattern[str] | None = None

    def answer(self, text: str) -> bool | None:
        """Whether an offer is taken with these words; None: they don't say."""
        for sentence in self.grammar.clauses.of(text):
            for clause in sentence:
                if self.declines is not None and self.declines.search(clause):
                    return False
                if self.agrees is not None and self.agrees.search(clause):
                    return True
        return None
