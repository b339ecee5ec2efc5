"""Whether the assistant has said goodbye: models do, and forget to end the call."""

from __future__ import annotations

import re
from typing import Final

from processors.state.transcript import Transcript
from processors.state.turn import ToolUse, Turn

GOODBYES: Final = (
    "goodbye", "good bye", "bye", "good night", "farewell", "au revoir", "bonne soirée",
    "bonne journée", "auf wiederhören", "auf wiedersehen", "tschüss", "tschüs", "adiós", "adios",
    "hasta luego", "hasta pronto", "chao", "arrivederci", "ciao", "tot ziens", "tot horens",
    "adeus", "até logo", "tchau", "hej då", "vi hörs", "farvel", "ha det", "do widzenia",
    "do usłyszenia", "nashledanou", "na shledanou", "viszlát", "la revedere",
)  # fmt: skip
"""How a telephone call is ended in some languages, in small letters."""

_TAIL: Final = 4
"""A sentence that begins with a goodbye may go on for so many words ("Bye, and take care now")."""

_SENTENCES: Final = re.compile(r"[^.!?]+[.!?]*")
_WORDS: Final = re.compile(r"[\w']+")
_ONLY_NAMED: Final = re.compile(r"\b(say|saying|said|press|sagen|dire|decir)\W+(?:\w+\W+){0,2}$")
"""What comes before a goodbye that is only spoken of: "when you are done, just say goodbye"."""


def is_farewell(text: str, goodbye: str = "") -> bool:
    """Whether somebody who says this is about to hang up.

    Args:
        text: All that they said in a turn.
        goodbye: The goodbye that the call file has them say.
    """
    said = _plain(text)
    if goodbye and _plain(goodbye) in said:
        return True
    sentences = [part for part in _SENTENCES.findall(text.lower()) if _WORDS.search(part)]
    if not sentences or sentences[-1].rstrip().endswith("?"):
        return False
    return any(_closes(_plain(sentences[-1]), word) for word in GOODBYES)


def said_farewell(transcript: Transcript, call_id: str, goodbye: str = "") -> bool:
    """Whether the assistant said goodbye right before it called a function."""
    lines = list(transcript.everything())
    at = next(
        (
            place
            for place, line in enumerate(lines)
            if isinstance(line, ToolUse) and line.call_id == call_id
        ),
        0,
    )
    for line in reversed(lines[:at]):
        if isinstance(line, Turn) and line.role == "caller":
            return False
        if isinstance(line, Turn) and is_farewell(transcript.words_of(line.item_id), goodbye):
            return True
    return False


def _closes(sentence: str, word: str) -> bool:
    """Whether a sentence ends with a word of goodbye, or begins with it and is soon over."""
    before, found, after = sentence.partition(word)
    if not found or _ONLY_NAMED.search(before):
        return False
    if before[-1:].isalnum() or after[:1].isalnum():
        return False
    return not after.strip() or (not before.strip() and len(after.split()) <= _TAIL)


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(text.lower()))
