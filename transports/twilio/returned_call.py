"""What a call that comes back brings along: parameters of its stream, a sealed text in pieces.

A name and a value of a ``<Parameter>`` may hold some 500 characters together, so that what is
remembered of a call does not fit into one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from processors.context import ReturnedCall
from processors.state.memory import CallMemory
from transports.twilio.seal import SealError
from transports.twilio.transfers import ColdState, ReturnedState, TransferSeals

_NAME: Final = "returned"
_PIECE: Final = 450
_GOOD_FOR: Final = 60


def returned_parameters(
    seals: TransferSeals, state: ColdState, outcome: str, now: int
) -> dict[str, str]:
    """The parameters of the stream, by name."""
    value = ReturnedState(state.call_sid, outcome, state.memory)
    sealed = seals.returned.close(value, now + _GOOD_FOR)
    pieces = [sealed[at : at + _PIECE] for at in range(0, len(sealed), _PIECE)]
    return {f"{_NAME}{number}": piece for number, piece in enumerate(pieces)}


def returned_call(
    seals: TransferSeals, parameters: Mapping[str, str], call_sid: str, now: int
) -> ReturnedCall | None:
    """What a stream's parameters say of the call's return; None: it is a new call.

    Raises:
        SealError: What they say is not ours, too old, or another call's.
    """
    pieces: list[str] = []
    while (piece := parameters.get(f"{_NAME}{len(pieces)}")) is not None:
        pieces.append(piece)
    if not pieces:
        return None
    state = seals.returned.open("".join(pieces), now)
    if state.call_sid != call_sid:
        raise SealError("made for another call")
    return ReturnedCall(state.outcome, CallMemory.of(state.memory))
