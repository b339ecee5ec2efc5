"""What is known of a language, its grammar and its cues; and of several that a call may mix.

Callers change the language within a call and within a sentence. So the cues of all languages that
are on are looked for in every turn, and what negates, reports or supposes in any of them holds for
all: a cue of one language must not pass because the other's grammar does not know the word "never".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from processors.state.escalation.anger import AngerWords
from processors.state.escalation.clauses import Clauses
from processors.state.escalation.cues import CueList, Grammar, either
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
            # Whole first: "yeah, no, I'm fine" begins with what looks like a yes.
            for clause in (" ".join(sentence), *sentence):
                if self.declines is not None and self.declines.search(clause):
                    return False
                if self.agrees is not None and self.agrees.search(clause):
                    return True
        return None


def joined(languages: Sequence[Language]) -> Language:
    """The languages of a call as one: the cues of each, under the grammar of all."""
    if len(languages) == 1:
        return languages[0]
    grammar = _grammar([language.grammar for language in languages])
    signals = dict.fromkeys(signal for language in languages for signal in language.cues)
    return Language(
        grammar,
        cues={
            signal: _cues([spoken.cues[signal] for spoken in languages if signal in spoken.cues])
            for signal in signals
        },
        anger=_anger(grammar, [spoken.anger for spoken in languages if spoken.anger]),
        questions=_questions(
            grammar.clauses, [spoken.questions for spoken in languages if spoken.questions]
        ),
        offered=_cues([spoken.offered for spoken in languages]),
        agrees=either(spoken.agrees for spoken in languages),
        declines=either(spoken.declines for spoken in languages),
    )


def _grammar(grammars: Sequence[Grammar]) -> Grammar:
    clauses = Clauses([pair for grammar in grammars for pair in grammar.clauses.contractions])
    patterns = {
        known.name: either(getattr(grammar, known.name) for grammar in grammars)
        for known in fields(Grammar)
        if known.name != "clauses"
    }
    return Grammar(clauses, **patterns)


def _cues(lists: Sequence[CueList]) -> CueList:
    return CueList(
        cues=tuple(cue for one in lists for cue in one.cues),
        sure=tuple(cue for one in lists for cue in one.sure),
        alone=tuple(cue for one in lists for cue in one.alone),
        unless=either(one.unless for one in lists),
    )


def _anger(grammar: Grammar, words: Sequence[AngerWords]) -> AngerWords | None:
    if not words:
        return None
    heats = sorted({heat for one in words for heat in one.cues})
    return AngerWords(
        grammar,
        {heat: _cues([one.cues[heat] for one in words if heat in one.cues]) for heat in heats},
        either(one.aimed for one in words),
        either(one.elsewhere for one in words),
    )


def _questions(clauses: Clauses, words: Sequence[QuestionWords]) -> QuestionWords | None:
    if not words:
        return None
    return QuestionWords(
        clauses,
        frozenset().union(*(one.small for one in words)),
        begins=either(one.begins for one in words),
        asks=either(one.asks for one in words),
        joined=either(one.joined for one in words),
        alike={word: about for one in words for word, about in one.alike.items()},
    )
