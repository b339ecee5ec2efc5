"""The call's journal as log lines: one a transition, never a caller's word above DEBUG."""

from __future__ import annotations

from loguru import logger

from processors.state.journal import Entry

_DETAIL = frozenset({"model_error", "caller_speech_started", "caller_speech_stopped", "dtmf"})
"""Entries that are too many, or say too little, for INFO."""


def log_entry(entry: Entry) -> None:
    """Log one entry: its kind and fields; what is private only at DEBUG."""
    level = "DEBUG" if entry.kind in _DETAIL else "INFO"
    fields = " ".join(f"{name}={value}" for name, value in entry.fields.items())
    logger.log(level, "{kind} {fields}", kind=entry.kind, fields=fields, at=round(entry.at, 3))
    if entry.private:
        logger.debug("{kind} {private}", kind=entry.kind, private=entry.private)
