"""A simulated caller: hears what the phone really played, and follows a script.

What they understand is decoded from audio that reached their ear, so it is the truth about what
was heard: words that a clear threw away are not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from processors.state.journal import Journal
from transports.simulated.caller_steps import (
    CallScript,
    InterruptWhenHeard,
    Listen,
    ListenUntil,
    MakeNoise,
    Outcome,
    Say,
    StaySilent,
    Step,
)
from transports.simulated.ear import BYTES_PER_SECOND, Ear
from transports.simulated.noise import noise
from transports.simulated.person import Act, HangUp, PressDigits, Speak

_LEFTOVER: Final = 0.1
"""Seconds of quiet after the caller's own words that tell a cut answer from one that goes on."""
_LISTEN_EVERY: Final = 0.2
"""Seconds between two looks at the words, when it is words that are waited for."""


class Voice(Protocol):
    """Turns words into telephone audio and back."""

    def speak(self, text: str) -> bytes:
        """The words as G.711 µ-law, 8 kHz, mono."""
        ...

    def hear(self, pcmu: bytes) -> str:
        """The words in G.711 µ-law audio; empty when there are none."""
        ...


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that the caller said.

    Attributes:
        text: The words.
        started_at: Loop time.
        ended_at: Loop time.
        interrupting: It was said into the assistant's words.
    """

    text: str
    started_at: float
    ended_at: float
    interrupting: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that the caller heard.

    Attributes:
        text: The words that reached them.
        started_at: When the first sound of it did, loop time.
        ended_at: When the last did.
    """

    text: str
    started_at: float
    ended_at: float


