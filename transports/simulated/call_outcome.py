"""What became of a simulated call, as the phone company would write it down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from transports.simulated.stream_facts import StreamFacts

WEBHOOK_FAILED: Final = 11200
BAD_TWIML: Final = 12100
STREAM_TIMEOUT: Final = 31901
STREAM_REFUSED: Final = 31920
STREAM_CLOSED_BY_SERVER: Final = 31921


class CallEnd(Enum):
    """What ended a call."""

    CALLER = "caller"
    REST = "rest"
    TWIML = "twiml"


@dataclass(slots=True)
class CallOutcome:
    """What became of a call.

    Attributes:
        call_sid: Its id.
        ended_by: What ended it; the TwiML does by running out, or by ``<Hangup>``.
        streams: Its media streams, one after the other.
        spoken: What ``<Say>`` said to the caller.
        dialled: How each ``<Dial>`` of numbers ended.
        handed_over: The caller talked to a person.
        verbs: Names of all verbs that were carried out, in order.
        errors: Twilio's error codes, each with how often it was due.
        webhook_status: HTTP status of the voice webhook's answer, 0 if none came.
    """

    call_sid: str
    ended_by: CallEnd = CallEnd.TWIML
    streams: list[StreamFacts] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    handed_over: bool = False
    verbs: list[str] = field(default_factory=list)
    errors: Counter[int] = field(default_factory=Counter)
    webhook_status: int = 0
