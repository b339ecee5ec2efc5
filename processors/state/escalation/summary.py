"""What a person hears of a call before they take it: why, who, and what is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from processors.state.memory import CallMemory

MOST_CHARS: Final = 600
"""Half a minute of speech: a person who is called away from work hears no more."""

_WHY: Final = {
    "person": "They asked for a person",
    "key": "They asked for a person",
    "request": "The assistant asks for a person",
    "emergency": "It may be an emergency",
    "legal": "It may be about law or a complaint",
    "anger": "They are upset",
    "repeat": "They had to ask the same thing again",
    "stalled": "The assistant did not get on",
    "tools": "Something did not work",
    "hearing": "They could not hear the assistant",
    "silence": "They fell silent",
}


def for_a_person(memory: CallMemory, reasons: Sequence[str], details: str = "") -> str:
    """The summary that is whispered, in short sentences."""
    why = dict.fromkeys(_WHY.get(name, f"About {name.replace('_', ' ')}") for name in reasons)
    parts = [*why, details]
    if memory.topic:
        parts.append(f"Topic: {memory.topic}")
    parts += [f"{name.replace('_', ' ')}: {answer.value}" for name, answer in memory.known.items()]
    if memory.open_questions:
        parts.append(f"Open: {', '.join(memory.open_questions)}")
    text = " ".join(f"{part.strip().rstrip('.')}." for part in parts if part.strip())
    return text if len(text) <= MOST_CHARS else text[:MOST_CHARS].rsplit(" ", 1)[0]
