"""Whether somebody agrees, refuses, or cannot tell."""

from __future__ import annotations

import re
from typing import Final, Literal

from transports.simulated.talk.word_list import listed
from transports.simulated.words import words

Agreement = Literal["yes", "no", ""]

_YES_FIRST: Final = frozenset(
    listed(
        "yes yeah yep yup yea ya aye sure ok okay right correct exactly absolutely definitely "
        "certainly indeed perfect great fine affirmative please alright agreed totally true"
    )
)
_NO_FIRST: Final = frozenset(listed("no nope nah never wrong incorrect negative"))
_FILLERS: Final = frozenset(listed("um uh er well oh so ah hm hmm and"))
_YES_PHRASES: Final = (
    "that's right", "that is right", "that's correct", "that is correct", "that's it",
    "you got it", "got it right", "sounds good", "sounds right", "sounds great", "that works",
    "works for me", "of course", "go ahead", "i do", "i am", "i would", "i'd like that",
    "i'd love to", "i would love to", "uh huh", "mm hmm", "why not", "no problem", "no worries",
    "that's fine", "that would be", "is right", "is correct", "is fine", "it is", "that's the one",
    "i think so", "i guess so", "i suppose so", "i hope so", "i believe so",
)  # fmt: skip
_NO_PHRASES: Final = (
    "not really", "not right", "not correct", "not quite", "not at all", "not yet", "not now",
    "don't think so", "do not think so", "that's wrong", "that is wrong", "isn't right",
    "is not right", "isn't correct", "is wrong", "that's not", "that is not", "i don't", "i'm not",
    "i do not", "no thanks", "no thank you", "rather not", "absolutely not", "of course not",
    "it isn't", "it's not", "it is not", "don't need", "don't want", "wouldn't",
)  # fmt: skip
_YES_AFTER_ALL: Final = ("no problem", "no worries", "why not")
_UNSURE: Final = re.compile(
    r"\b(?:i (?:really |just |still )?(?:don't|do not) (?:really |quite )?(?:know|remember|recall)|"
    r"dunno|no idea|(?:i'm |i am )?not (?:really |quite |so |too )?(?:sure|certain)|"
    r"haven't (?:decided|thought)|(?:can't|cannot|couldn't) (?:say|tell you|remember)|"
    r"hard to say|(?:i'd |i would )?(?:rather|prefer) not|skip (?:it|that|this)|pass on that|"
    r"(?:don't|do not) have (?:one|any|an?)|none of your business|hadn't thought|undecided)\b"
)
_INDIFFERENT: Final = re.compile(
    r"\b(?:(?:doesn't|does not) matter|don't (?:mind|care)|no preference|whatever|either)\b"
)


def agreement(text: str) -> Agreement:
    """Whether the words agree or refuse; empty if neither can be told.

    "No, that's right" and "no problem" agree; "yeah, no" does not.
    """
    said = words(text)
    spoken = f" {' '.join(said)} "
    while said and said[0] in _FILLERS:
        said = said[1:]
    if not said:
        return ""
    yes = any(f" {phrase} " in spoken for phrase in _YES_PHRASES)
    no = any(f" {phrase} " in spoken for phrase in _NO_PHRASES)
    if any(f" {phrase} " in spoken for phrase in _YES_AFTER_ALL):
        return "yes"
    if said[0] in _NO_FIRST:
        return "yes" if yes and not no else "no"
    if no:
        return "no"
    if said[0] in _YES_FIRST:
        return "no" if len(said) > 1 and said[1] in _NO_FIRST else "yes"
    return "yes" if yes else ""


def unsure(text: str) -> bool:
    """Whether somebody does not know, or does not want to say."""
    return _UNSURE.search(" ".join(words(text))) is not None


def indifferent(text: str) -> bool:
    """Whether it is all the same to them: an answer, though it names nothing."""
    return _INDIFFERENT.search(" ".join(words(text))) is not None


def without_agreement(text: str) -> str:
    """What is said besides yes or no: "no, it's Anna" leaves "it's Anna"."""
    left = text.strip()
    while True:
        match = _OPENING.match(left)
        if match is None or match.end() == 0:
            return left.strip(" ,.!?-")
        left = left[match.end() :]


_OPENING: Final = re.compile(
    r"\W*(?:(?:yes|yeah|yep|yup|no|nope|nah|sure|ok|okay|right|correct|wrong|incorrect|exactly|well|"
    r"um|uh|oh|sorry|actually|but|that's (?:not )?(?:right|correct|wrong|it|fine)|"
    r"that is (?:not )?(?:right|correct|wrong)|that isn't right|not (?:quite|really|exactly)|"
    r"it's wrong|i'm sorry|i said|i meant|i mean)(?![\w'])[\W]*)",
    re.IGNORECASE,
)
