"""From what phones and model noted to the figures of the table. Plain arithmetic."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.bench.cell import Cell
from tests.bench.records import Call, Clear, Media, Session

_LATEST: Final = 0.5
"""Seconds before the end: what began later may not have arrived when the phones hang up."""

_CLEAR_WITHIN: Final = 2.0
_BYTES_PER_MS: Final = 8


@dataclass(slots=True)
class Figures:
    """One program with so many calls, over all repeats. Latencies are in ms.

    Attributes:
        cpu_ms: CPU per call-second, ms; one for each repeat.
        first_audio: Model sends the first audio of an answer to phone has it.
        caller_audio: Phone sends the audio in which a sound begins to model has it.
        clear: Model tells that the caller speaks to phone is told to stop.
        truncation: What the model was told was heard less what was heard, of each cut item.
        cut: Answers that were cut.
        underruns: How often the phone ran dry in the middle of an answer.
        underrun_ms: For how long altogether.
        memory_mb: Memory of a call, MB; one for each repeat.
        started_in: Seconds from process start to readiness; one for each repeat.
        others: Share of the program's core that others used; one for each repeat.
        lost: Calls that did not last.
        errors: Events of the program that the model refused.
    """

    cpu_ms: list[float] = field(default_factory=list)
    first_audio: list[float] = field(default_factory=list)
    caller_audio: list[float] = field(default_factory=list)
    clear: list[float] = field(default_factory=list)
    truncation: list[float] = field(default_factory=list)
    cut: int = 0
    underruns: int = 0
    underrun_ms: float = 0.0
    memory_mb: list[float] = field(default_factory=list)
    started_in: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    lost: int = 0
    errors: int = 0

    def add(self, cell: Cell) -> None:
        """Take in one more measurement of the same."""
        seconds = cell.ends_at - cell.begins_at
        self.cpu_ms.append(cell.cpu * 1000 / seconds / cell.calls)
        self.memory_mb.append((cell.full_mb - cell.base_mb) / cell.calls)
        self.started_in.append(cell.started_in)
        self.others.append(cell.others)
        sessions = {session.caller: session for session in cell.sessions}
        for call in cell.phones:
            session = sessions.get(call.caller)
            if session is None or not call.alive:
                self.lost += 1
            if session is not None:
                self._add_call(call, session, (cell.begins_at, cell.ends_at - _LATEST))

    def _add_call(self, call: Call, session: Session, window: tuple[float, float]) -> None:
        self.errors += len(session.errors)
        self.first_audio += first_audio(call, session, window)
        self.caller_audio += caller_audio(call, session, window)
        self.clear += clear_latency(call, session, window)
        errors, cut = truncation_errors(call, session, window)
        self.truncation += errors
        self.cut += cut
        gaps = underruns(call, session, window)
        self.underruns += len(gaps)
        self.underrun_ms += sum(gaps)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which this share lies; NaN if there are none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def first_audio(call: Call, session: Session, window: tuple[float, float]) -> list[float]:
    """Latencies of the first audio of answers."""
    return [
        (media.at - at) * 1000
        for at, media in _answers(call, session)
        if media is not None and window[0] <= at <= window[1]
    ]


def caller_audio(call: Call, session: Session, window: tuple[float, float]) -> list[float]:
    """Latencies of the caller's audio, where a sound begins in it; order is kept on the way."""
    latencies: list[float] = []
    arrivals = iter(session.onsets)
    for sent_at in call.onsets:
        arrived_at = next((at for at in arrivals if at >= sent_at), None)
        if arrived_at is None:
            break
        if window[0] <= sent_at <= window[1]:
            latencies.append((arrived_at - sent_at) * 1000)
    return latencies


def clear_latency(call: Call, session: Session, window: tuple[float, float]) -> list[float]:
    """Latencies of ``clear``, where there was something to clear."""
    latencies = []
    for clear in _cutting(call):
        told_at = _last_before(session.speech_started, clear.received_at)
        if told_at is not None and window[0] <= told_at <= window[1]:
            latency = clear.received_at - told_at
            if latency < _CLEAR_WITHIN:
                latencies.append(latency * 1000)
    return latencies


def truncation_errors(
    call: Call, session: Session, window: tuple[float, float]
) -> tuple[list[float], int]:
    """By how many ms the model was told too much (or, negative, too little); and how many cuts."""
    errors = []
    cuts = 0
    told = {item_id: heard_ms for _, item_id, heard_ms in session.cuts}
    answers = [
        (at, item_id, media)
        for (item_id, at), (_, media) in zip(session.answers, _answers(call, session), strict=True)
    ]
    for clear in _cutting(call):
        if not window[0] <= clear.received_at <= window[1]:
            continue
        begun = [answer for answer in answers if answer[0] < clear.received_at]
        _, item_id, media = begun[-1] if begun else (0.0, "", None)
        if media is None:
            continue
        cuts += 1
        if item_id in told:
            heard_ms = max(0, clear.head - media.loud_first) / _BYTES_PER_MS
            errors.append(told[item_id] - heard_ms)
    return errors, cuts


def underruns(call: Call, session: Session, window: tuple[float, float]) -> list[float]:
    """The gaps, in ms, in which the phone had nothing to play in the middle of an answer."""
    gaps = []
    begins = [at for _, at in session.answers]
    ends = _loud_ends(call, begins)
    for before, after in itertools.pairwise(call.runs):
        stops_at = before.started_at + before.length / 8000
        answer = bisect_right(begins, before.started_at) - 1
        same = answer == bisect_right(begins, after.started_at) - 1
        whole = before.first + before.length == after.first
        inside = same and whole and answer >= 0 and after.first < ends[answer]
        if inside and window[0] <= stops_at <= window[1]:
            gaps.append((after.started_at - stops_at) * 1000)
    return gaps


def _answers(call: Call, session: Session) -> list[tuple[float, Media | None]]:
    """When each answer began, and the phone's first loud audio of it."""
    loud = [media for media in call.media if media.loud_first >= 0]
    arrivals = [media.at for media in loud]
    found: list[tuple[float, Media | None]] = []
    begins = [at for _, at in session.answers]
    for at, following in zip(begins, [*begins[1:], float("inf")], strict=True):
        index = bisect_right(arrivals, at)
        is_its = index < len(loud) and arrivals[index] < following
        found.append((at, loud[index] if is_its else None))
    return found


def _loud_ends(call: Call, begins: Sequence[float]) -> list[int]:
    """Position of each answer's last loud byte; -1 if nothing of it came."""
    ends = [-1] * len(begins)
    for media in call.media:
        answer = bisect_right(begins, media.at) - 1
        if answer >= 0 and media.loud_last >= 0:
            ends[answer] = media.loud_last
    return ends


def _cutting(call: Call) -> list[Clear]:
    return [clear for clear in call.clears if clear.head < clear.accepted]


def _last_before(instants: Sequence[float], at: float) -> float | None:
    index = bisect_right(instants, at)
    return instants[index - 1] if index else None
