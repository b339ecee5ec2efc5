"""A line of a call's story: whose it is, and the words for what has none of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from pipeline.hand_over_story import hand_over_line
from pipeline.wording import plainly
from processors.state.journal import Entry

CharsHeard = Callable[[str, float, float], int]
"""How many characters of a text a listener gets from its first ms, of so many that it takes."""


def evenly(text: str, ms: float, of_ms: float) -> int:
    """How many characters are heard of speech at an even pace."""
    return len(text) if ms >= of_ms else int(len(text) * ms / of_ms)


class Items(Protocol):
    """Knows the assistant's items."""

    def words_of(self, item_id: str) -> str:
        """The words of an item, as far as they are known."""
        ...

    def ms_of(self, item_id: str) -> float:
        """How long its audio is, as far as it was made."""
        ...


class Who(Enum):
    """Whose line it is."""

    CALLER = "caller"
    ASSISTANT = "assistant"
    TWILIO = "twilio"
    HEARD = "heard"
    EVENT = "event"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line.

    Attributes:
        at: Seconds since the call began; when the speech did, for speech.
        who: Whose it is.
        text: The words, as heard; or what happened.
        unheard: Words that the caller did not hear.
        note: What is to be known about it.
    """

    at: float
    who: Who
    text: str
    unheard: str = ""
    note: str = ""


@dataclass(slots=True)
class Speech:
    """Words that are being said.

    Attributes:
        who: Whose they are.
        text: All of them, as far as known.
        began_at: When it began, seconds since the call did.
        item_id: The assistant's item.
        ms: How long it takes, if it is the caller's.
    """

    who: Who
    text: str
    began_at: float
    item_id: str = ""
    ms: float = 0.0


_EVENTS: Final = {
    "caller_silent": "nobody speaks",
    "details_saved": "details checked",
    "duration_warning": "the call is about to last too long",
    "filler": "a tool takes long: a word in between",
    "sms": "text message",
}

_WARNINGS: Final = {
    "model_down": "the model's session died",
    "model_lost": "no model can be had",
    "model_error": "the model refused",
    "response_failed": "the model failed to answer",
    "transcoding": "audio is transcoded",
    "audio_dropped": "caller audio was dropped",
    "malformed": "a malformed message was dropped",
    "message_refused": "Twilio refused a message",
    "fallback": "the caller hears the fallback",
    "caller_not_transcribed": "the caller was not transcribed",
    "runtime_did_not_end": "the runtime did not end its side of the call",
}


def plain_line(at: float, entry: Entry) -> StoryLine | None:
    """The line of an entry that says all by itself; None: it is not told."""
    told = hand_over_line(entry)
    if told is not None:
        return StoryLine(at, Who.EVENT, told[0], note=told[1])
    who = Who.WARNING if entry.kind in _WARNINGS else Who.EVENT
    text = _WARNINGS.get(entry.kind) or _EVENTS.get(entry.kind)
    return None if text is None else line_of(at, who, text, entry)


def line_of(at: float, who: Who, text: str, entry: Entry) -> StoryLine:
    """A line with all that the entry says."""
    note = ", ".join(f"{name} {plainly(value)}" for name, value in entry.fields.items())
    return StoryLine(at, who, text, note=note)


def joined(*notes: str) -> str:
    """The notes that there are."""
    return ", ".join(note for note in notes if note)
