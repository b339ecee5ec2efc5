"""What a processor is built from: its config, and the call it will serve."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol
from zoneinfo import ZoneInfo

from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameProcessor

from processors.block import Block
from processors.call_tool import Tool
from processors.heard_context import HeardContext
from processors.state.detail_values import DetailField
from processors.state.details import Details
from processors.state.hours import BusinessHours
from processors.state.journal import Journal
from processors.state.memory import CallMemory
from processors.state.playback import PlaybackLedger
from processors.state.transcript import Transcript


class Phone(Protocol):
    """What can be done to the caller's leg from outside its media (Twilio REST)."""

    async def hang_up(self) -> bool:
        """End the call. True when it is over, also if it was already."""
        ...

    async def say_and_hang_up(self, words: str) -> bool:
        """Have Twilio speak to the caller in place of the stream. False when it can't."""
        ...


@dataclass(frozen=True, slots=True)
class CallInfo:
    """Who is on the line.

    Attributes:
        call_sid: Twilio's id of the call.
        stream_sid: Twilio's id of the media stream; empty until it started.
        account_sid: Twilio's id of the account.
        caller: The calling number (``From``), E.164 or what Twilio sent; may be empty.
        called: The called number (``To``).
        file_name: Name of the call file that answers.
        began: When the call began, by the wall clock, with zone.
        file_sha256: Of all that the call file says, what it extends and includes too.
    """

    call_sid: str
    stream_sid: str = ""
    account_sid: str = ""
    caller: str = ""
    called: str = ""
    file_name: str = ""
    began: datetime | None = None
    file_sha256: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedCall:
    """A call that comes back to the assistant, because nobody took it elsewhere.

    Attributes:
        outcome: Why nobody did, as in ``busy``.
        memory: What was known before.
    """

    outcome: str
    memory: CallMemory


@dataclass(frozen=True, slots=True)
class Speech:
    """What the call file wants said or known, apart from the processors' own settings.

    Attributes:
        prompt: The composed session instructions.
        greeting: First words, exactly as given; empty: the model makes its own.
        disclosure: Said before the greeting, exactly as given; may be empty.
        goodbye: Last words, exactly as given; empty: the model makes its own.
        fallback: Spoken by Twilio when no model can be had.
        tools: The functions the model may call.
        end_call: Whether the model may end the call by itself.
        checklist: Names of what is asked of the caller, in order.
        details: The same with what their answers are, for ``save_details``.
        timezone: The business's time zone, by its IANA name.
    """

    prompt: str = ""
    greeting: str = ""
    disclosure: str = ""
    goodbye: str = ""
    fallback: str = ""
    tools: tuple[Tool, ...] = ()
    end_call: bool = True
    checklist: tuple[str, ...] = ()
    details: tuple[DetailField, ...] = ()
    timezone: str = "UTC"


@dataclass(slots=True)
class CallContext:
    """One call, as its processors share it.

    Attributes:
        info: Who is on the line.
        speech: What the call file says.
        clock: The loop's time, seconds; the only clock on a call's path.
        journal: Where facts are told.
        playback: What the caller has heard.
        phone: The caller's leg, for hang-up and redirect.
        resources: What a transport or test hands to its own processors (sockets, clients).
        transcript: What was said, as heard.
        memory: What is remembered of it, as last written.
        notes_replace_turns: Whether somebody will push a ``ConversationNotesFrame``; they say so
            when they are built. Otherwise nobody need follow which items the model holds.
        messages_sent: How many text messages the model has sent.
        hours: When the business is open; None: at all times.
        returned: The call comes back from a transfer that failed: no greeting, memory restored.
        llm_context: The same for pipecat's processors.
        details: What the model saved of the caller's answers.
    """

    info: CallInfo
    speech: Speech
    clock: Callable[[], float]
    journal: Journal
    playback: PlaybackLedger
    phone: Phone
    resources: dict[str, Any] = field(default_factory=dict)
    transcript: Transcript = field(default_factory=Transcript)
    memory: CallMemory = field(default_factory=CallMemory)
    notes_replace_turns: bool = False
    messages_sent: int = 0
    hours: BusinessHours | None = None
    returned: ReturnedCall | None = None
    llm_context: LLMContext = field(init=False)
    details: Details = field(init=False)

    def __post_init__(self) -> None:
        """Have the transcript told what is heard, and read by pipecat's processors."""
        self.llm_context = HeardContext(self.transcript)
        self.details = Details(self.speech.details)
        self.playback.on_heard(self.transcript.heard)
        if self.returned is not None:
            self.memory = self.returned.memory

    def wall_time(self) -> datetime | None:
        """Date and time now, with zone, by when the call began; None where nobody said that."""
        began = self.info.began
        if began is None:
            return None
        return began + timedelta(seconds=self.clock() - self.transcript.started_at)

    def business_time(self) -> datetime | None:
        """The same in the business's zone."""
        now = self.wall_time()
        return None if now is None else now.astimezone(ZoneInfo(self.speech.timezone))

    def end_playback(self) -> None:
        """The phone is gone: what was not heard by now never will be."""
        self.playback.phone_gone(self.clock())
        for cut in self.playback.take_truncations():
            self.transcript.truncated(cut.item_id, cut.audio_end_ms)
        self.transcript.call_ended()

    def record(self, kind: str, *, private: dict[str, Any] | None = None, **fields: Any) -> None:
        """Tell the journal, now."""
        self.journal.record(self.clock(), kind, private=private, **fields)


@dataclass(frozen=True, slots=True)
class BothEnds:
    """A config entry that stands at two places: where it is listed, and mirrored at the far end.

    Attributes:
        inbound: Stands where the file lists it.
        outbound: Stands as far from the pipeline's end as the entry does from its beginning.
    """

    inbound: FrameProcessor
    outbound: FrameProcessor


class ProcessorConfig(Block):
    """One entry of a call file's ``pipeline``; its ``type`` literal is its registration.

    Each field's docstring is its description in the JSON Schema.

    Attributes:
        both_ends: It stands at two places; ``build`` returns ``BothEnds``.
        wants_caller_audio: Caller audio visits it where it is on the way (phone to model).
        wants_assistant_audio: Assistant audio visits it where it is on the way (model to phone).
    """

    both_ends: ClassVar[bool] = False
    wants_caller_audio: ClassVar[bool] = False
    wants_assistant_audio: ClassVar[bool] = False

    @abstractmethod
    def build(self, context: CallContext) -> FrameProcessor | BothEnds:
        """Make the processor for one call."""

    def visited_by(self, audio: Literal["caller", "assistant"]) -> bool:
        """Whether audio that comes its way visits it; it hops over the others."""
        return self.wants_caller_audio if audio == "caller" else self.wants_assistant_audio

    def get_ready(self) -> None:
        """Load what all calls of the process share; takes long, so before the first of them."""

    def advice(self) -> list[tuple[str, str]]:
        """What works but will disappoint: pairs of a key and a sentence, for ``--check``."""
        return []
