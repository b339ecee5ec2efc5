"""What can be told from a caller's words without understanding them."""

from __future__ import annotations

import re
from typing import Final, Literal


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_STOP_WORDS: Final = _listed(
    "a an and any are as at be been but by can could did do does for from had has have he her hi "
    "him his how i i'd i'll i'm i've if in is it it's its just may me my no not now of oh ok okay "
    "on one or our please she should so some tell than thank thanks that that's the their them "
    "then there they this those to too um up us was we we're well were what what's when where "
    "which who why will with would yes you you're your hello like want need know about"
)
_SUFFIXES: Final = ("ings", "ing", "ed", "es", "s", "e")
_QUESTION_WORDS: Final = _listed(
    "what what's when where where's who whose why how which do does did is are can could would "
    "should tell"
)
_REQUEST: Final = re.compile(
    r"\b(i want|i need|i'd like|i would like|i'd love|please|can you|could you|would you|can i|"
    r"could i|may i|let me|let's|help me)\b"
)
_GOODBYE: Final = re.compile(
    r"\b(good ?bye|bye|that's all|that is all|that's it|that will be all|nothing else|hang up)\b"
)
_YES: Final = _listed("yes yeah yep yup correct right sure ok okay exactly fine")
_NO: Final = _listed("no nope nah wrong incorrect not isn't")
_KEYPAD: Final = re.compile(r"\bpress(?:ed)?:?\s+([0-9*#](?:[\s,]*[0-9*#])*)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORDS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_LEAD_IN: Final = re.compile(
    r"^(?:(?:yes|sure|well|um|so|my name is|this is|it's|it is|i'm|i am)\b[\s,]*)+(?=\w)",
    re.IGNORECASE,
)


def words(text: str) -> list[str]:
    """The words, in lower case, in order."""
    return _WORD.findall(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def stems(text: str) -> frozenset[str]:
    """The words that carry meaning, with their endings off: "opens" and "opening" are "open"."""
    return frozenset(_stem(word) for word in words(text) if word not in _STOP_WORDS)


def is_question(text: str) -> bool:
    """Whether the caller asks something."""
    spoken = words(text)
    return text.rstrip().endswith("?") or (bool(spoken) and spoken[0] in _QUESTION_WORDS)


def is_request(text: str) -> bool:
    """Whether the caller wants something done."""
    return is_question(text) or _REQUEST.search(" ".join(words(text))) is not None


def is_goodbye(text: str) -> bool:
    """Whether the caller takes leave."""
    return _GOODBYE.search(" ".join(words(text))) is not None


def agreement(text: str) -> Literal["yes", "no", ""]:
    """Whether the caller agrees or not; empty if neither can be told."""
    spoken = words(text)
    if spoken and spoken[0] in _YES:
        return "yes"
    if any(word in _NO for word in spoken):
        return "no"
    return "yes" if any(word in _YES for word in spoken) else ""


def answer_in(text: str) -> str:
    """The answer without what leads into it: "My name is Anna." leaves "Anna"."""
    text = text.strip().rstrip(".!?,")
    return _LEAD_IN.sub("", text)


def after_no(text: str) -> str:
    """What the caller says instead: "no, it's Anna" leaves "Anna"; empty if nothing."""
    rest = re.sub(r"^\W*(no|nope|nah)\b[\s,.!]*", "", text.strip(), flags=re.IGNORECASE)
    if {"right", "correct", "wrong", "incorrect"} & set(words(rest)):
        return ""
    return answer_in(rest)


def keypad_digits(text: str) -> str:
    """The digits of a line that tells of the keypad, like "The caller pressed 3 on the keypad"."""
    match = _KEYPAD.search(text)
    return re.sub(r"[\s,]", "", match.group(1)) if match else ""


def first_number(text: str) -> float | None:
    """The first number that is said, in figures or as a word up to twelve."""
    match = _NUMBER.search(text)
    if match:
        return float(match.group().replace(",", ""))
    return next((float(_NUMBER_WORDS.index(w)) for w in words(text) if w in _NUMBER_WORDS), None)


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word
