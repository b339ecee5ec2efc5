"""What callers do with a sentence besides answering it.

By rule where the words are plain, else by the nearest of some examples.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from transports.simulated.talk.likeness import Likeness
from transports.simulated.words import is_goodbye, is_question, words


class Intent(Enum):
    """What a sentence is for."""

    GOODBYE = "goodbye"
    PERSON = "person"
    WAIT = "wait"
    REPEAT = "repeat"
    MACHINE = "machine"
    PRESENCE = "presence"
    THANKS = "thanks"
    GREETING = "greeting"
    QUESTION = "question"
    STATEMENT = "statement"


ASKS: Final = frozenset({"what", "when", "how", "why", "who", "where", "which"})
"""A sentence that begins so asks what is so."""
_SENTENCE: Final = re.compile(r"[^.?!]*(?:[.?!](?=\w)[^.?!]*)*[.?!]*", re.DOTALL)
_ABBREVIATION: Final = re.compile(r"(?:\b(?:mr|mrs|ms|dr|st|ave|no|[a-z])\.)$", re.IGNORECASE)

_SOMEBODY: Final = (
    r"(?:(?:a |an |the |your |another )?(?:real |actual |live |human |different )*"
    r"(?:person|human(?: being)?|agent|operator|representative|rep|manager|supervisor|someone|"
    r"somebody|receptionist|people)(?: else| there| real)?)"
)
_RULES: Final = tuple(
    (intent, re.compile(pattern))
    for intent, pattern in (
        (
            Intent.PERSON,
            rf"\b(?:(?:speak|talk|chat) (?:to|with)|get(?: me)?|give me|connect me (?:to|with)|"
            rf"put me through to|transfer me to|want|need|i'd like) {_SOMEBODY}"
            r"(?! (?:to|who|that|for|at)\b)|"
            r"\b(?:transfer me|put me through|connect me)\b|"
            r"^(?:agent|operator|representative|human)$",
        ),
        (
            Intent.WAIT,
            r"\b(?:hold on|hang on|(?:a|one) (?:moment|second|minute|sec)\b(?! (?:ago|to))|"
            r"give me a (?:moment|second|minute|sec)|wait a|bear with me|let me (?:check|look|find|"
            r"think|see|get))",
        ),
        (
            Intent.REPEAT,
            r"\b(?:(?:say|repeat) (?:that|it)(?: again)?|come again|pardon|"
            r"(?:didn't|did not|couldn't|can't) (?:catch|hear|get|understand) (?:that|you|it)|"
            r"what (?:was|is) that|what did you say|once more|repeat the question)\b|"
            r"^(?:sorry )?(?:what|sorry|huh|excuse me)$",
        ),
        (
            Intent.MACHINE,
            r"\b(?:are you|is this|am i (?:talking|speaking) (?:to|with)) (?:an? |the )?"
            r"(?:real |actual |live )?(?:robot|machine|computer|bot|ai|a i|recording|human|person|"
            r"automated)\b",
        ),
        (
            Intent.PRESENCE,
            r"\b(?:(?:are|you) (?:still |you )*there|can you hear me|anybody there|anyone there)\b",
        ),
        (
            Intent.THANKS,
            r"^(?:(?:ok|okay|great|alright|good|perfect|oh) )*(?:thanks|thank you|"
            r"i appreciate|much appreciated)",
        ),
        (
            Intent.GREETING,
            r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|there|how are you"
            r"(?: doing)?(?: today)?|i hope you can help me|can you help me|i need (?:some )?help)"
            r"(?: |$))+$",
        ),
    )
)
_EXAMPLES: Final = {
    Intent.GOODBYE: (
        "I have to go now.",
        "I'm done, have a nice day.",
        "That will be everything for today.",
        "I don't need anything else.",
        "See you, take care.",
    ),
    Intent.PERSON: (
        "Can I speak to a real person?",
        "I don't want to talk to a machine.",
        "Let me talk to somebody who works there.",
        "Is there a human I can talk to?",
        "Get me your supervisor.",
    ),
    Intent.WAIT: (
        "Hold on a second, please.",
        "Give me a moment to find it.",
        "Wait, I need to get a pen.",
    ),
    Intent.REPEAT: (
        "Could you repeat that?",
        "What did you say?",
        "I did not understand what you said.",
        "Can you speak more slowly?",
    ),
    Intent.MACHINE: (
        "Am I talking to a robot?",
        "Are you a real human being?",
        "Is this an automated system?",
    ),
}
_SENTENCES: Final = [(intent, text) for intent, texts in _EXAMPLES.items() for text in texts]


def sentences(text: str) -> list[str]:
    """The sentences of what was said; initials and titles end none."""
    parts: list[str] = []
    for found in _SENTENCE.findall(text):
        piece = found.strip()
        if not piece:
            continue
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    return parts


def intent_of(sentence: str, likeness: Likeness) -> Intent:
    """What a sentence is for."""
    spoken = " ".join(words(sentence))
    if is_goodbye(sentence):
        return Intent.GOODBYE
    for intent, pattern in _RULES:
        if pattern.search(spoken):
            return intent
    nearness = likeness.compare(sentence, [text for _, text in _SENTENCES])
    best = max(range(len(nearness)), key=nearness.__getitem__)
    if nearness[best] >= likeness.near:
        return _SENTENCES[best][0]
    asks = is_question(sentence) or is_question(sentence.rpartition(", ")[2])
    return Intent.QUESTION if asks else Intent.STATEMENT
