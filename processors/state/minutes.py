"""What a text model is given to sum up: the notes so far, and what was heard since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from processors.state.memory import CallMemory
from processors.state.turn import Turn, TurnState

OVERLAP: Final = 2
"""Turns told again that the notes have seen, so that an answer has its question."""


def minutes(before: CallMemory, turns: Sequence[Turn], seen_item_id: str) -> tuple[str, str]:
    """Put together what is to be summed up.

    Args:
        before: The memory so far.
        turns: All turns of the call, in order.
        seen_item_id: The last turn that the memory so far has seen; may be empty.

    Returns:
        The text, and the last turn in it. It ends before words that are still to come: what the
        notes have not seen must not be taken out of the conversation on their account.
    """
    ids = [turn.item_id for turn in turns]
    begin = ids.index(seen_item_id) + 1 - OVERLAP if seen_item_id in ids else 0
    last = ""
    lines = [] if before.empty else [before.notes(), ""]
    for turn in turns[max(begin, 0) :]:
        if turn.state is TurnState.PENDING:
            break
        last = turn.item_id
        if turn.text:
            lines.append(f"{turn.role.capitalize()}: {turn.text}")
    return "\n".join(lines), last
