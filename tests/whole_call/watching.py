"""A pipecat observer as a call file names one."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from pipecat.observers.base_observer import BaseObserver, FramePushed


class Watching(BaseObserver):
    """Counts the kinds of frames that it sees, in all calls."""

    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self, *, also: str = "") -> None:
        super().__init__()
        self.also = also

    async def on_push_frame(self, data: FramePushed) -> None:
        self.seen[type(data.frame).__name__] += 1
