"""Whether words sound as if somebody had come to an end, as ``semantic_vad`` asks."""

from __future__ import annotations

from typing import Final

_ENDS: Final = (".", "?", "!")
_OPEN: Final = "a an the and or but because if my your our his their to of than um uh er i i'm am"
_MORE_FOLLOWS: Final = frozenset(_OPEN.split())
"""Words after which something is still to come; ears put a full stop after them all the same."""


def sounds_complete(text: str) -> bool:
    """Whether the words so far may be all of it; never true of none."""
    text = text.strip().lower()
    if not text.endswith(_ENDS):
        return False
    last = text.rstrip(".?!").rpartition(" ")[2]
    return not text.endswith("...") and last.strip(",;:") not in _MORE_FOLLOWS
