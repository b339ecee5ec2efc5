"""The frames about a person taking over: who asks for one, and whether the call is being moved."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipecat.frames.frames import ControlFrame, SystemFrame


@dataclass
class EscalationRequestFrame(ControlFrame):
    """Somebody asks that a person take over: the model's tool, or any processor; in any direction.

    ``escalation_detector`` takes it and decides what becomes of it; without one, nothing does.

    Parameters:
        reason: In a word or a few, for rules and record, such as ``silence`` or ``tool``.
        details: What the person who takes over should know; may be empty.
        taken: Set by who takes it: something comes of it. Not if a person was asked for already, or
            there is nobody to decide.
    """

    reason: str
    details: str = ""
    taken: bool = field(default=False, init=False)


@dataclass
class TransferStateFrame(SystemFrame):
    """A transfer is under way, or is over; goes both ways.

    While one is under way the caller waits for somebody else: who counts silence pauses.

    Parameters:
        active: Whether it is under way.
        outcome: How it ended: ``accepted``, ``declined``, ``no_answer``, ``busy``, ``machine``,
            ``failed`` or ``cancelled``; empty while it is under way.
    """

    active: bool
    outcome: str = ""
