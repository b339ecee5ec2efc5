"""What a simulated caller may be told to do, step by step."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from transports.simulated.manner import CLEARLY, Manner
from transports.simulated.person import HangUp, PressDigits


@dataclass(frozen=True, slots=True)
class Say:
    """Say something, now, whoever is speaking.

    Attributes:
        text: The words.
        interrupting: They are meant to cut the assistant short.
        manner: How they sound.
    """

    text: str
    interrupting: bool = False
    manner: Manner = CLEARLY


@dataclass(frozen=True, slots=True)
class MakeNoise:
    """Let something be heard that is no speech, now, whoever is speaking.

    Attributes:
        seconds: How long.
        dbfs: How loud; below about -45 a telephone takes it for silence.
    """

    seconds: float
    dbfs: float = -30.0


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait until the assistant has finished.

    Attributes:
        quiet: Seconds of silence that mean it has.
        patience: Seconds to wait for it to begin.
    """

    quiet: float = 0.7
    patience: float = 10.0


@dataclass(frozen=True, slots=True)
class InterruptWhenHeard:
    """Listen, but speak up in the middle; if the assistant is done before that, just listen.

    Attributes:
        text: What to say then.
        ms: Speak up once so much of this speech was heard; 0: by words.
        words: Speak up once so many words of it were heard; 0: by time.
        quiet: As in ``Listen``.
        patience: As in ``Listen``.
    """

    text: str
    ms: float = 0.0
    words: int = 0
    quiet: float = 0.7
    patience: float = 10.0


@dataclass(frozen=True, slots=True)
class ListenUntil:
    """Listen until something was heard; done, too, when the assistant has finished before that.

    Attributes:
        phrase: Words that must have been heard; empty: by time alone.
        ms: So much of this speech must have been heard, too.
        quiet: As in ``Listen``.
        patience: As in ``Listen``.
    """

    phrase: str = ""
    ms: float = 0.0
    quiet: float = 0.7
    patience: float = 10.0


@dataclass(frozen=True, slots=True)
class StaySilent:
    """Say nothing for a while, whatever is heard."""

    seconds: float


Step = (
    Say | MakeNoise | Listen | ListenUntil | InterruptWhenHeard | StaySilent | PressDigits | HangUp
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last step went.

    Attributes:
        heard: What the assistant was heard to say in it.
        interrupted: The caller spoke up in the middle, or is about to.
        silent: Nothing was heard, and patience ran out.
    """

    heard: str = ""
    interrupted: bool = False
    silent: bool = False


class CallScript(Protocol):
    """Decides what the caller does next."""

    def next_step(self, last: Outcome) -> Step | None:
        """The next step, given how the last one went; None: nothing more, stay on the line."""
        ...


class FixedScript:
    """The same steps whatever is heard."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = deque(steps)

    def next_step(self, last: Outcome) -> Step | None:
        """The next of the steps."""
        return self._steps.popleft() if self._steps else None
