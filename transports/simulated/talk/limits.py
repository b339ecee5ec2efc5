"""What a call file forbids or orders in so many words: when it holds, and what is said then.

Only sentences that say what to say count: "Say that you can't advise on that", "tell them to dial
nine one one", a text in quotes. They are turned to the caller ("you" is the assistant there).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from transports.simulated.talk.likeness import Likeness
from transports.simulated.words import stems

CANNOT_SPEAK: Final = "I can't speak to that."

_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")
_QUOTED: Final = re.compile(r"\b(?:say|tell (?:them|the caller))\b[^\"“]*[\"“]([^\"”]+)[\"”]", re.I)
_SAY: Final = re.compile(
    r"\b(?:say|tell (?:them|the caller)|explain)(?: (?:kindly|so))? that (.+?)[.!]?$", re.IGNORECASE
)
_TELL_TO: Final = re.compile(r"\btell (?:them|the caller) to (.+?)[.!]?$", re.IGNORECASE)
_NO_WORDS_OF_THEIRS: Final = re.compile(
    r"\b(?:under|above|below) [A-Z]|\bsay only\b", re.IGNORECASE
)
_ORDERED_NOT_TO: Final = re.compile(r"\b(?:never|do not|don't|must not|avoid|nor)\b", re.IGNORECASE)
"""Before an order to say something, these turn it round: what follows must not be said."""
_FORBIDS: Final = re.compile(r"\b(?:no|never|not|don't|do not|must not|cannot|can't|stop)\b", re.I)
_CONDITION: Final = re.compile(
    r"^(?:if|when|in case of|in|on|for|after|should)\b\s*(.+?),\s*(.+)$", re.IGNORECASE | re.DOTALL
)
_UNKNOWN: Final = re.compile(
    r"\b(?:missing|unknown|(?:don't|do not) (?:know|have)|not (?:sure|listed|known))\b",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(r"\b(?:person|human|somebody|someone|for one)\b", re.IGNORECASE)
_NOT_THEIRS: Final = re.compile(f"{_UNKNOWN.pattern}|{_PERSON.pattern}", re.IGNORECASE)
_EMPTY_WORDS: Final = stems(
    "caller say says tell never ask asked offer offers stop kindly give given describe hint "
    "promise promises comment opinion advice person people treat every same anything "
    "something stand follow missing go call calls number case name get first take over report"
)
_LIFE: Final = re.compile(
    r"\b(?:ambulance|on fire|bleeding|unconscious|collapsed|(?:not|isn't|can't|cannot) breath\w*|"
    r"heart attack|chest pain|stroke|overdose|choking|smell(?:s|ing)? (?:of )?gas|has a gun)\b",
    re.IGNORECASE,
)
"""What is an emergency, whatever it is called."""
_ASKS_ADVICE: Final = re.compile(
    r"\b(?:should (?:i|we)|what would you do|do you (?:think|recommend|advise)|"
    r"(?:is|would) it (?:be )?(?:safe|better|wise) to)\b",
    re.IGNORECASE,
)
_ADVICE: Final = re.compile(r"\b(?:advice|advise|opinion|recommend)", re.IGNORECASE)
_TWO_IN_COMMON: Final = 2
_SECOND_PERSON: Final = (
    (r"\byou are\b|\byou're\b", "I am"),
    (r"\byou\b", "I"),
    (r"\byour\b", "my"),
    (r"\b(tell|call|help|reach|contact|give|with|to|for) them\b", r"\1 you"),
    (r"\btheir\b", "your"),
    (r"\b(?:the )?caller\b", "you"),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """One point of a call file.

    Attributes:
        about: What it is about: its own words.
        topics: The words that carry it.
        reply: What is said when it holds.
        urgent: It holds for what the caller tells as well as for what they ask.
        narrow: Few words carry it, so that one of them is enough.
    """

    about: str
    topics: frozenset[str]
    reply: str
    urgent: bool = False
    narrow: bool = False


def limits_of(boundaries: Iterable[str], escalation: Iterable[str]) -> tuple[Limit, ...]:
    """What a call file says must not be said, and what must be."""
    found = [limit for point in boundaries for limit in _limits(point, forbids=True)]
    found += [limit for point in escalation for limit in _limits(point, forbids=False)]
    return tuple(found)


def follow_up_of(boundaries: Iterable[str]) -> str:
    """What a call file has said of things that it does not tell; empty if it does not say."""
    for point in boundaries:
        for sentence in _SENTENCE_END.split(" ".join(point.split())):
            condition = _CONDITION.match(sentence)
            if condition and _UNKNOWN.search(condition.group(1)):
                return said_by(condition.group(2))
    return ""


def promise_of(escalation: Iterable[str]) -> str:
    """What a call file has callers told who asked for a person; empty if it does not say."""
    for point in escalation:
        for sentence in _SENTENCE_END.split(" ".join(point.split())):
            condition = _CONDITION.match(sentence)
            if condition and not _PERSON.search(condition.group(1)):
                continue
            said = said_by(condition.group(2) if condition else sentence)
            if said:
                return said
    return ""


def limit_for(
    sentence: str, limits: Iterable[Limit], likeness: Likeness, *, question: bool
) -> Limit | None:
    """The point that a sentence touches, if it touches one."""
    asks_advice = question and _ASKS_ADVICE.search(sentence) is not None
    said = stems(sentence) | (stems("emergency") if _LIFE.search(sentence) else frozenset())
    best, best_score = None, 0.0
    for limit in limits:
        if not (question or limit.urgent):
            continue
        common = len(said & limit.topics) + (
            asks_advice and _ADVICE.search(limit.about) is not None
        )
        needed = 1 if limit.narrow or question else _TWO_IN_COMMON
        nearness = max(likeness.compare(sentence, _SENTENCE_END.split(limit.about)))
        score = common + nearness
        if (common >= needed or nearness >= likeness.near) and score > best_score:
            best, best_score = limit, score
    return best


def to_the_caller(words: str) -> str:
    """Words of a call file to the assistant, as it says them to the caller."""
    for pattern, instead in _SECOND_PERSON:
        words = re.sub(pattern, instead, words, flags=re.IGNORECASE)
    return words


def as_sentence(words: str) -> str:
    """Words as a sentence of their own."""
    words = " ".join(words.split()).strip(" ,;:.")
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def said_by(point: str) -> str:
    """What a point says is to be said; empty if it does not say.

    What it says is not to be said is none of it.
    """
    for sentence in _SENTENCE_END.split(" ".join(point.split())):
        said = _ordered(sentence)
        if said:
            return said
    return ""


def _ordered(sentence: str) -> str:
    condition = _CONDITION.match(sentence)
    order = condition.group(2) if condition is not None else sentence
    if _NO_WORDS_OF_THEIRS.search(order):
        return ""
    for pattern in (_QUOTED, _TELL_TO, _SAY):
        found = pattern.search(order)
        if found is not None:
            forbidden = _ORDERED_NOT_TO.search(order[: found.start()])
            return "" if forbidden else _in_words(pattern, found.group(1))
    return ""


def _in_words(pattern: re.Pattern[str], ordered: str) -> str:
    if pattern is _QUOTED:
        return as_sentence(ordered)
    if pattern is _TELL_TO:
        return as_sentence(f"Please {ordered}")
    clauses = re.split(r",? and that |; that ", ordered)
    first = re.sub(r",? and (?:when|why|how|where)$", "", clauses[0])
    return " ".join(as_sentence(to_the_caller(clause)) for clause in (first, *clauses[1:]))


def _limits(point: str, *, forbids: bool) -> list[Limit]:
    found, own = [], []
    for part in _SENTENCE_END.split(" ".join(point.split())):
        condition = _CONDITION.match(part)
        if condition is not None and _NOT_THEIRS.search(condition.group(1)):
            continue  # about what the assistant knows, or whom it can reach
        ordered = said_by(condition.group(2)) if condition is not None else ""
        if condition is not None and ordered and stems(condition.group(1)) - _EMPTY_WORDS:
            found.append(_limit(condition.group(1), ordered, urgent=True))
        elif not _NO_WORDS_OF_THEIRS.search(part):
            own.append(part)
    about = [part for part in own if not _ordered(part)]
    if forbids and any(_FORBIDS.search(part) for part in about):
        reply = said_by(" ".join(own)) or CANNOT_SPEAK
        found.append(_limit(" ".join(about), reply, urgent=False))
    return found


def _limit(about: str, reply: str, *, urgent: bool) -> Limit:
    topics = stems(about) - _EMPTY_WORDS
    return Limit(about, topics, reply, urgent=urgent, narrow=len(topics) == 1)
