"""The call file's settings of the processors in this folder."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import Field

from processors.context import BothEnds, CallContext, ProcessorConfig
from processors.fields import NUMERIC, Milliseconds, Seconds, WebhookAddress
from processors.state.topic import CUES


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


class TranscriptConfig(ProcessorConfig):
    """Tells every processor what was said, turn by turn, as the caller heard it."""

    type: Literal["transcript"]
    """Names this processor."""

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.transcript import TranscriptProcessor

        return TranscriptProcessor(self, context)


class RecordingConfig(ProcessorConfig):
    """Records the call in stereo: caller left, and right the assistant as the caller heard it."""

    both_ends: ClassVar[bool] = True
    wants_caller_audio: ClassVar[bool] = True
    wants_assistant_audio: ClassVar[bool] = True

    type: Literal["recording"]
    """Names this processor."""

    records: Annotated[str, Field(min_length=1)] = "recordings"
    """The folder for recordings, a WAV file (µ-law, 8 kHz, stereo) a call. It is made if need be;
    a relative one lies where run.py runs."""

    def build(self, context: CallContext) -> BothEnds:
        """Make the two ends of the recording."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.recording import recording_ends

        return recording_ends(self, context)


class CallRecordConfig(ProcessorConfig):
    """Writes down each call when it is over: words as heard, timings, tools, memory, cost."""

    type: Literal["call_record"]
    """Names this processor."""

    records: Annotated[str, Field(min_length=1)] = "recordings"
    """The folder for records, a JSON file a call. It is made if need be; a relative one lies where
    run.py runs."""

    on_call_end: tuple[WebhookAddress, ...] = ()
    """Addresses that the record is posted to when the call is over, signed with WEBHOOK_SECRET."""

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.call_record import CallRecorder

        return CallRecorder(self, context)


class TranscriptSummarizerConfig(ProcessorConfig):
    """Keeps long calls quick and cheap: sums up older turns, and remembers what was said."""

    type: Literal["transcript_summarizer"]
    """Names this processor."""

    every_turns: Annotated[int, Field(ge=1), NUMERIC] = 6
    """Sum up after so many turns of the caller."""

    token_budget: Annotated[int, Field(ge=500), NUMERIC] = 8000
    """Sum up earlier when the conversation is longer than this, prompt included, in tokens."""

    keep_turns: Annotated[int, Field(ge=1), NUMERIC] = 3
    """How many turns of the caller stay word for word, with all that followed them."""

    model: Annotated[str, Field(min_length=1)] | None = None
    """A text model that sums up what was heard. null: the call's own model, beside the talk."""

    timeout: Seconds = 10.0
    """How long a summary may take, s; then it is dropped and tried again later."""

    topic_cues: tuple[Annotated[str, Field(min_length=1)], ...] = CUES
    """What callers say to change the subject. It then sums up, and restates what is known."""

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.summarizer import TranscriptSummarizer

        return TranscriptSummarizer(self, context)


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
