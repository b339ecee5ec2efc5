"""The call's journal as log lines: one a transition, never a caller's word above DEBUG."""

from __future__ import annotations

from typing import Final

from loguru import logger

from processors.state.journal import Entry, Listener

_DETAIL: Final = frozenset(
    {
        "model_error",
        "caller_speech_started",
        "caller_speech_stopped",
        "dtmf",
        "turn",
        "clear",
        "underrun",
        "response_started",
        "assistant_audio_started",
        "assistant_said",
    }
)
"""Entries that are too many, or say too little, for INFO: how a response ended and what of it was
heard is logged, not that it began."""

_APART: Final = frozenset({"sum"})
"""Fields that have a line of their own."""

_lazily: Final = logger.opt(lazy=True)
"""A line that nobody reads is not put together either."""


def journal_log(*, timing_math: bool = False) -> Listener:
    """Log a call's entries.

    Args:
        timing_math: Whether to show how each truncation was computed.
    """

    def listen(entry: Entry) -> None:
        """Log one entry, and the sum that a truncation came of if that is wanted."""
        log_entry(entry)
        if timing_math and entry.kind == "truncation":
            _log_sum(entry)

    return listen


def log_entry(entry: Entry) -> None:
    """Log one entry: its kind and fields; what is private only at DEBUG."""
    _lazily.log(
        "DEBUG" if entry.kind in _DETAIL else "INFO",
        "{kind} {fields}",
        kind=lambda: entry.kind,
        fields=lambda: " ".join(
            f"{name}={value}" for name, value in entry.fields.items() if name not in _APART
        ),
        at=lambda: round(entry.at, 3),
    )
    if entry.private:
        _lazily.debug("{kind} {private}", kind=lambda: entry.kind, private=lambda: entry.private)


def _log_sum(entry: Entry) -> None:
    logger.info(
        "timing: {item} heard {heard} of {sent:.0f} ms: {sum}",
        item=entry.fields["item_id"],
        heard=entry.fields["heard_ms"],
        sent=entry.fields["sent_ms"],
        sum=entry.fields["sum"],
    )
