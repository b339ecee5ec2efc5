"""When to hang up: after the goodbye was heard, when none comes, or when one was the end anyway.

Completing the call at once would cut the goodbye: it waits in the phone's queue long after the
model has finished making it. So the call ends when the goodbye's last mark came back, and, since
models promise and don't deliver, after a while without any goodbye. Others say goodbye and forget
to end the call: then it ends when nobody has anything to add.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class HangupState(Enum):
    """How far the end of the call has come."""

    TALKING = auto()
    FAREWELL_HEARD = auto()
    WAITING_FOR_GOODBYE = auto()
    GOODBYE_STARTED = auto()
    GOODBYE_PLAYING = auto()
    HANGING_UP = auto()


@dataclass(slots=True)
class HangupWatch:
    """Fed with the wish to end and with what was heard; says when to hang up.

    Attributes:
        goodbye_timeout: Seconds in which a goodbye must begin, and then be generated.
        playback_timeout: Seconds past its planned end in which the phone must say that it was
            heard.
        farewell_timeout: Seconds in which somebody must go on after a goodbye that did not end
            the call; None: it does not end it.
        state: How far it has come.
    """

    goodbye_timeout: float = 8.0
    playback_timeout: float = 5.0
    farewell_timeout: float | None = None
    state: HangupState = HangupState.TALKING
    _deadline: float | None = None

    def end_requested(self, now: float) -> None:
        """The assistant decided to end the call; its goodbye is to follow."""
        if self.state in (HangupState.TALKING, HangupState.FAREWELL_HEARD):
            self.state = HangupState.WAITING_FOR_GOODBYE
            self._deadline = now + self.goodbye_timeout

    def goodbye_started(self, now: float) -> None:
        """The model began the goodbye."""
        if self.state is HangupState.WAITING_FOR_GOODBYE:
            self.state = HangupState.GOODBYE_STARTED
            self._deadline = now + self.goodbye_timeout

    def goodbye_failed(self) -> None:
        """The model broke off in its goodbye: another is to come, in the time that is left."""
        if self.state is HangupState.GOODBYE_STARTED:
            self.state = HangupState.WAITING_FOR_GOODBYE

    def goodbye_ended(self, now: float, *, queued_ms: float) -> bool:
        """The model ended the goodbye; what is queued at the phone is still to be heard.

        Returns:
            Whether to hang up now.
        """
        if self.state is not HangupState.GOODBYE_STARTED:
            return False
        if queued_ms <= 0:
            return self._hang_up()
        self.state = HangupState.GOODBYE_PLAYING
        self._deadline = now + queued_ms / 1000 + self.playback_timeout
        return False

    def goodbye_heard(self, *, anything_queued: bool) -> bool:
        """The caller heard an item to its end, perhaps the goodbye's last.

        Returns:
            Whether to hang up now.
        """
        if self.state is not HangupState.GOODBYE_PLAYING or anything_queued:
            return False
        return self._hang_up()

    def farewell_heard(self, now: float) -> None:
        """The caller heard a goodbye, and nobody has decided to end the call."""
        if self.state is HangupState.TALKING and self.farewell_timeout is not None:
            self.state = HangupState.FAREWELL_HEARD
            self._deadline = now + self.farewell_timeout

    def went_on(self) -> None:
        """Somebody speaks, or does something: a goodbye was not the end."""
        if self.state is HangupState.FAREWELL_HEARD:
            self.state = HangupState.TALKING
            self._deadline = None

    def interrupted(self) -> None:
        """The caller cut in: they are not done, so the call goes on."""
        if self.state is not HangupState.HANGING_UP:
            self.state = HangupState.TALKING
            self._deadline = None

    def timer_fired(self, now: float) -> bool:
        """``deadline`` has passed.

        Returns:
            Whether to hang up now.
        """
        return self._deadline is not None and now >= self._deadline and self._hang_up()

    @property
    def goodbye_is_due(self) -> bool:
        """Whether the call is to end with a goodbye that the model has not made yet."""
        return self.state in (HangupState.WAITING_FOR_GOODBYE, HangupState.GOODBYE_STARTED)

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        return self._deadline

    def _hang_up(self) -> bool:
        self.state = HangupState.HANGING_UP
        self._deadline = None
        return True
