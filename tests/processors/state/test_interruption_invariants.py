"""What must hold of interruptions, whatever happens in whatever order.

The model beside the policy is naive: it keeps all that ever happened and looks through it anew.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from processors.state.interruption import Interruption, InterruptionPolicy
from processors.state.playback import Purpose

PURPOSES: tuple[Purpose, ...] = ("answer", "greeting", "disclosure", "goodbye")
PURPOSE = st.sampled_from(PURPOSES)
Happened = tuple[str, float, Purpose | None]


class PolicyMachine(RuleBasedStateMachine):
    """The caller, the model and the phone do as they like; timers fire when they are due."""

    @initialize(
        enabled=st.sampled_from((True, True, True, False)),
        min_speech_ms=st.sampled_from((0, 0, 300)),
        protected=st.sets(PURPOSE, max_size=3),
    )
    def begin(self, enabled: bool, min_speech_ms: int, protected: set[Purpose]) -> None:
        self.policy = InterruptionPolicy(enabled, min_speech_ms, frozenset(protected))
        self.now = 100.0
        self.history: list[Happened] = []

    # What happens.

    @rule(purpose=PURPOSE)
    def request(self, purpose: Purpose) -> None:
        self.policy.speech_requested(purpose)
        self.note("requested", purpose)

    @rule()
    def end(self) -> None:
        self.policy.end_requested()
        self.note("ending")
        self.note("requested", "goodbye")

    @rule(purpose=PURPOSE)
    @precondition(lambda self: self.responding is None)
    def respond(self, purpose: Purpose) -> None:
        self.policy.response_started(purpose)
        self.note("response", purpose)

    @rule()
    def response_ends(self) -> None:
        self.policy.response_ended()
        self.note("response")

    @rule(playing=st.none() | PURPOSE)
    def play(self, playing: Purpose | None) -> None:
        self.note("playing", playing)
        self.judge(self.policy.playback_changed(playing, self.now))

    @rule()
    def speak(self) -> None:
        self.note("speech")
        self.judge(self.policy.speech_started(self.playing, self.now))

    @rule()
    @precondition(lambda self: self.speaking)
    def stop_speaking(self) -> None:
        self.policy.speech_stopped(self.now)
        self.note("quiet")

    @rule()
    @precondition(lambda self: self.since("speech", "commit"))
    def commit(self) -> None:
        answered = self.policy.turn_committed(self.now)
        if self.ending:
            assert not answered
        elif self.interrupted or not self.floor or self.any_length:
            assert answered
        self.note("commit")

    @rule()
    def press(self) -> None:
        decided = self.policy.key_pressed(self.playing)
        wanted = self.policy.enabled and self.floor and not self.guarded
        assert decided == (Interruption("caller_key") if wanted else None)
        if decided is not None:
            self.note("interrupted by key")

    @rule(seconds=st.sampled_from((0.0, 0.02, 0.1, 0.299, 0.3, 1.0)))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        due = self.policy.deadline()
        if due is not None and due <= until:
            self.now = max(self.now, due)
            self.judge(self.policy.timer_fired(self.now))
        self.now = until
        self.judge(self.policy.timer_fired(self.now))

    # What must hold.

    def judge(self, decided: Interruption | None) -> None:
        """Speech interrupts exactly when it may: at once, once, and nobody who is protected."""
        spoke_ms = (self.now - self.at_of("speech")) * 1000 + 1e-6
        wanted = (
            self.policy.enabled
            and self.speaking
            and not self.interrupted
            and self.floor
            and not self.guarded
            and spoke_ms >= self.policy.min_speech_ms
        )
        assert decided == (Interruption("caller_speech") if wanted else None)
        if decided is not None:
            self.note("interrupted by speech")

    @invariant()
    def the_model_decides_only_where_any_speech_may_interrupt(self) -> None:
        free = self.policy.enabled and self.policy.min_speech_ms == 0 and not self.guarded
        assert self.policy.by_server == free

    @invariant()
    def a_deadline_is_when_speech_is_long_enough(self) -> None:
        due = self.policy.deadline()
        if due is not None:
            assert self.speaking
            assert not self.guarded
            assert due == self.at_of("speech") + self.policy.min_speech_ms / 1000

    # What is known: by looking through all that happened.

    def note(self, kind: str, purpose: Purpose | None = None) -> None:
        self.history.append((kind, self.now, purpose))

    def last(self, *kinds: str) -> Happened | None:
        return next((one for one in reversed(self.history) if one[0] in kinds), None)

    def since(self, kind: str, *others: str) -> bool:
        """Whether the last of all these kinds is ``kind``."""
        found = self.last(kind, *others)
        return found is not None and found[0] == kind

    def at_of(self, kind: str) -> float:
        found = self.last(kind)
        return 0.0 if found is None else found[1]

    @property
    def responding(self) -> Purpose | None:
        found = self.last("response")
        return None if found is None else found[2]

    @property
    def playing(self) -> Purpose | None:
        found = self.last("playing")
        return None if found is None else found[2]

    @property
    def speaking(self) -> bool:
        return self.since("speech", "quiet", "commit")

    @property
    def interrupted(self) -> bool:
        return self.since("interrupted by speech", "speech")

    @property
    def ending(self) -> bool:
        return self.since("ending", "interrupted by speech", "interrupted by key")

    @property
    def any_length(self) -> bool:
        """Whether no speech is too short for an answer."""
        return not self.policy.enabled or self.policy.min_speech_ms == 0

    @property
    def floor(self) -> bool:
        return self.playing is not None or self.responding is not None

    @property
    def guarded(self) -> bool:
        """Whether protected words are said, or are still to be said."""
        waiting = {
            purpose
            for at, (kind, _, purpose) in enumerate(self.history)
            if kind == "requested"
            and not any(
                one[0] == "response" and one[2] == purpose for one in self.history[at + 1 :]
            )
        }
        return bool((waiting | {self.playing, self.responding}) & self.policy.protected)


TestPolicy = PolicyMachine.TestCase
TestPolicy.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
