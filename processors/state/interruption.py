"""Who has the floor: whether the caller's speech may stop the assistant, and who answers it.

There are two ways to let a caller interrupt. The model's own voice activity detection can cancel
its response and begin the next one by itself: fastest, and right while any speech may cut in at
once. Or the runtime decides: needed while speech is protected (a disclosure), when a short "yeah"
shall not stop the assistant, or when interruption is off. The model is told which of the two
holds (``create_response`` and ``interrupt_response``; OpenAI, Realtime VAD guide), and this policy
knows which one it needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from processors.state.playback import Purpose

InterruptionReason = Literal["caller_speech", "caller_key"]


@dataclass(frozen=True, slots=True)
class Interruption:
    """The assistant must stop, now.

    Attributes:
        reason: What the caller did.
    """

    reason: InterruptionReason


@dataclass(slots=True)
class InterruptionPolicy:
    """Fed with speech, responses and playback; decides on interruptions and answers.

    Attributes:
        enabled: False: nothing the caller does stops the assistant.
        min_speech_ms: Speech shorter than this, while the assistant is heard, is no
            interruption and needs no answer ("mhm").
        protected: Purposes of speech that is never interrupted.
    """

    enabled: bool = True
    min_speech_ms: int = 0
    protected: frozenset[Purpose] = frozenset()

    _pending: list[Purpose] = field(default_factory=list)  # protected speech asked for, not begun
    _responding: Purpose | None = None  # the response that is being generated
    _playing: Purpose | None = None  # what the caller hears
    _speech_started_at: float | None = None
    _speech_stopped_at: float | None = None
    _over_assistant: bool = False  # the speech began while the assistant had the floor
    _interrupted: bool = False  # this speech has interrupted
    _ending: bool = False  # the goodbye is all that is left to say

    # What happened.

    def speech_requested(self, purpose: Purpose) -> None:
        """A response was asked for that will be spoken for ``purpose``."""
        if purpose in self.protected and purpose not in self._pending:
            self._pending.append(purpose)

    def end_requested(self) -> None:
        """The assistant decided to end the call: a goodbye follows, and nothing after it."""
        self._ending = True
        self.speech_requested("goodbye")

    def response_started(self, purpose: Purpose) -> None:
        """The model began a response."""
        self._responding = purpose
        if purpose in self._pending:
            self._pending.remove(purpose)

    def response_ended(self) -> None:
        """The model ended its response; it may still be heard."""
        self._responding = None

    def playback_changed(self, playing: Purpose | None, now: float) -> Interruption | None:
        """The caller now hears ``playing``; speech that had to wait for this may interrupt."""
        self._playing = playing
        return self._decide(now)

    def speech_started(self, playing: Purpose | None, now: float) -> Interruption | None:
        """The caller began to speak while ``playing`` was heard."""
        self._playing = playing
        self._speech_started_at = now
        self._speech_stopped_at = None
        self._interrupted = False
        self._over_assistant = self._assistant_has_floor
        return self._decide(now)

    def speech_stopped(self, now: float) -> None:
        """The caller stopped speaking."""
        self._speech_stopped_at = now

    def key_pressed(self, playing: Purpose | None) -> Interruption | None:
        """The caller pressed a key; that stops the assistant like speech."""
        self._playing = playing
        if not self.enabled or not self._assistant_has_floor or self._floor_is_protected:
            return None
        self._ending = False
        return Interruption("caller_key")

    def timer_fired(self, now: float) -> Interruption | None:
        """``deadline`` has passed."""
        return self._decide(now)

    def turn_committed(self, now: float) -> bool:
        """The caller's speech became a turn that the model was told not to answer by itself.

        Returns:
            Whether it needs an answer: not when the assistant talks on because it was too short
            to interrupt, and not when the call is ending.
        """
        started_at, self._speech_started_at = self._speech_started_at, None
        stopped_at = self._speech_stopped_at
        if self._ending:
            return False
        if not self._over_assistant or self._interrupted or started_at is None:
            return True
        if not self._assistant_has_floor:
            return True  # a short answer to the question that was just ending
        if not self.enabled or self.min_speech_ms == 0:
            return True
        spoke_ms = ((now if stopped_at is None else stopped_at) - started_at) * 1000
        return spoke_ms >= self.min_speech_ms

    # What follows.

    @property
    def by_server(self) -> bool:
        """Whether the model itself may cancel and answer on speech."""
        return self.enabled and self.min_speech_ms == 0 and not self._floor_is_protected

    def deadline(self) -> float | None:
        """When to call ``timer_fired``: when the speech will be long enough to interrupt."""
        if not self._may_interrupt or self._speech_started_at is None or self.min_speech_ms == 0:
            return None
        return self._speech_started_at + self.min_speech_ms / 1000

    @property
    def _assistant_has_floor(self) -> bool:
        return self._playing is not None or self._responding is not None

    @property
    def _floor_is_protected(self) -> bool:
        # What is protected and still to be said is cut with what is said before it.
        return (
            bool(self._pending)
            or self._playing in self.protected
            or self._responding in self.protected
        )

    @property
    def _may_interrupt(self) -> bool:
        return (
            self.enabled
            and self._speech_started_at is not None
            and self._speech_stopped_at is None
            and not self._interrupted
            and self._assistant_has_floor
            and not self._floor_is_protected
        )

    def _decide(self, now: float) -> Interruption | None:
        if not self._may_interrupt:
            return None
        deadline = self.deadline()
        if deadline is not None and now < deadline:
            return None
        self._interrupted = True
        self._ending = False
        return Interruption("caller_speech")
