"""What one speaker said until the other's turn came, and the lines that a fresh session is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Speaker = Literal["caller", "assistant"]


class TurnState(StrEnum):
    """How far a turn has come; the last five are final."""

    SPEAKING = "speaking"
    """It is being spoken: of the assistant's, ``text`` is what was heard so far."""

    PENDING = "pending"
    """The caller has spoken; the words are still to come."""

    SAID = "said"
    """Spoken, and heard to its end."""

    CUT = "cut"
    """The assistant's, and heard in part: ``unheard`` is what came no more."""

    UNHEARD = "unheard"
    """The assistant's, and nothing of it was heard."""

    FAILED = "failed"
    """The caller's, and the transcription failed or never came."""

    UNTRANSCRIBED = "untranscribed"
    """The caller's, on a call without transcription."""

    @property
    def final(self) -> bool:
        """Whether the turn is over and its words are what they will be."""
        return self not in (TurnState.SPEAKING, TurnState.PENDING)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, as far as it is known.

    Attributes:
        item_id: The model's id of it; the same over all sessions of a call.
        role: Who spoke.
        text: What was heard of it; ``(speech, 3 s)`` where nobody wrote the words down.
        unheard: What the assistant had to say and the caller did not hear.
        started_ms: When it began to be heard, ms since the call began; None: not yet, or never.
        ended_ms: When it was over, likewise.
        state: How far it has come.
        audio_ms: How much audio the model made of it; 0 for the caller's.
        heard_ms: How much of that was heard.
        sent_from_ms: When the first of it was sent to the phone, ms since the call began.
        sent_until_ms: When the last of it was.
    """

    item_id: str
    role: Speaker
    text: str = ""
    unheard: str = ""
    started_ms: int | None = None
    ended_ms: int | None = None
    state: TurnState = TurnState.SPEAKING
    audio_ms: float = 0.0
    heard_ms: float = 0.0
    sent_from_ms: int | None = None
    sent_until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A function that the model called.

    Attributes:
        item_id: The model's id of the call.
        call_id: Ties it to its output.
        name: Of the function.
        arguments: JSON text.
        output: What it gave; None while it runs.
    """

    item_id: str
    call_id: str
    name: str
    arguments: str
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A line of text that was put into the conversation, such as the keys that were pressed.

    Attributes:
        item_id: Its id.
        role: As whose words the model reads it.
        text: The line.
    """

    item_id: str
    role: Literal["user", "system"]
    text: str


Line = Turn | ToolUse | Note
"""One line of the conversation, in the order in which the model has it."""
