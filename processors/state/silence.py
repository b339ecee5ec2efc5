"""When to ask a silent caller whether they are there, and when to give them up.

Counted is time in which nobody has the floor (``state.floor``), from the moment at which the
caller has *heard* the last of what was said. Words of theirs begin everything anew. A sound that
became a turn without words does not: breath, a cough or the hiss of the line stops the count while
it lasts, and so does whatever the model answers to it, and then the count goes on where it was. So
noise can put a question off, and never for good.

Pipecat's ``UserIdleController`` counts from our marks as well (``BotStoppedSpeakingFrame`` comes
with them), but begins anew at every sound, knows one length of time, takes a tool that reports
nothing for one that runs for ever, and takes the time that an answer needs to begin for silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

ROOM: Final = 3.0
"""Seconds that a caller has, once a step, to say something after a noise of theirs was answered."""

LONG: Final = 1.0
"""Seconds from start to stop that no breath lasts, the pause that ends a turn included."""

BELIEVED: Final = 3
"""Shorter turns in a row that count as speech although nobody wrote their words down."""

WORDS_WAIT: Final = 10.0
"""Seconds after which words that did not come are not waited for."""

Pause = Literal["tool", "transfer", "model"]
"""Why nobody waits for the caller: a function runs, a person is called, no model is there."""


@dataclass(frozen=True, slots=True)
class SilenceStep:
    """What is said after a silence.

    Attributes:
        after: Seconds of it.
        say: The words; empty: the model's own.
    """

    after: float
    say: str


@dataclass(frozen=True, slots=True)
class SpeakUp:
    """Say something into the silence, now.

    Attributes:
        words: What; empty: the model's own words.
        number: How often that was since the caller last spoke, from 1.
        gives_up: It is the goodbye: the call ends.
    """

    words: str
    number: int
    gives_up: bool = False


@dataclass(frozen=True, slots=True)
class _OpenTurn:
    """A turn whose words are still to come."""

    seconds: float
    words_due: float


class SilencePolicy:
    """Fed with who has the floor and with what the caller did; says when to speak up."""

    def __init__(
        self, reprompts: Sequence[SilenceStep], goodbye: SilenceStep, *, wait: float
    ) -> None:
        """Begin; nothing is counted before the floor is free.

        Args:
            reprompts: What is said before giving up, in order.
            goodbye: The last of it.
            wait: Seconds that a caller gets who asked for a moment.
        """
        self._steps = (*reprompts, goodbye)
        self._wait = wait
        self._step = 0
        self._free_from: float | None = None
        self._not_before = 0.0  # what was silent before does not count
        self._spent = 0.0  # seconds of silence before the floor was last taken that count
        self._noise = False  # the last turn had no words so far
        self._had_room = False
        self._short = 0  # short turns in a row that nobody wrote down
        self._open_turns: dict[str, _OpenTurn] = {}
        self._pauses: set[tuple[Pause, str]] = set()
        self._waits_until: float | None = None
        self._before_wait: frozenset[str] = frozenset()
        self._asked = False  # spoken up, and nothing of it is under way yet
        self._over = False

    # Who has the floor.

    def floor_changed(self, free_from: float | None, now: float) -> None:
        """Nobody has the floor from then on; None: somebody has it."""
        if free_from != self._free_from:
            self._spent += self._silent_for(now)
            self._free_from = free_from

    def assistant_heard(self) -> None:
        """The caller has heard the last of what was said; ``floor_changed`` comes next."""
        if not self._noise:
            self._spent = 0.0
        elif not self._had_room:
            self._had_room = True
            self._spent = max(0.0, min(self._spent, self._steps[self._step].after - ROOM))

    def assistant_began(self) -> None:
        """A response has begun."""
        self._asked = False

    # What the caller does.

    def caller_sounded(self) -> None:
        """Something began that sounds like speech."""
        if self._asked:  # what was to be said was not, as they were quicker
            self._asked = False
            self._step -= 1

    def turn_committed(self, item_id: str, seconds: float, now: float) -> None:
        """It became a turn after so many seconds; whether it holds words is still to be seen."""
        self._noise = True
        self._open_turns[item_id] = _OpenTurn(seconds, now + WORDS_WAIT)

    def caller_said(self, item_id: str, *, words: bool = True) -> None:
        """A turn's words came; ``words``: there are any in it."""
        if words:
            self._short = 0
        self._turn_known(item_id, words=words)

    def caller_not_understood(self, item_id: str) -> None:
        """Nobody wrote a turn's words down: it counts as speech, but short ones not for ever."""
        turn = self._open_turns.get(item_id)
        self._short = self._short + 1 if turn is not None and turn.seconds < LONG else 0
        self._turn_known(item_id, words=self._short <= BELIEVED)

    def key_pressed(self) -> None:
        """The caller pressed a key, which is as good as a word."""
        self._turn_known("", words=True)

    # What else goes on.

    def paused(self, pause: Pause, key: str = "") -> None:
        """Somebody else is waited for, not the caller; ``key`` tells several of a kind apart."""
        self._pauses.add((pause, key))

    def resumed(self, pause: Pause, now: float, key: str = "") -> None:
        """No more; the count begins anew."""
        if (pause, key) in self._pauses:
            self._pauses.remove((pause, key))
            self._begin_anew(now)

    def wait_requested(self, now: float) -> None:
        """The caller asked for a moment."""
        self._waits_until = now + self._wait
        self._before_wait = frozenset(self._open_turns)
        self._begin_anew(now)

    def end_requested(self) -> None:
        """The call is being ended: a goodbye follows."""
        self._over = True

    def interrupted(self, now: float) -> None:
        """The caller cut in, so a call that was being ended goes on."""
        self._over = False
        self._begin_anew(now)

    # What follows.

    def timer_fired(self, now: float) -> SpeakUp | None:
        """``deadline`` may have passed."""
        self._stop_waiting_for_words(now)
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return None
        step = self._steps[self._step]
        self._waits_until = None
        self._noise = self._had_room = False
        self._begin_anew(now)
        if self._step == len(self._steps) - 1:
            self._over = True
            return SpeakUp(step.say, len(self._steps), gives_up=True)
        self._step += 1
        self._asked = True
        return SpeakUp(step.say, self._step)

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        if self._over or self._pauses or self._free_from is None:
            return None
        if self._waits_until is not None:
            return max(self._waits_until, self._free_from)
        left = max(0.0, self._steps[self._step].after - self._spent)
        return max(self._free_from, self._not_before) + left

    def _turn_known(self, item_id: str, *, words: bool) -> None:
        self._open_turns.pop(item_id, None)
        if not words:
            return
        self._step = 0
        self._spent = 0.0
        self._noise = self._had_room = False
        if item_id not in self._before_wait:  # they may have been "one moment, please"
            self._waits_until = None

    def _stop_waiting_for_words(self, now: float) -> None:
        for item_id, turn in list(self._open_turns.items()):
            if now >= turn.words_due:
                self.caller_not_understood(item_id)

    def _silent_for(self, now: float) -> float:
        if self._free_from is None or self._pauses or self._waits_until is not None:
            return 0.0
        return max(0.0, now - max(self._free_from, self._not_before))

    def _begin_anew(self, now: float) -> None:
        self._spent = 0.0
        self._not_before = now
