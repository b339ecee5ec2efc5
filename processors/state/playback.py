"""What the caller has heard of what the assistant said."""

from __future__ import annotations

from typing import Literal

Purpose = Literal["answer", "greeting", "disclosure", "goodbye"]
"""What a piece of the assistant's speech is for."""


class PlaybackLedger:
    """Placeholder until the ledger lands in the next commit."""
