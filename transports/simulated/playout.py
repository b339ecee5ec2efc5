"""The phone's play-out buffer, which knows the truth about every byte of the assistant's audio.

Audio and marks stand in one queue. Audio is played at 8 bytes a millisecond (G.711 at 8 kHz); a
mark takes no time and is returned once everything before it was played, or at once when nothing
is queued. A clear empties the buffer and returns the marks that are left (Twilio, Media Streams
WebSocket messages). Beyond ten minutes of queued audio more of it is thrown away (Twilio, error
31931).

Positions count the bytes that the buffer accepted, from 0: byte ``p`` of the assistant's audio as
it arrived. What happened to them is kept as stretches, so an hour of speech is a few hundred of
them. Plain logic: time is an argument, and no audio is kept unless somebody listens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

BYTES_PER_SECOND: Final = 8000
TEN_MINUTES_BYTES: Final = 600 * BYTES_PER_SECOND
_ROUNDING_BYTES: Final = 1e-3
"""An event that falls due a rounding error early still counts as due."""

Listener = Callable[[bytes, float], None]
"""Takes audio as it is played, and the time at which its first byte was."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A mark whose turn has come.

    Attributes:
        name: As the sender called it.
        at: When everything before it was played; when it came, if that was so already.
    """

    name: str
    at: float


@dataclass(slots=True)
class Run:
    """Audio that was played without a gap.

    Attributes:
        first: Position of its first byte.
        length: Bytes played so far.
        started_at: When the first byte was played.
        sent_at: When the message that began it left its sender; ``started_at`` minus the line's
            delay, when nothing was queued.
    """

    first: int
    length: int
    started_at: float
    sent_at: float

    @property
    def ended_at(self) -> float:
        """When the last byte played so far was over."""
        return self.started_at + self.length / BYTES_PER_SECOND


class Loss(Enum):
    """Why audio was never heard."""

    CLEARED = "cleared"
    CALL_ENDED = "call_ended"
    BUFFER_FULL = "buffer_full"


@dataclass(frozen=True, slots=True)
class Lost:
    """Audio that nobody heard.

    Attributes:
        first: Position of its first byte; for ``BUFFER_FULL``, which has no position of its own,
            where it would have stood.
        length: Bytes.
        at: When it was dropped.
        why: What dropped it.
    """

    first: int
    length: int
    at: float
    why: Loss


@dataclass(frozen=True, slots=True)
class Clear:
    """One ``clear``, as the phone saw it.

    Attributes:
        at: When it arrived.
        head_bytes: Position of the first byte that was not played any more.
        accepted_bytes: Position up to which audio had arrived.
        marks: Names of the marks that it returned.
    """

    at: float
    head_bytes: int
    accepted_bytes: int
    marks: tuple[str, ...]


class PlayOut:
    """Plays what arrives, in order, and remembers what became of it."""

    def __init__(
        self, *, listener: Listener | None = None, limit_bytes: int = TEN_MINUTES_BYTES
    ) -> None:
        self.runs: list[Run] = []
        self.lost: list[Lost] = []
        self.clears: list[Clear] = []
        self._listener = listener
        self._limit_bytes = limit_bytes
        self._accepted = 0
        self._head = 0
        self._marks: deque[tuple[int, str]] = deque()
        self._due: list[Echo] = []
        self._chunks: deque[bytes] = deque()
        self._offset = 0

    # -- what arrives

    def media(self, pcmu: bytes, now: float, sent_at: float | None = None) -> int:
        """Queue audio; returns how many bytes the full buffer threw away."""
        self._play(now)
        room = self._limit_bytes - (self._accepted - self._head)
        surplus = max(0, len(pcmu) - room)
        if surplus:
            self.lost.append(Lost(self._accepted, surplus, now, Loss.BUFFER_FULL))
            pcmu = pcmu[: len(pcmu) - surplus]
        if not pcmu:
            return surplus
        if self._head == self._accepted and not self._continues(now):
            self.runs.append(Run(self._head, 0, now, now if sent_at is None else sent_at))
        self._accepted += len(pcmu)
        if self._listener is not None:
            self._chunks.append(pcmu)
        return surplus

    def mark(self, name: str, now: float) -> None:
        """Queue a mark; ``advance`` returns it when its turn comes."""
        self._play(now)
        if self._head == self._accepted:
            self._due.append(Echo(name, now))
        else:
            self._marks.append((self._accepted, name))

    def clear(self, now: float) -> list[str]:
        """Drop all that is queued; returns the marks that were still to come, in order."""
        self._play(now)
        marks = [echo.name for echo in self._due] + [name for _, name in self._marks]
        self._due.clear()
        self._marks.clear()
        self.clears.append(Clear(now, self._head, self._accepted, tuple(marks)))
        self._drop(now, Loss.CLEARED)
        return marks

    def end(self, now: float) -> None:
        """The line is gone: what is queued will never be heard, no mark comes back."""
        self._play(now)
        self._due.clear()
        self._marks.clear()
        self._drop(now, Loss.CALL_ENDED)

    # -- the passage of time

    def advance(self, now: float) -> list[Echo]:
        """Play up to ``now``; returns the marks that were reached, in order."""
        self._play(now)
        if not self._due:
            return []
        due, self._due = self._due, []
        return due

    def next_event_at(self) -> float | None:
        """When the next mark falls due, or None: call ``advance`` then."""
        if self._due:
            return self._due[0].at
        return self._time_of(self._marks[0][0]) if self._marks else None

    # -- the truth

    @property
    def accepted_bytes(self) -> int:
        """Bytes taken into the buffer so far."""
        return self._accepted

    @property
    def queued_bytes(self) -> int:
        """Bytes that wait to be played, as of the last call with a time."""
        return self._accepted - self._head

    @property
    def heard_bytes(self) -> int:
        """Bytes played so far."""
        return sum(run.length for run in self.runs)

    def heard_between(self, first: int, end: int) -> int:
        """How many of the bytes at positions ``first`` up to ``end`` were heard."""
        return sum(
            max(0, min(end, run.first + run.length) - max(first, run.first)) for run in self.runs
        )

    def heard_at(self, position: int) -> float | None:
        """When the byte at ``position`` was played; None if it was not."""
        for run in self.runs:
            if run.first <= position < run.first + run.length:
                return run.started_at + (position - run.first) / BYTES_PER_SECOND
        return None

    def gaps_between(self, first: int, end: int) -> list[tuple[Run, Run]]:
        """Where the buffer ran dry between positions ``first`` and ``end``, both sides played.

        The two runs on either side of each gap: inside one piece of speech it is an under-run.
        """
        return [
            (before, after)
            for before, after in zip(self.runs, self.runs[1:], strict=False)
            if first < after.first < end and before.first + before.length == after.first
        ]

    # -- private

    def _continues(self, now: float) -> bool:
        """True if audio that comes now joins the last run without a gap."""
        if not self.runs:
            return False
        run = self.runs[-1]
        late = (now - run.ended_at) * BYTES_PER_SECOND
        return run.first + run.length == self._head and late < _ROUNDING_BYTES

    def _time_of(self, position: int) -> float:
        run = self.runs[-1]
        return run.started_at + (position - run.first) / BYTES_PER_SECOND

    def _play(self, now: float) -> None:
        if self._head < self._accepted:
            run = self.runs[-1]
            played = int((now - run.started_at) * BYTES_PER_SECOND + _ROUNDING_BYTES)
            head = min(self._accepted, run.first + played)
            if head > self._head:
                if self._listener is not None:
                    self._tell(head, self._time_of(self._head))
                run.length = head - run.first
                self._head = head
        while self._marks and self._marks[0][0] <= self._head:
            position, name = self._marks.popleft()
            self._due.append(Echo(name, self._time_of(position)))

    def _tell(self, head: int, at: float) -> None:
        assert self._listener is not None
        wanted = head - self._head
        pieces: list[bytes] = []
        while wanted:
            chunk = self._chunks[0]
            piece = chunk[self._offset : self._offset + wanted]
            wanted -= len(piece)
            pieces.append(piece)
            self._offset += len(piece)
            if self._offset == len(chunk):
                self._chunks.popleft()
                self._offset = 0
        self._listener(b"".join(pieces), at)

    def _drop(self, now: float, why: Loss) -> None:
        if self._head < self._accepted:
            self.lost.append(Lost(self._head, self._accepted - self._head, now, why))
        self._head = self._accepted
        self._chunks.clear()
        self._offset = 0
