"""The parts of a call's record that tell of escalations: why, what was done, what came of it."""

from __future__ import annotations

from processors.state.record_part import RecordPart


class EscalationRecord(RecordPart):
    """One time that a person had to take over."""

    at_ms: int
    """When that was found."""

    reasons: tuple[str, ...] = ()
    """The signals that said so."""

    turns: tuple[str, ...] = ()
    """The turns of the caller that gave them, by their ids."""

    actions: tuple[str, ...] = ()
    """What was done about it, in order."""

    open: bool = True
    """Whether the business was open."""

    taken: bool | None = None
    """What the caller said to an offer; null: there was none, or they said neither yes nor no."""


class TransferRecord(RecordPart):
    """One time that the call was to be handed to a person."""

    at_ms: int
    """When it began."""

    mode: str = ""
    """warm or cold."""

    to: tuple[str, ...] = ()
    """The numbers that were rung."""

    answers: tuple[str, ...] = ()
    """How each of them answered, where it was warm: accepted, declined, no_answer, busy, machine or
    failed."""

    outcome: str = ""
    """accepted, or why nobody took the call; cancelled: the caller hung up; dialled: the caller's
    line rang them; empty: the call ended before it was known."""

    took_ms: int = 0
    """How long it took."""


class CallbackRecord(RecordPart):
    """A callback that was promised."""

    at_ms: int
    """When."""

    reasons: tuple[str, ...] = ()
    """Why the caller wanted a person."""

    due: str | None = None
    """The business's next opening, ISO 8601 with zone; null: it was open, as soon as possible."""
