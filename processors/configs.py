"""The call file's settings of the processors in this folder."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pipecat.processors.frame_processor import FrameProcessor
from pydantic import (
    Field,
    ValidationInfo,
    field_validator,
)

from processors.block import Block
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


class Reprompt(Block):
    """A question to a caller who says nothing."""

    after: Seconds
    """How long they said nothing since they heard the assistant last, s."""

    say: Annotated[str, Field(min_length=1)]
    """The words, exactly so."""


class GiveUp(Block):
    """The goodbye to a caller who says nothing."""

    after: Seconds = 10.0
    """How long they said nothing since they heard the last question, s."""

    say: Annotated[str, Field(min_length=1)] = (
        "I can't hear anyone, so I'll hang up now. Please call again. Goodbye."
    )
    """The words, exactly so; then the call is ended."""


class DurationWarning(Block):
    """What the caller is told before the call has lasted too long."""

    before: Seconds = 60.0
    """How long before the end, s."""

    say: Annotated[str, Field(min_length=1)] = "I'm sorry, I'll have to end this call in a minute."
    """The words, exactly so."""


class SilenceConfig(ProcessorConfig):
    """Asks a silent caller if they are there, and gives up in the end. Also ends endless calls."""

    type: Literal["silence"]
    """Names this processor."""

    reprompts: tuple[Reprompt, ...] = (
        Reprompt(after=8.0, say="Are you still there?"),
        Reprompt(after=8.0, say="I can't hear you. Are you still on the line?"),
    )
    """What to ask, one after the other, before giving up. None: give up at once."""

    goodbye: GiveUp = GiveUp()
    """When to give up, and with which words."""

    wait: Seconds = 60.0
    """How long a caller who said "one moment" is left alone (the tool `wait_for_caller`), s."""

    max_duration: Seconds | None = None
    """How long a call may last, s. null: for ever."""

    warning: DurationWarning | None = DurationWarning()
    """What is said before `max_duration` is over. null: nothing."""

    max_duration_goodbye: str = ""
    """The last words when `max_duration` is over. Empty: the `goodbye` of `agent`."""

    @field_validator("warning")
    @classmethod
    def _comes_in_time(
        cls, warning: DurationWarning | None, info: ValidationInfo
    ) -> DurationWarning | None:
        limit = info.data.get("max_duration")
        if warning is not None and limit is not None and warning.before >= limit:
            raise ValueError(f"allowed: a `before` of less than max_duration, {limit:g}")
        return warning

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.silence import SilenceProcessor

        return SilenceProcessor(self, context)


class ToolFillerConfig(ProcessorConfig):
    """Says one short thing while a function that the model called takes long."""

    type: Literal["tool_filler"]
    """Names this processor."""

    filler_after: Milliseconds = 1500
    """How long nobody may have spoken while it runs, ms."""

    say: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)] = (
        "One moment, please.",
        "Let me have a look.",
    )
    """What is said, exactly so, one after the other in turn. A tool can have words of its own
    (`filler`)."""

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.tool_filler import ToolFiller

        return ToolFiller(self, context)


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

    every_turns: Annotated[int, Field(ge=1), NUMERIC] = 12
    """Write the memory anew after so many turns of the caller."""

    token_budget: Annotated[int, Field(ge=500), NUMERIC] = 8000
    """When the conversation is longer than this, prompt included, in tokens: sum up, and put notes
    in place of older turns. Shortening earlier costs more cached input than it saves."""

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

    after_goodbye: Seconds | None = 4.0
    """How long to wait for somebody to go on when the assistant said goodbye without ending the
    call, s; then it ends. null: it does not."""

    def build(self, context: CallContext) -> FrameProcessor:
        """Make the processor."""
        # Only a call needs the processor; checking a file must not wait for its imports.
        from processors.hangup import HangupProcessor

        return HangupProcessor(self, context)
