"""What the caller's newest words did."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from transports.simulated.talk.intents import Intent


class Effect(Enum):
    """What words did to the checklist."""

    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    CORRECTED = "corrected"
    DECLINED = "declined"
    UNCLEAR = "unclear"
    HALF = "half"


@dataclass(slots=True)
class Turn:
    """Everything since the assistant last spoke or called.

    Attributes:
        said: The caller's words.
        effects: What they did to the checklist, in order.
        intents: What else they were for.
        questions: What the caller asked.
        statements: What they told.
        ask: What to ask for next, when an answer is only half of one.
        pressed: Keys that answer nothing.
        nothing_more: They have nothing else.
        unheard: They spoke, and nothing was understood.
        silent: They said nothing while the assistant waited.
    """

    said: str = ""
    effects: list[Effect] = field(default_factory=list)
    intents: set[Intent] = field(default_factory=set)
    questions: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    ask: str = ""
    pressed: str = ""
    nothing_more: bool = False
    unheard: bool = False
    silent: bool = False
