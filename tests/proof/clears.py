"""What the phone knows of each clear: what was played by then, and what of it the wire can tell.

Taken from the phone's own play-out, from when it sent each mark and each piece of media back, and
from what was written to it when. Nothing here is taken from the runtime.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from tests.proof.truth import Item, Piece, Told, Truth
from transports.simulated.playout import BYTES_PER_SECOND

EVERY: Final = 0.02
"""Seconds between two pieces of the caller's media."""

ROUNDING: Final = 1e-5
"""Seconds."""


@dataclass(frozen=True)
class SentMark:
    """A mark as it went to the phone; positions count the bytes of audio sent before it."""

    name: str
    position: int


@dataclass(frozen=True)
class Cleared:
    """One clear.

    Attributes:
        written_at: When it was written to the phone's socket.
        at: When the phone took it; None if it never did.
        first: The first byte that was queued since the clear before.
        end: The byte after the last one that was written before it.
        marks: Those among that audio, in order.
        pieces: That audio.
    """

    written_at: float
    at: float | None
    first: int
    end: int
    marks: tuple[SentMark, ...]
    pieces: tuple[Piece, ...]


class Clears:
    """All clears of a call."""

    def __init__(self, truth: Truth) -> None:
        self.scenario = truth.evidence.scenario
        self._truth = truth
        self._phone = truth.evidence.phone
        self.started_at = self._phone.started_at

    @cached_property
    def all(self) -> list[Cleared]:
        """Each clear that was written, in order."""
        found: list[Cleared] = []
        taken = self._phone.playout.clears
        pieces = {
            piece.number: piece for item in self._truth.items.values() for piece in item.pieces
        }
        queued: list[Piece] = []
        marks: list[SentMark] = []
        first = end = 0
        for number, (at, message) in enumerate(self._truth.sent):
            if number in pieces:
                queued.append(pieces[number])
                end += pieces[number].length
            elif message["event"] == "mark":
                marks.append(SentMark(message["mark"]["name"], end))
            elif message["event"] == "clear":
                took_at = taken[len(found)].at if len(found) < len(taken) else None
                found.append(Cleared(at, took_at, first, end, tuple(marks), tuple(queued)))
                first, queued, marks = end, [], []
        return found

    def of(self, item: Item, told: Told) -> Cleared | None:
        """The clear that cut an item; None if what was sent of it had been played before."""
        if not item.pieces:
            return None
        last = item.pieces[-1].position
        return next((clear for clear in self.all if clear.first <= last < clear.end), None)

    @cached_property
    def left_at(self) -> dict[str, float]:
        """When the phone sent each mark back, by its name."""
        left: dict[str, float] = {}
        for entry in self._truth.evidence.phone_journal:
            if entry.kind == "mark_returned":
                left.setdefault(entry.fields["name"], entry.at)
        return left

    @cached_property
    def back_at(self) -> dict[str, float]:
        """When each mark reached the runtime, by its name."""
        back: dict[str, float] = {}
        for crossed in self._truth.evidence.phone_socket.received:
            try:
                message = json.loads(crossed.text)
                if message["event"] == "mark":
                    back.setdefault(message["mark"]["name"], crossed.at)
            except (ValueError, TypeError, KeyError, RecursionError):
                continue  # junk
        return back

    def media_before(self, moment: float) -> float:
        """When the phone sent the last piece of media before that."""
        ticks = int((moment - self._phone.started_at + ROUNDING) / EVERY)
        gaps = self._truth.evidence.scenario.gaps
        while ticks > 0 and any(at <= (ticks - 1) * EVERY < at + for_ for at, for_ in gaps):
            ticks -= 1
        return self._phone.started_at + ticks * EVERY

    def silent_between(self, begins: float, ends: float) -> float:
        """For how long of that time the phone played nothing."""
        played = sum(
            max(0.0, min(run.ended_at, ends) - max(run.started_at, begins))
            for run in self._phone.playout.runs
        )
        return ends - begins - played

    def restarts_between(self, begins: float, ends: float) -> bool:
        """Whether the phone began to play then, its queue having been empty."""
        return any(begins < run.started_at <= ends for run in self._phone.playout.runs)


def heard_ms(truth: Truth, first: int, end: int) -> float:
    """What was heard of a stretch of the audio."""
    return truth.evidence.phone.playout.heard_between(first, end) / BYTES_PER_SECOND * 1000
