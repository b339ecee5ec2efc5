"""Whether the caller comes to another subject, told by the phrases that people turn with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

CUES: Final = (
    "another question",
    "another thing",
    "by the way",
    "change of subject",
    "different question",
    "different topic",
    "on another note",
    "one more thing",
    "something else",
    "while i have you",
)
"""What callers say when they change the subject, in English."""


class TopicWatch:
    """Listens for a change of subject."""

    def __init__(self, cues: Iterable[str] = CUES) -> None:
        """Know the phrases; case and spacing do not matter."""
        phrases = (r"\s+".join(map(re.escape, cue.lower().split())) for cue in cues)
        wanted = "|".join(phrase for phrase in phrases if phrase)
        self._cue = re.compile(rf"(?<!\w)(?:{wanted})(?!\w)") if wanted else None

    def caller_said(self, words: str) -> bool:
        """Whether these words turn to another subject."""
        return self._cue is not None and self._cue.search(words.lower()) is not None
