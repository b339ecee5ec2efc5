"""What must be known before a person takes over, and what the caller is told then."""

from __future__ import annotations

from typing import Final

from transports.simulated.brain_script import BrainScript, ChecklistItem
from transports.simulated.talk.kinds import Kind, kind_of
from transports.simulated.talk.knowledge import Knowledge
from transports.simulated.talk.limits import promise_of
from transports.simulated.talk.word_list import listed
from transports.simulated.words import words

TRANSFER: Final = "transfer_to_human"
"""The tool by which a person takes over."""

_NAME: Final = ChecklistItem("name", "May I have your name?", confirm=True)
_NUMBER: Final = ChecklistItem("contact", "What number can you be reached at?", confirm=True)
_REASON: Final = ChecklistItem("reason", "In one sentence, what is it about?")
_REASON_WORDS: Final = frozenset(
    listed("reason problem issue concern matter question subject request symptom trouble complaint")
)
_PROMISE: Final = "I'll have someone call you back."


def is_reason(item: ChecklistItem) -> bool:
    """Whether an item asks what the call is about."""
    return kind_of(item) is Kind.TEXT and bool(set(words(item.label)) & _REASON_WORDS)


def needed(script: BrainScript) -> tuple[ChecklistItem, ...]:
    """What is asked before a person takes over: name, number, and what it is about."""
    items = script.checklist
    name = next((item for item in items if kind_of(item) is Kind.NAME), _NAME)
    reach = (Kind.PHONE, Kind.CONTACT, Kind.EMAIL)
    ways = sorted(
        (item for item in items if kind_of(item) in reach),
        key=lambda item: reach.index(kind_of(item)),
    )
    reason = next((item for item in items if is_reason(item)), _REASON)
    return name, (ways[0] if ways else _NUMBER), reason


def promise(script: BrainScript, knowledge: Knowledge) -> str:
    """What a caller is told who asked for a person and can't be connected."""
    return promise_of(script.escalation) or knowledge.next_step or _PROMISE
