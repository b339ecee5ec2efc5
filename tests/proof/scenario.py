"""One whole call as data: what both peers, the caller and the network do to it.

A scenario holds numbers and names only, so it can be drawn by hypothesis, and the ones that once
broke a call stand as literals in ``known_calls.py``.
"""

from __future__ import annotations

from dataclasses import dataclass

Stretch = tuple[float, float]
"""A stretch of time: seconds after the stream's start, and how long it lasts."""


@dataclass(frozen=True)
class Speech:
    """The caller speaks.

    Attributes:
        at: Seconds after the stream's start.
        lasts: Seconds.
        words: What the model understands; some words make it call a tool or end the call.
    """

    at: float
    lasts: float
    words: str = "Hello there."


@dataclass(frozen=True)
class Keys:
    """The caller presses keys."""

    at: float
    digits: str = "1"


@dataclass(frozen=True)
class Way:
    """One direction of the line to the phone.

    Attributes:
        delay: Seconds.
        jitter: Up to so many seconds more.
        stalls: When nothing arrives; what was held arrives at once afterwards.
    """

    delay: float = 0.0
    jitter: float = 0.0
    stalls: tuple[Stretch, ...] = ()


@dataclass(frozen=True)
class Marks:
    """What happens to marks on their way back: the chance of each."""

    lost: float = 0.0
    doubled: float = 0.0
    late: float = 0.0

    @property
    def unreliable(self) -> bool:
        """Whether one may be missing or out of order."""
        return self.lost > 0 or self.late > 0


@dataclass(frozen=True)
class Model:
    """How the model behaves.

    Attributes:
        delay: Seconds to it, and the same back.
        speed: It makes audio so many times faster than it plays.
        first_delta: Seconds until a response has its first output.
        ms_per_char: How slowly it speaks.
        burst_ms: The most audio in one delta.
        commentary: It speaks a preamble, as an item of its own, before an answer.
        late_deltas: Audio of a cut response that comes after its end.
        odd: It sends fields and events that nobody knows.
        shortfall_ms: It believes its items to be so much shorter than they are.
        drops: When its socket breaks off; seconds after the stream's start.
        tool: How long the call file's tool takes, seconds.
    """

    delay: float = 0.0
    speed: float = 6.0
    first_delta: float = 0.25
    ms_per_char: float = 40.0
    burst_ms: float = 400.0
    commentary: bool = False
    late_deltas: int = 0
    odd: bool = False
    shortfall_ms: int = 0
    drops: tuple[float, ...] = ()
    tool: float = 0.5


@dataclass(frozen=True)
class CallFileSettings:
    """What the call file says of the things that matter here."""

    protect: tuple[str, ...] = ("disclosure", "goodbye")
    min_speech_ms: int = 0
    enabled: bool = True
    align_20ms: bool = False
    mark_every_ms: int = 100


@dataclass(frozen=True)
class Scenario:
    """A whole call.

    Attributes:
        acts: What the caller does.
        hangs_up_at: When they put the phone down, if the assistant has not ended the call.
        sends_stop: False: the phone's line dies instead.
        down: The line to the phone.
        up: The line back.
        blocked: When writes to the phone's socket don't finish.
        gaps: When the phone sends no audio.
        busy: When the machine stands still, with everybody on it.
        marks: What happens to marks.
        model: How the model behaves.
        settings: The call file's.
        junk: What is sent to the runtime besides: when, by whom (``phone`` or ``model``), what.
        seed: Of all else.
    """

    acts: tuple[Speech | Keys, ...] = ()
    hangs_up_at: float = 8.0
    sends_stop: bool = True
    down: Way = Way()
    up: Way = Way()
    blocked: tuple[Stretch, ...] = ()
    gaps: tuple[Stretch, ...] = ()
    busy: tuple[Stretch, ...] = ()
    marks: Marks = Marks()
    model: Model = Model()
    settings: CallFileSettings = CallFileSettings()
    junk: tuple[tuple[float, str, str | bytes], ...] = ()
    seed: int = 0
