"""The parts of a call's record that are put together from its transcript, when it is over."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from processors.state.record_format import AnswerRecord, InterruptionRecord, TurnRecord
from processors.state.turn import Turn


@dataclass(slots=True)
class Interrupted:
    """An interruption, as the journal tells of it.

    Attributes:
        at: Seconds since the call began.
        reason: Why, as in ``caller_speech``.
        item_id: What was being said.
        heard_ms: How much was heard of what it cut.
        unheard_ms: How much was not.
    """

    at: float
    reason: str
    item_id: str | None
    heard_ms: float = 0.0
    unheard_ms: float = 0.0


def turn_record(turn: Turn) -> TurnRecord:
    """A turn, with its times."""
    return TurnRecord(
        item_id=turn.item_id,
        role=turn.role,
        text=turn.text,
        unheard=turn.unheard,
        state=turn.state,
        started_ms=turn.started_ms,
        ended_ms=turn.ended_ms,
        audio_ms=round(turn.audio_ms),
        heard_ms=round(turn.heard_ms),
        sent_from_ms=turn.sent_from_ms,
        sent_until_ms=turn.sent_until_ms,
    )


def interruption_record(one: Interrupted, turns: Sequence[Turn]) -> InterruptionRecord:
    """An interruption, with what the transcript knows of who spoke until when."""
    at_ms = ms_of(one.at)
    cut = next((turn for turn in turns if turn.item_id == one.item_id), None)
    stop_ms: int | None = None
    if cut is not None and cut.ended_ms is not None:
        began_ms = at_ms
        if one.reason == "caller_speech":
            starts = [turn.started_ms for turn in turns if turn.role == "caller"]
            began_ms = max((ms for ms in starts if ms is not None and ms <= at_ms), default=at_ms)
        stop_ms = max(cut.ended_ms - began_ms, 0)
    return InterruptionRecord(
        at_ms=at_ms,
        reason=one.reason,
        item_id=one.item_id,
        stop_ms=stop_ms,
        heard_ms=round(one.heard_ms),
        unheard_ms=round(one.unheard_ms),
    )


def answer_records(turns: Sequence[Turn]) -> list[AnswerRecord]:
    """Each caller's turn with the assistant's that follows it, if it was an answer to it."""
    found = []
    for caller, assistant in pairwise(turns):
        sent, stopped = assistant.sent_from_ms, caller.ended_ms
        if (caller.role, assistant.role) != ("caller", "assistant"):
            continue
        if sent is None or stopped is None or sent < stopped:
            continue
        heard = assistant.started_ms
        found.append(
            AnswerRecord(
                caller_item_id=caller.item_id,
                assistant_item_id=assistant.item_id,
                to_first_sent_ms=sent - stopped,
                to_first_heard_ms=None if heard is None else heard - stopped,
            )
        )
    return found


def ms_of(at: float) -> int:
    """An instant of the call in ms."""
    return max(round(at * 1000), 0)


def all_ms_of(instants: array[float]) -> tuple[int, ...]:
    """Instants of the call in ms."""
    return tuple(map(ms_of, instants))
