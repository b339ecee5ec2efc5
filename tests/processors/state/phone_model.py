"""A phone that knows the truth, for judging the ledger, and an assistant that speaks into it.

Event-driven: hours of a call take a second. One ``Timeline`` is the clock of both ends. Audio and
marks go to the phone in order, with a delay, jitter and stalls; the phone plays 1 ms of audio in
1 ms, returns a mark when all before it was played (at once when nothing is queued), and on a clear
drops what is queued and returns every mark that is left (Twilio, Media Streams WebSocket
messages). It starts to play ``prebuffer`` seconds after audio reached its empty queue.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random


class Timeline:
    """Runs actions at their times, in order."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, when: float, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (max(when, self.now), self._count, action))

    def run(self, until: float) -> None:
        events = self._events
        while events and events[0][0] <= until:
            self.now, _, action = heapq.heappop(events)
            action()
        self.now = until


@dataclass(frozen=True, slots=True)
class Line:
    """The way to the phone and back; seconds, and chances from 0 to 1.

    Attributes:
        to_phone: One-way delay.
        from_phone: One-way delay back.
        jitter: Up to so much more, each way.
        prebuffer: How long the phone waits before it plays audio that reached an empty queue.
        stalls: Begin and end of times in which nothing sets out for the phone.
        stalls_back: Likewise for the way back.
        lost: Chance that a mark never returns.
        doubled: Chance that it returns twice.
        caller_audio: The caller's audio comes every 20 ms, and the ledger is told.
    """

    to_phone: float = 0.05
    from_phone: float = 0.05
    jitter: float = 0.0
    prebuffer: float = 0.0
    stalls: tuple[tuple[float, float], ...] = ()
    stalls_back: tuple[tuple[float, float], ...] = ()
    lost: float = 0.0
    doubled: float = 0.0
    caller_audio: bool = False


class Way:
    """One direction: a FIFO that is late."""

    def __init__(
        self,
        timeline: Timeline,
        random: Random,
        delay: float,
        jitter: float,
        stalls: tuple[tuple[float, float], ...],
    ) -> None:
        self._timeline = timeline
        self._random = random
        self._delay = delay
        self._jitter = jitter
        self._stalls = stalls
        self._last_arrival = 0.0

    def send(self, arrived: Callable[[], None]) -> None:
        leaves = self._timeline.now
        for begin, end in self._stalls:
            if begin <= leaves < end:
                leaves = end
        late = self._random.random() * self._jitter if self._jitter else 0.0
        self._last_arrival = max(self._last_arrival, leaves + self._delay + late)
        self._timeline.at(self._last_arrival, arrived)


@dataclass(slots=True)
class Clear:
    """A clear as the phone took it.

    Attributes:
        at: When.
        stretch: Number of the stretch of gapless audio that it ended.
        dry: Nothing was being played.
    """

    at: float
    stretch: int
    dry: bool


@dataclass(frozen=True, slots=True)
class _Audio:
    item_id: str
    duration_ms: float


class PhoneModel:
    """The far end of the media stream, and the truth about every item."""

    def __init__(
        self, timeline: Timeline, line: Line, random: Random, echo: Callable[[str], None]
    ) -> None:
        self._timeline = timeline
        self._line = line
        self._random = random
        self._echo = echo
        self._down = Way(timeline, random, line.to_phone, line.jitter, line.stalls)
        self._up = Way(timeline, random, line.from_phone, line.jitter, line.stalls_back)
        self._queue: deque[_Audio | str] = deque()  # audio, or a mark's name
        self._plays_from: float | None = None  # since when its first audio is played; None: dry
        self._token = 0
        self.heard_ms: dict[str, float] = {}
        self.clears: list[Clear] = []
        self.stretch = 0
        self.returned: dict[str, tuple[int, bool]] = {}  # by mark: its stretch, whether played

    def speak(self, arrived: Callable[[], None]) -> None:
        """The caller's audio, from now on for ever."""
        self._up.send(arrived)
        self._timeline.at(self._timeline.now + 0.02, lambda: self.speak(arrived))

    def send_audio(self, item_id: str, duration_ms: float) -> None:
        self._down.send(lambda: self._audio(item_id, duration_ms))

    def send_mark(self, name: str) -> None:
        self._down.send(lambda: self._mark(name))

    def send_clear(self) -> None:
        self._down.send(self._clear)

    def _audio(self, item_id: str, duration_ms: float) -> None:
        self._queue.append(_Audio(item_id, duration_ms))
        if len(self._queue) == 1:
            self._token += 1
            token = self._token
            self.stretch += 1
            self._timeline.at(self._timeline.now + self._line.prebuffer, lambda: self._start(token))

    def _mark(self, name: str) -> None:
        if self._queue:
            self._queue.append(name)
        else:
            self._return(name, played=True)

    def _clear(self) -> None:
        now = self._timeline.now
        self._token += 1
        self.clears.append(Clear(now, self.stretch, self._plays_from is None))
        if self._plays_from is not None:
            audio = self._first
            self._hear(audio.item_id, min((now - self._plays_from) * 1000, audio.duration_ms))
        marks = [entry for entry in self._queue if isinstance(entry, str)]
        self._queue.clear()
        self._plays_from = None
        for name in marks:
            self._return(name, played=False)

    def _start(self, token: int) -> None:
        """Play the first audio of the queue."""
        if token != self._token:
            return
        self._plays_from = self._timeline.now
        self._timeline.at(
            self._timeline.now + self._first.duration_ms / 1000, lambda: self._played(token)
        )

    def _played(self, token: int) -> None:
        if token != self._token:
            return
        audio = self._first
        self._queue.popleft()
        self._hear(audio.item_id, audio.duration_ms)
        while self._queue and isinstance(name := self._queue[0], str):
            self._queue.popleft()
            self._return(name, played=True)
        self._plays_from = None
        if self._queue:
            self._start(token)

    @property
    def _first(self) -> _Audio:
        first = self._queue[0]
        assert isinstance(first, _Audio)
        return first

    def _hear(self, item_id: str, duration_ms: float) -> None:
        self.heard_ms[item_id] = self.heard_ms.get(item_id, 0.0) + duration_ms

    def _return(self, name: str, *, played: bool) -> None:
        self.returned[name] = (self.stretch, played)
        if self._line.lost and self._random.random() < self._line.lost:
            return
        twice = self._line.doubled and self._random.random() < self._line.doubled
        for _ in range(2 if twice else 1):
            self._up.send(lambda: self._echo(name))