class Caller:
    """Holds a phone as a person would (``Person``); deterministic."""

    def __init__(self, script: CallScript, voice: Voice, journal: Journal | None = None) -> None:
        self.spoken: list[Spoken] = []
        self.heard_lines: list[Heard] = []
        self._overheard: list[Heard] = []
        self._script = script
        self._voice = voice
        self._journal = journal
        self._ear = Ear()
        self._step: Step | None = None
        self._step_began_at = 0.0
        self._busy_until = 0.0
        self._look_at = 0.0
        self._done = False

    def heard(self, pcmu: bytes, at: float) -> None:
        """Hear a piece of audio, whose first byte was played at ``at``."""
        self._ear.heard(pcmu, at)

    def all_heard(self) -> list[Heard]:
        """Everything that reached their ear, what they paid no attention to as well."""
        in_order = sorted([*self.heard_lines, *self._overheard], key=lambda line: line.started_at)
        rest, began_at = self._voice.hear(self._ear.audio()), self._ear.began_at
        if rest and began_at is not None:
            in_order.append(Heard(rest, began_at, self._ear.audible_until))
        return in_order

    def tick(self, now: float) -> Sequence[Act]:
        """Go on with the script."""
        if self._done:
            return ()
        if self._step is None:
            return self._begin(Outcome(), now)
        outcome = self._outcome(self._step, now)
        if outcome is None:
            return ()
        if outcome.interrupted and isinstance(self._step, InterruptWhenHeard):
            return self._interrupt(self._step, outcome, now)
        return self._begin(outcome, now)

    # -- steps

    def _begin(self, last: Outcome, now: float) -> Sequence[Act]:
        self._step = self._script.next_step(last)
        self._step_began_at = self._look_at = now
        if self._step is None:
            self._done = True
        elif isinstance(self._step, Say):
            return self._say(self._step.text, now, interrupting=self._step.interrupting)
        elif isinstance(self._step, MakeNoise):
            return self._make_noise(self._step, now)
        elif isinstance(self._step, PressDigits | HangUp):
            return (self._step,)
        return ()

    def _interrupt(self, step: InterruptWhenHeard, outcome: Outcome, now: float) -> Sequence[Act]:
        # The words are said as a step of their own, whose outcome is the interruption's.
        self._step = _Interruption(step.text, interrupting=True, outcome=outcome)
        return self._say(step.text, now, interrupting=True)

    def _say(self, text: str, now: float, *, interrupting: bool = False) -> Sequence[Act]:
        pcmu = self._voice.speak(text)
        self._busy_until = now + len(pcmu) / BYTES_PER_SECOND
        self.spoken.append(Spoken(text, now, self._busy_until, interrupting))
        self._record("caller_speaks", now, text, ms=len(pcmu) / 8, interrupting=interrupting)
        return (Speak(pcmu),)

    def _make_noise(self, step: MakeNoise, now: float) -> Sequence[Act]:
        self._busy_until = now + step.seconds
        self._record("caller_noise", now, "", ms=step.seconds * 1000, dbfs=step.dbfs)
        return (Speak(noise(step.seconds, step.dbfs)),)

    def _outcome(self, step: Step, now: float) -> Outcome | None:
        """How the step went, or None while it goes on."""
        if isinstance(step, Say | MakeNoise):
            return self._sounded(step, now)
        if isinstance(step, StaySilent):
            return Outcome() if now - self._step_began_at >= step.seconds else None
        if isinstance(step, Listen | ListenUntil | InterruptWhenHeard):
            return self._listened(step, now)
        return Outcome()

    def _sounded(self, step: Say | MakeNoise, now: float) -> Outcome | None:
        if now < self._busy_until:
            return None
        if self._ear.quiet_for(now) >= _LEFTOVER:
            self._pay_no_attention()
        return step.outcome if isinstance(step, _Interruption) else Outcome()

    def _pay_no_attention(self) -> None:
        """Forget what was said meanwhile: it was cut, or talked over."""
        text, began_at = self._voice.hear(self._ear.audio()), self._ear.began_at
        if text and began_at is not None:
            self._overheard.append(Heard(text, began_at, self._ear.audible_until))
        self._ear.forget()

    def _listened(
        self, step: Listen | ListenUntil | InterruptWhenHeard, now: float
    ) -> Outcome | None:
        if self._ear.began_at is None:
            waited = now - self._step_began_at
            return Outcome(silent=True) if waited >= step.patience else None
        if self._ear.quiet_for(now) >= step.quiet:
            return Outcome(self._understand(now))
        if not isinstance(step, Listen) and self._heard_enough(step, now):
            return Outcome(self._understand(now), interrupted=True)
        return None

    def _heard_enough(self, step: ListenUntil | InterruptWhenHeard, now: float) -> bool:
        by_time = self._ear.speech_ms() >= step.ms
        if isinstance(step, ListenUntil):
            return by_time and (not step.phrase or self._heard_phrase(step.phrase, now))
        if step.ms:
            return by_time
        return len(self._words_so_far(now).split()) >= step.words

    def _heard_phrase(self, phrase: str, now: float) -> bool:
        return phrase.lower() in self._words_so_far(now).lower()

    def _words_so_far(self, now: float) -> str:
        """What was heard of this speech; nothing between two looks, as each takes some work."""
        if now < self._look_at:
            return ""
        self._look_at = now + _LISTEN_EVERY
        return self._voice.hear(self._ear.audio())

    def _understand(self, now: float) -> str:
        text = self._voice.hear(self._ear.audio())
        began_at = self._ear.began_at
        assert began_at is not None, "only speech is understood"
        self.heard_lines.append(Heard(text, began_at, self._ear.audible_until))
        self._record("caller_heard", now, text, ms=self._ear.speech_ms())
        self._ear.forget()
        return text

    def _record(self, kind: str, now: float, text: str, **fields: object) -> None:
        if self._journal is not None:
            self._journal.record(now, kind, private={"text": text}, **fields)


@dataclass(frozen=True, slots=True)
class _Interruption(Say):
    """Words said into the assistant's: what was heard before them is how the step went."""

    outcome: Outcome = field(default_factory=Outcome)
