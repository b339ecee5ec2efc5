"""The call file's ``twilio_serializer``: both ends of the phone leg."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from processors.context import BothEnds, CallContext, ProcessorConfig
from processors.fields import NUMERIC, Milliseconds


class TwilioSerializerConfig(ProcessorConfig):
    """Speaks Twilio Media Streams: its input opens the pipeline, its output closes it."""

    both_ends: ClassVar[bool] = True
    wants_caller_audio: ClassVar[bool] = True
    wants_assistant_audio: ClassVar[bool] = True

    type: Literal["twilio_serializer"]
    """Names this processor."""

    align_20ms: bool = False
    """Cut assistant audio into pieces of exactly 20 ms. Twilio does not need it; it costs time."""

    pad_gaps: bool = True
    """Fill holes in caller audio with silence, so that the model can hear that a turn ended."""

    max_gap_ms: Milliseconds = 10_000
    """The longest hole that is filled, ms."""

    mark_every_ms: Annotated[int, Field(ge=100), NUMERIC] = 100
    """At most one mark for so much assistant audio, ms. Marks tell what was heard."""

    def build(self, context: CallContext) -> BothEnds:
        """Make the two ends of the phone leg."""
        # Only a call needs the transport; checking a file must not wait for its imports.
        from transports.twilio.transport import TwilioTransport

        return TwilioTransport(self, context).ends()
