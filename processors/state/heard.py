"""What a playback ledger tells of as it becomes known: a stretch of audio was heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heard:
    """The caller has heard a stretch of one item's audio.

    Attributes:
        item_id: The conversation item.
        content_index: Its content part.
        from_ms: Where the stretch begins in the part, ms of audio.
        to_ms: Where it ends.
        ends_at: When its end was heard, in the time of echoes: as seen from here, the caller's
            audio of that same moment arrives now. None: nobody knows, presumably right after what
            was heard before.
        whole: The item was thereby heard to its end.
    """

    item_id: str
    content_index: int
    from_ms: float
    to_ms: float
    ends_at: float | None
    whole: bool = False

    @property
    def duration_ms(self) -> float:
        """How long it is."""
        return self.to_ms - self.from_ms


HeardListener = Callable[[Heard], None]
