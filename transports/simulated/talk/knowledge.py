"""What a call file says is true, found by a caller's question, and said to them as it stands."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from transports.simulated.brain_script import BrainScript
from transports.simulated.talk.likeness import Likeness
from transports.simulated.talk.limits import to_the_caller
from transports.simulated.words import stems, words

_OPENING: Final = stems(
    "open opening closed monday tuesday wednesday thursday friday saturday sunday weekday weekend "
    "eight nine five six seven"
)
_PRICE: Final = stems("cost price free dollar euro fee charge")
_PLACE: Final = stems("street road avenue lane square building corner address located")
_ASKED_BY: Final = {
    "where": _PLACE,
    "address": _PLACE,
    "located": _PLACE,
    "hours": _OPENING,
    "open": _OPENING,
    "close": _OPENING,
    "closed": _OPENING,
    "cost": _PRICE,
    "price": _PRICE,
    "charge": _PRICE,
    "much": _PRICE,
    "long": stems("hour minute day week take"),
    "soon": stems("hour minute day week within"),
}
"""What facts say that answer a question with such a word: "hours" are not "half an hour"."""
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
        said = words(question)
        asked = stems(" ".join(word for word in said if word != "hours")) - self._business
        wide = asked.union(*(_ASKED_BY.get(word, ()) for word in said))
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
