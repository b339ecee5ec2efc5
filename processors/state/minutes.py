"""What is given to be summed up: the notes so far, and what was heard since, in words.

Words are enough where they are known, and cost a small part of what the audio does: taken out of
its conversation a model reads all audio anew, at eighty times the price of what it has cached
(OpenAI, Realtime managing costs guide and model pages).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from processors.state.memory import CallMemory
from processors.state.turn import Turn, TurnState

OVERLAP: Final = 2
"""Turns told again that the notes have seen, so that an answer has its question."""

_WORDLESS: Final = frozenset({TurnState.FAILED, TurnState.UNTRANSCRIBED})


@dataclass(frozen=True, slots=True)
class Minutes:
    """A stretch of a call, to be summed up.

    Attributes:
        text: Notes and turns, a line each.
        seen_item_id: The last turn in it; empty if there is none. What the notes have not seen
            must not be taken out of the conversation on their account.
        complete: All that was said is in it. Otherwise some of the caller's words are not known,
            or not yet, and only who has the audio can tell.
    """

    text: str
    seen_item_id: str = ""
    complete: bool = True


def minutes(before: CallMemory, turns: Sequence[Turn], seen_item_id: str) -> Minutes:
    """Put together what is to be summed up.

    Args:
        before: The memory so far.
        turns: All turns of the call, in order.
        seen_item_id: The last turn that the memory so far has seen; may be empty.
    """
    ids = [turn.item_id for turn in turns]
    begin = ids.index(seen_item_id) + 1 - OVERLAP if seen_item_id in ids else 0
    lines = [] if before.empty else [before.notes(), ""]
    last, complete = "", True
    for turn in turns[max(begin, 0) :]:
        if turn.role == "caller" and not turn.state.final:
            complete = False
            break
        complete = complete and turn.state not in _WORDLESS
        last = turn.item_id
        if turn.text:
            lines.append(f"{turn.role.capitalize()}: {turn.text}")
    return Minutes("\n".join(lines), last, complete)
