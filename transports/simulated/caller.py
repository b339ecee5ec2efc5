"""A simulated caller: hears what the phone really played, and follows a script.

What they understand is made out of audio that reached their ear, so it is the truth about what
was heard: words that a clear threw away are not in it. Speaking and making out words may take a
while, as with people; the clock does not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from processors.state.journal import Journal
from transports.simulated.caller_senses import CallerSenses, Pending
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


@dataclass(frozen=True, slots=True)
class _Hearing:
    """A speech whose words are being made out.

    Attributes:
        words: The words.
        started_at: As in ``Heard``.
        ended_at: As in ``Heard``.
        ms: How long it was.
        noted_at: When the caller began to make them out.
    """

    words: Pending[str]
    started_at: float
    ended_at: float
    ms: float
    noted_at: float

    def heard(self) -> Heard:
        """What was heard, once its words are made out."""
        return Heard(self.words.result(), self.started_at, self.ended_at)


@dataclass(frozen=True, slots=True)
class _Interruption(Say):
    """Words said into the assistant's: what was heard before them is how the step went."""

    hearing: _Hearing | None = None
    outcome: Outcome | None = None


class Caller:
    """Holds a phone as a person would (``Person``); deterministic, if its senses are."""

    def __init__(
        self, script: CallScript, senses: CallerSenses, journal: Journal | None = None
    ) -> None:
        self.spoken: list[Spoken] = []
        self.heard_lines: list[Heard] = []
        self._overheard: list[_Hearing] = []
        self._script = script
        self._senses = senses
        self._journal = journal
        self._ear = Ear()
        self._step: Step | None = None
        self._step_began_at = 0.0
        self._busy_until = 0.0
        self._look_at = 0.0
        self._done = False
        self._speech: Pending[bytes] | None = None
        self._prepared: Pending[bytes] | None = None
        self._hearing: _Hearing | None = None
        self._looking: Pending[str] | None = None
        self._interrupted = False

    def heard(self, pcmu: bytes, at: float) -> None:
        """Hear a piece of audio, whose first byte was played at ``at``."""
        self._ear.heard(pcmu, at)

    def all_heard(self) -> list[Heard]:
        """Everything that reached their ear, what they paid no attention to as well."""
        made_out = [one.heard() for one in self._overheard if one.words.done()]
        lines = [*self.heard_lines, *(line for line in made_out if line.text)]
        return sorted(lines, key=lambda line: line.started_at)

    async def settle(self) -> None:
        """Make out the last words, once the call is over."""
        self._done = True
        hearing = self._hearing
        if hearing is not None:
            self._overheard.append(hearing)
        self._pay_no_attention(0.0)
        await self._senses.settle()

    def tick(self, now: float) -> Sequence[Act]:
        """Go on with the script."""
        if self._done:
            return ()
        if self._step is None:
            return self._begin(Outcome(), now)
        if self._speech is not None:
            return self._speak(self._speech, now)
        step = self._step
        if (
            isinstance(step, InterruptWhenHeard)
            and self._hearing is None
            and self._heard_enough(step, now)
        ):
            return self._interrupt(step, now)
        outcome = self._outcome(step, now)
        return () if outcome is None else self._begin(outcome, now)

    # -- steps

    def _begin(self, last: Outcome, now: float) -> Sequence[Act]:
        self._step = self._script.next_step(last)
        self._step_began_at = self._look_at = now
        self._looking = self._prepared = None
        if self._step is None:
            self._done = True
        elif isinstance(self._step, Say):
            return self._speak(self._senses.speak(self._step.text), now)
        elif isinstance(self._step, InterruptWhenHeard):
            self._prepared = self._senses.speak(self._step.text)
        elif isinstance(self._step, MakeNoise):
            return self._make_noise(self._step, now)
        elif isinstance(self._step, PressDigits | HangUp):
            return (self._step,)
        return ()

    def _interrupt(self, step: InterruptWhenHeard, now: float) -> Sequence[Act]:
        # The words are said as a step of their own, whose outcome is the interruption's.
        prepared, hearing = self._prepared, self._make_out(now)
        assert prepared is not None, "they knew what they would say"
        known = hearing.words.done()
        outcome = self._understood(hearing, interrupted=True) if known else None
        self._step = _Interruption(step.text, interrupting=True, hearing=hearing, outcome=outcome)
        return self._speak(prepared, now)

    def _speak(self, speech: Pending[bytes], now: float) -> Sequence[Act]:
        """Say the words of this step, as soon as they are there."""
        self._speech = None if speech.done() else speech
        if self._speech is not None:
            return ()
        assert isinstance(self._step, Say), "only such a step is said"
        step, pcmu = self._step, self._step.manner.sounding(speech.result())
        self._busy_until = now + len(pcmu) / BYTES_PER_SECOND
        self.spoken.append(Spoken(step.text, now, self._busy_until, step.interrupting))
        ms = len(pcmu) / 8
        self._record("caller_speaks", now, step.text, ms=ms, interrupting=step.interrupting)
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
        outcome = self._before_it(step) if isinstance(step, _Interruption) else Outcome()
        if outcome is not None and self._ear.quiet_for(now) >= _LEFTOVER:
            self._pay_no_attention(now)
        return outcome

    def _before_it(self, step: _Interruption) -> Outcome | None:
        """What was heard before an interruption; None while that is still being made out."""
        hearing = step.hearing
        assert hearing is not None, "it interrupted something"
        if step.outcome is not None:
            return step.outcome
        return self._understood(hearing, interrupted=True) if hearing.words.done() else None

    def _pay_no_attention(self, now: float) -> None:
        """Forget what was said meanwhile: it was cut, or talked over."""
        if self._ear.began_at is not None:
            self._overheard.append(self._make_out(now))
        self._ear.forget()

    def _listened(
        self, step: Listen | ListenUntil | InterruptWhenHeard, now: float
    ) -> Outcome | None:
        if self._hearing is not None:
            return self._made_out()
        if self._ear.began_at is None:
            waited = now - self._step_began_at
            return Outcome(silent=True) if waited >= step.patience else None
        over = self._ear.quiet_for(now) >= step.quiet
        if over or (isinstance(step, ListenUntil) and self._heard_enough(step, now)):
            self._interrupted = not over
            self._hearing = self._make_out(now)
            return self._made_out()
        return None

    def _made_out(self) -> Outcome | None:
        """What was heard, as soon as its words are made out."""
        hearing = self._hearing
        assert hearing is not None, "something was heard"
        if not hearing.words.done():
            return None
        self._hearing = None
        return self._understood(hearing, interrupted=self._interrupted)

    def _heard_enough(self, step: ListenUntil | InterruptWhenHeard, now: float) -> bool:
        if self._ear.began_at is None or self._ear.quiet_for(now) >= step.quiet:
            return False
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
        if self._looking is None:
            if now < self._look_at:
                return ""
            self._look_at = now + _LISTEN_EVERY
            self._looking = self._senses.hear(self._ear.audio())
        if not self._looking.done():
            return ""
        words, self._looking = self._looking.result(), None
        return words

    def _make_out(self, now: float) -> _Hearing:
        """Begin to make out what was heard so far; what comes now is a new speech."""
        ear = self._ear
        assert ear.began_at is not None, "only speech is understood"
        words = self._senses.hear(ear.audio())
        hearing = _Hearing(words, ear.began_at, ear.audible_until, ear.speech_ms(), now)
        ear.forget()
        return hearing

    def _understood(self, hearing: _Hearing, *, interrupted: bool) -> Outcome:
        heard = hearing.heard()
        self.heard_lines.append(heard)
        self._record("caller_heard", hearing.noted_at, heard.text, ms=hearing.ms)
        return Outcome(heard.text, interrupted=interrupted)

    def _record(self, kind: str, now: float, text: str, **fields: object) -> None:
        if self._journal is not None:
            self._journal.record(now, kind, private={"text": text}, **fields)
