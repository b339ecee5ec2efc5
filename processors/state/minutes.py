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
from processors.state.turn import Line, Note, ToolUse, Turn, TurnState

OVERLAP: Final = 6
"""Lines told again that the notes have seen, so that an answer has its question."""

_MOST_LETTERS: Final = 600
"""More of a function's arguments or output is not told."""

_WORDLESS: Final = frozenset({TurnState.FAILED, TurnState.UNTRANSCRIBED})


@dataclass(frozen=True, slots=True)
class Minutes:
    """A stretch of a call, to be summed up.

    Attributes:
        text: Notes and what was said and done since, a line each.
        seen_item_id: The last line in it; empty if there is none. What the notes have not seen
            must not be taken out of the conversation on their account.
        newest_item_id: The last line of all; empty if there is none.
        wordless: Some of what the caller said since the last notes was not written down: only
            who has the audio can tell.
        pending: The caller's last words are still to come.
    """

    text: str
    seen_item_id: str = ""
    newest_item_id: str = ""
    wordless: bool = False
    pending: bool = False

    def needs_ears(self, *, to_the_last: bool) -> bool:
        """Whether words are not enough; ``to_the_last``: not even the last ones may be missing."""
        return self.wordless or not self.seen_item_id or (to_the_last and self.pending)


def minutes(before: CallMemory, lines: Sequence[Line], seen_item_id: str) -> Minutes:
    """Put together what is to be summed up.

    Args:
        before: The memory so far.
        lines: The whole call, turns, tools and notes, in order.
        seen_item_id: The last line that the memory so far has seen; may be empty.
    """
    ids = [line.item_id for line in lines]
    new = ids.index(seen_item_id) + 1 if seen_item_id in ids else 0
    begin = max(new - OVERLAP, 0)
    told = [] if before.empty else [before.notes(), ""]
    last, wordless, pending = "", False, False
    for at, line in enumerate(lines[begin:], start=begin):
        if isinstance(line, Turn) and line.role == "caller":
            pending = not line.state.final
            wordless = wordless or (at >= new and line.state in _WORDLESS)
        if pending:
            break
        last = line.item_id
        told += _in_words(line)
    return Minutes("\n".join(told), last, ids[-1] if ids else "", wordless, pending)


def _in_words(line: Line) -> list[str]:
    if isinstance(line, ToolUse):
        output = "nothing yet" if line.output is None else line.output[:_MOST_LETTERS]
        called = f"Function {line.name}({line.arguments[:_MOST_LETTERS]}) gave: {output}"
        return [" ".join(called.split())]
    if isinstance(line, Note):
        # Notes to the model are no part of what was said; the caller's keys are.
        return [f"Caller: {line.text}"] if line.role == "user" else []
    return [f"{line.role.capitalize()}: {line.text}"] if line.text else []
