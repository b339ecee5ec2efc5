"""The frames about what is remembered of a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pipecat.frames.frames import ControlFrame, SystemFrame

from processors.state.memory import CallMemory


@dataclass
class MemoryRequestFrame(ControlFrame):
    """Have the memory written now (towards the summarizer), as before a person takes over.

    A ``MemoryFrame`` follows: at once if nothing was said since the last one, else when the new
    one is there or can't be had. Whoever asks must have a limit to how long they wait.

    Parameters:
        reason: What it is wanted for.
    """

    reason: Literal["escalation", "end"] = "escalation"


@dataclass
class MemoryFrame(SystemFrame):
    """What is remembered of the call now; goes both ways.

    Parameters:
        memory: The memory, as ``CallContext`` has it, too.
        reason: Why it was to be written.
        fresh: False: nothing newer could be had.
    """

    memory: CallMemory = field(default_factory=CallMemory)
    reason: str = ""
    fresh: bool = True


@dataclass
class ConversationNotesFrame(ControlFrame):
    """Put notes in place of the conversation's older turns (towards the model).

    The model's side does it when nobody speaks and no response runs, and begins a fresh session
    with the notes should the present one break off. Who means to push such frames sets
    ``CallContext.notes_replace_turns`` when it is built.

    Parameters:
        notes: What the model reads.
        seen_item_id: The newest item that their writer saw; what came later stays.
        keep_turns: So many turns of the caller stay, with all that followed them.
        shorten: Whether this conversation is to be shortened; if not, only a fresh session begins
            with the notes.
    """

    notes: str
    seen_item_id: str
    keep_turns: int
    shorten: bool = True
