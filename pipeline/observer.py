"""The call file's ``observers:``: pipecat observers that watch a call's frames."""

from __future__ import annotations

from typing import ClassVar

from pipecat.observers.base_observer import BaseObserver

from processors.stock import Stock


class ObserverEntry(Stock):
    """One of pipecat's observers, or one of your own kind. Audio hops past it: it sees the rest."""

    base: ClassVar[type] = BaseObserver
