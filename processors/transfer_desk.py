"""What ``escalation_detector`` needs of the telephone company to hand a call to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

TRANSFERS: Final = "transfers"
"""Name of the call's ``TransferDesk`` among its resources; there is none without REST."""

TransferOutcome = Literal["accepted", "declined", "no_answer", "busy", "machine", "failed"]
"""How an attempt to reach a person ended."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person who is to take a call.

    Attributes:
        number: Theirs.
        caller_id: What they see; empty: the number that the caller dialled.
        ring_seconds: How long it rings.
        decide_seconds: How long they have to press the key.
        whisper: What they hear before they decide.
        accept: What they are asked then.
        gone: What they hear if the caller has hung up meanwhile.
        detect_machines: Have answering machines told from people.
    """

    number: str
    caller_id: str = ""
    ring_seconds: int = 20
    decide_seconds: int = 10
    whisper: str = ""
    accept: str = ""
    gone: str = ""
    detect_machines: bool = True


class TransferDesk(Protocol):
    """Hands one call to a person."""

    async def ring(self, person: Person) -> TransferOutcome:
        """Call a person, and wait until they took the call or won't.

        The caller's leg is not touched until they accept, and is theirs then: the call's stream
        ends. Cancelled, it hangs up on the person.
        """
        ...

    async def left(self) -> bool:
        """The stream ended while a person was rung: whether the caller is with them now.

        If not, they hung up, and so does this, on the person.
        """
        ...

    async def dial(
        self, numbers: tuple[str, ...], caller_id: str, ring_seconds: int, memory: Mapping[str, Any]
    ) -> bool:
        """Let the caller's line ring numbers; it comes back with ``memory`` if nobody answers.

        Returns:
            Whether it does. The call's stream ends then.
        """
        ...
