"""What a record says of escalations, transfers and callbacks, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.wording import listed, plainly
from processors.state.record_format import CallDocument


def hand_over_rows(record: CallDocument) -> list[tuple[int, str, str]]:
    """When (ms), what, and how it went; in order."""
    return sorted([*_escalations(record), *_transfers(record), *_callbacks(record)])


def _escalations(record: CallDocument) -> Iterator[tuple[int, str, str]]:
    for one in record.escalations:
        answer = {True: "; the caller said yes", False: "; the caller said no", None: ""}[one.taken]
        closed = "" if one.open else " (closed)"
        done = f"{listed(one.actions)}{closed}{answer}"
        yield one.at_ms, f"escalation: {listed(one.reasons)}", done


def _transfers(record: CallDocument) -> Iterator[tuple[int, str, str]]:
    for one in record.transfers:
        outcome = plainly(one.outcome) or "not known"
        yield one.at_ms, f"{one.mode} transfer", f"{outcome}, {one.took_ms / 1000:.1f} s"


def _callbacks(record: CallDocument) -> Iterator[tuple[int, str, str]]:
    for one in record.callbacks:
        yield one.at_ms, "callback promised", one.due or "as soon as possible"
