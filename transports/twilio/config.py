"""``twilio_serializer`` in a call file: both ends of the phone leg."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from processors.context import BothEnds, CallContext, ProcessorConfig
from transports.twilio.transport import TwilioTransport


class TwilioSerializerConfig(ProcessorConfig):
    """How the call's media goes to and from Twilio."""

    type: Literal["twilio_serializer"] = "twilio_serializer"
    align_20ms: bool = False
    pad_gaps: bool = True
    max_gap_ms: int = Field(default=10_000, ge=0)
    mark_every_ms: int = Field(default=100, ge=20)

    def build(self, context: CallContext) -> BothEnds:
        """Make the input that opens the pipeline and the output that closes it."""
        return TwilioTransport(self, context).ends()
