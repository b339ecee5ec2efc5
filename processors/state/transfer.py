"""What became of the person who was called to take a call, by what Twilio says of their leg."""

from __future__ import annotations

from typing import Final, Literal

PersonOutcome = Literal["accepted", "declined", "no_answer", "busy", "machine", "failed"]

_ENDED: Final[dict[str, PersonOutcome]] = {
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "no_answer",
    "failed": "failed",
    "completed": "declined",
}
"""A leg that is over, and what that means where nobody took the call (Twilio, Call resource)."""

_MACHINES: Final = ("machine", "fax")
"""How ``AnsweredBy`` begins for what is no person (Twilio, Answering machine detection)."""

IN_PROGRESS: Final = "in-progress"
"""A leg that somebody has answered and nobody has ended."""


def is_machine(answered_by: str | None) -> bool:
    """Whether no person answered; None: nobody tried to find out, or not yet."""
    return answered_by is not None and answered_by.startswith(_MACHINES)


def outcome_of(status: str, answered_by: str | None) -> PersonOutcome | None:
    """What a leg's status says; None: nothing yet.

    A leg that ended after it was answered, and did not take the call, declined it: they pressed
    another key, none, or hung up.
    """
    if is_machine(answered_by):
        return "machine"
    return _ENDED.get(status)
