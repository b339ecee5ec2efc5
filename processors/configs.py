"""The call file's settings of the processors in this folder."""

from __future__ import annotations

from typing import ClassVar, Literal

from pipecat.processors.frame_processor import FrameProcessor

from processors.context import BothEnds, CallContext, ProcessorConfig
from processors.fields import Milliseconds, Seconds


class MulawPassthroughConfig(ProcessorConfig):
    """Hands µ-law on byte for byte; transcodes only where a peer confirmed something else."""

    both_ends: ClassVar[bool] = True
    # The assistant's µ-law passes by its outbound side, which is there for anything else.
    wants_caller_audio: ClassVar[bool] = True

    type: Literal["mulaw_passthrough"]
    """Names this processor."""

    buffer_seconds: Seconds = 30.0
    """How much caller audio is kept in order while no model is there to hear it, s."""

    def build(self, context: CallContext) -> BothEnds:
        """Make the two sides of the passthrough."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.passthrough import MulawPassthrough

        return MulawPassthrough.ends(self, context)


class InterruptionConfig(ProcessorConfig):
    """Lets the caller interrupt the assistant: what stops it, and what may be said to its end."""

    type: Literal["interruption"]
    """Names this processor."""

    enabled: bool = True
    """Whether the caller can interrupt at all."""

    min_speech_ms: Milliseconds = 0
    """How long the caller must speak before it interrupts, ms. 0: at the first sound."""

    protect: tuple[Literal["greeting", "disclosure", "goodbye"], ...] = ("disclosure", "goodbye")
    """Speech that is said to its end whatever the caller does."""

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.interruption import InterruptionProcessor

        return InterruptionProcessor(self, context)


class HangupConfig(ProcessorConfig):
    """Hangs up once the goodbye was heard. Stands at the end, also if the file does not list it."""

    type: Literal["hangup"] = "hangup"
    """Names this processor."""

    goodbye_timeout: Seconds = 8.0
    """How long to wait for a goodbye to begin after the call was ended by the assistant, s."""

    playback_timeout: Seconds = 5.0
    """How long to wait for the phone to say that the goodbye was heard, past its planned end, s."""

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.hangup import HangupProcessor

        return HangupProcessor(self, context)
