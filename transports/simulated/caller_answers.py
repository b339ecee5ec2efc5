"""What a simulated caller answers to whatever a call file asks for."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[a-z]+")

_ANSWERS: Final[tuple[tuple[str, str], ...]] = (
    ("first last full name called who", "My name is Jordan Lee."),
    ("phone number contact reach callback telephone mobile", "The best number is 555 010 0142."),
    ("email mail", "It's jordan dot lee at example dot com."),
    ("buy rent buying renting sell purchase lease", "I'm looking to rent."),
    ("property type house apartment condo home kind", "An apartment."),
    ("neighborhood neighborhoods area areas part town location", "Maplewood or Riverside."),
    ("budget price spend cost range afford", "Up to 2400 dollars a month."),
    ("timeline move soon when date deadline", "Within the next two months."),
    ("bed beds bath baths bedroom bedrooms bathrooms", "Two bedrooms and one bath."),
    ("must haves parking pets pet yard features", "Parking, and I have a small dog."),
    ("tour tours visit viewing showing", "Yes, two or three of them."),
    ("window time times day days hour slot suit", "Saturday morning would be good."),
    ("party guests people seats table size", "Four people."),
    ("birth birthday born", "The third of May, 1988."),
    ("insurance insurer plan policy", "Blue Shield."),
    ("reason symptoms problem issue concern help appointment", "It's a regular check-up."),
    ("address street zip postal", "12 Elm Street."),
    ("pain scale zero ten bad hurt", "About a six."),
    ("since long going", "Since yesterday evening."),
    ("patient been before first", "This is my first visit."),
    ("exactly happening wrong", "The water heater is leaking."),
    ("system plumbing heating cooling heater", "It's the water heater."),
    ("owner own place", "I own it."),
    ("order reference account confirmation id", "It is 4 7 1 1."),
)
_OTHERWISE: Final = "Nothing in particular."


def answer_to(name: str, question: str) -> str:
    """The answer to a question, by the words in its name and its text; the name counts double."""
    asked, named = words(question), words(name.replace("_", " "))
    scores = [_score(keywords, named, asked) for keywords, _ in _ANSWERS]
    best = max(scores)
    if best == 0:
        return _OTHERWISE
    name_score = _score(_ANSWERS[0][0], named, asked)
    contact_score = _score(_ANSWERS[1][0], named, asked)
    if name_score and contact_score and best in {name_score, contact_score}:
        return "Jordan Lee, and the best number is 555 010 0142."
    return _ANSWERS[scores.index(best)][1]


def words(text: str) -> set[str]:
    """The words of a text, in lower case."""
    return set(_WORD.findall(text.lower()))


def _score(keywords: str, named: set[str], asked: set[str]) -> int:
    known = set(keywords.split())
    return 2 * len(known & named) + len(known & asked)
