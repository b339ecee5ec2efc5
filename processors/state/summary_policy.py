"""When the call's memory is to be written anew.

After so many turns of the caller, when the conversation has grown too long, when the topic
changed: then at the next pause, which is when the assistant was heard to its end. Before a person
takes over, and at the end: at once. One at a time; the call never waits for it. One that is late
or no good is dropped and tried again, a little later each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Reason = Literal["turns", "tokens", "topic", "escalation", "end"]
"""Why it is written."""

TURNS_BETWEEN: Final = 2
"""Turns of the caller, at least, between two rewritings for length: what is too long for its
budget even when shortened must not be summed up all the time."""


@dataclass(frozen=True, slots=True)
class Summarise:
    """Have the memory written now.

    Attributes:
        reason: Why.
    """

    reason: Reason


@dataclass(slots=True)
class SummaryCounts:
    """How the rewritings of a call went.

    Attributes:
        made: Good ones.
        bad: Answers that were no memory.
        late: Answers that did not come in time.
        missing: Those that the model could not be asked for, or refused.
    """

    made: int = 0
    bad: int = 0
    late: int = 0
    missing: int = 0


Failure = Literal["bad", "missing"]


class SummaryPolicy:
    """Follows a call and says when to sum it up."""

    def __init__(self, *, every_turns: int, token_budget: int, timeout: float) -> None:
        """Set up.

        Args:
            every_turns: Turns of the caller between two rewritings.
            token_budget: Tokens that an answer may take in before the conversation is shortened.
            timeout: Seconds after which an answer is late.
        """
        self.counts = SummaryCounts()
        self._every_turns = every_turns
        self._token_budget = token_budget
        self._timeout = timeout
        self._turns = 0  # of the caller, since the last memory was asked for
        self._tokens = 0
        self._topic_changed = False
        self._news = False
        self._failures = 0
        self._pauses_to_skip = 0
        self._asked: tuple[int, bool] | None = None  # what the memory asked for will have seen
        self._due: float | None = None

    # What happened.

    def caller_turn_ended(self) -> None:
        """The caller has said something."""
        self._turns += 1
        self._news = True

    def tokens_used(self, tokens: int) -> None:
        """An answer of the model took in so many tokens."""
        self._tokens = tokens

    def topic_changed(self) -> None:
        """The caller came to another subject."""
        self._topic_changed = True

    def assistant_heard(self, now: float) -> Summarise | None:
        """The assistant was heard to its end, or cut: a pause."""
        self._news = True
        if self._asked is not None:
            return None
        reason = self._reason()
        if reason is None:
            return None
        if self._pauses_to_skip > 0:
            self._pauses_to_skip -= 1
            return None
        return self._ask(reason, now)

    def needed(self, reason: Literal["escalation", "end"], now: float) -> Summarise | None:
        """Somebody needs the memory now; None: the newest is there, or on its way."""
        if self._asked is not None or not self._news:
            return None
        return self._ask(reason, now)

    def answered(self) -> None:
        """A good memory came."""
        self.counts.made += 1
        self._failures = self._pauses_to_skip = 0
        self._over()

    def failed(self, failure: Failure) -> None:
        """What came is no memory, or nothing will come."""
        if failure == "bad":
            self.counts.bad += 1
        else:
            self.counts.missing += 1
        self._try_again()

    def timer_fired(self, now: float) -> bool:
        """Give up an answer that is late.

        Returns:
            Whether one was: drop it when it comes.
        """
        if self._due is None or now < self._due:
            return False
        self.counts.late += 1
        self._try_again()
        return True

    # What is known.

    @property
    def too_long(self) -> bool:
        """Whether the conversation is longer than its budget."""
        return self._tokens > self._token_budget

    @property
    def waiting(self) -> bool:
        """Whether a memory was asked for and has not come."""
        return self._asked is not None

    def deadline(self) -> float | None:
        """When to call ``timer_fired``."""
        return self._due

    # Inside.

    def _reason(self) -> Reason | None:
        if self._turns == 0:
            return None
        if self._topic_changed:
            return "topic"
        if self._turns >= self._every_turns:
            return "turns"
        if self.too_long and self._turns >= TURNS_BETWEEN:
            return "tokens"
        return None

    def _ask(self, reason: Reason, now: float) -> Summarise:
        self._asked = self._turns, self._topic_changed
        self._turns, self._topic_changed, self._news = 0, False, False
        self._due = now + self._timeout
        return Summarise(reason)

    def _try_again(self) -> None:
        """Count the turns on, as if nothing had been asked; each failure waits a little longer."""
        assert self._asked is not None, "nothing was asked for"
        turns, topic_changed = self._asked
        self._turns += turns
        self._topic_changed = self._topic_changed or topic_changed
        self._news = True
        self._failures += 1
        self._pauses_to_skip = min(2 ** (self._failures - 1) - 1, self._every_turns)
        self._over()

    def _over(self) -> None:
        self._asked = None
        self._due = None
