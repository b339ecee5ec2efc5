"""What a call file says is true, found by a caller's question, and said to them as it stands."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from transports.simulated.brain_script import BrainScript
from transports.simulated.talk.likeness import Likeness
from transports.simulated.talk.limits import to_the_caller
from transports.simulated.words import stems

_ASKED_BY_WORD: Final = {
    "hour": "open in from to",
    "open": "hour in from to nine six monday closed",
    "close": "hour open in from to",
    "cost": "price free dollar fee charge",
    "price": "cost free dollar fee charge",
    "long": "hour minute day take",
    "when": "day hour within",
}
"""What facts call it that answer such a question."""
_RARE: Final = 0.5
"""What they must share: a word that hardly any other fact has, or several that some have."""
_NEXT: Final = re.compile(
    r"\b(?:calls? (?:you )?back|follows? up|be in touch|gets? back|contacts? you)\b",
    re.IGNORECASE,
)


class Knowledge:
    """The facts of one call file."""

    def __init__(self, script: BrainScript, likeness: Likeness) -> None:
        self._facts = script.facts
        self._business = stems(script.business)
        self._likeness = likeness
        self._known = [stems(fact) for fact in self._facts]
        self._frequency = Counter(word for fact in self._known for word in fact)

    def answer(self, question: str) -> str:
        """The fact that answers, as it is said; empty if none does."""
        asked = stems(question) - self._business
        wide = asked | {other for word in asked for other in _wider(word)}
        nearness = self._likeness.compare(question, self._facts)
        best, best_score = "", 0.0
        for fact, known, near in zip(self._facts, self._known, nearness, strict=True):
            shared = sum(1 / self._frequency[word] for word in wide & known)
            by_words = shared >= _RARE and near >= self._likeness.unrelated
            enough = by_words or near >= self._likeness.related
            score = shared + 2 * near
            if enough and score > best_score:
                best, best_score = fact, score
        return as_said(best)

    @property
    def next_step(self) -> str:
        """What the file says happens after the call; empty if it does not say."""
        return next((as_said(fact) for fact in self._facts if _NEXT.search(fact)), "")


def as_said(fact: str) -> str:
    """A fact as the caller hears it: one that is told to the assistant is told of itself."""
    if re.match(r"you(?:r|'re|'ve)?\b", fact, re.IGNORECASE):
        fact = re.sub(r"\bof you\b", "of me", to_the_caller(fact.replace("of you", "of me")))
    return fact if not fact or fact[-1] in ".!?" else f"{fact}."


def _wider(word: str) -> frozenset[str]:
    return stems(_ASKED_BY_WORD.get(word, ""))
