"""The call's journal as log lines: one a transition, never a caller's word above DEBUG."""

from __future__ import annotations

from typing import Final

from loguru import logger

from processors.state.journal import Entry

_DETAIL: Final = frozenset(
    {
        "model_error",
        "caller_speech_started",
        "caller_speech_stopped",
        "dtmf",
        "turn",
        "clear",
        "response_started",
        "assistant_audio_started",
        "assistant_said",
    }
)
"""Entries that are too many, or say too little, for INFO: how a response ended and what of it was
heard is logged, not that it began."""

_lazily: Final = logger.opt(lazy=True)
"""A line that nobody reads is not put together either."""


def log_entry(entry: Entry) -> None:
    """Log one entry: its kind and fields; what is private only at DEBUG."""
    _lazily.log(
        "DEBUG" if entry.kind in _DETAIL else "INFO",
        "{kind} {fields}",
        kind=lambda: entry.kind,
        fields=lambda: " ".join(f"{name}={value}" for name, value in entry.fields.items()),
        at=lambda: round(entry.at, 3),
    )
    if entry.private:
        _lazily.debug("{kind} {private}", kind=lambda: entry.kind, private=lambda: entry.private)
