"""The form of a call's record: what a program may rely on, version by version.

A field that is new is no new version; one that goes, or means something else, is. All ``_ms`` are
ms since the call began, but for those that say how long something took.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from processors.state.hand_over_format import CallbackRecord, EscalationRecord, TransferRecord
from processors.state.record_part import RecordPart
from processors.state.turn import Speaker, TurnState
from processors.state.usage_format import UsageRecord

VERSION: Final = 1


class CallFileFacts(RecordPart):
    """Which call file answered."""

    name: str = ""
    """Its file name."""

    sha256: str = ""
    """Of all that it said, with what it extends, includes and takes from the environment."""


class Ending(RecordPart):
    """How the call ended."""

    how: str = ""
    """What happened first: stream_stopped (the caller hung up), stream_lost, hangup (the assistant
    did), transferred (a person took the call), fallback (no model), server_stopped,
    phone_leg_failed or failed."""

    why: str = ""
    """In a few words."""


class CallFacts(RecordPart):
    """Who called whom, and when."""

    call_sid: str = ""
    """Twilio's id of the call."""

    stream_sid: str = ""
    """Twilio's id of the media stream."""

    account_sid: str = ""
    """Twilio's id of the account."""

    caller: str = ""
    """The calling number; may be empty."""

    called: str = ""
    """The called number."""

    began: str = ""
    """Date and time, ISO 8601 with zone."""

    duration_ms: int = 0
    """How long it took."""

    call_file: CallFileFacts = CallFileFacts()
    """What answered."""

    model: str = ""
    """The model that spoke."""

    ended: Ending = Ending()
    """How it ended."""


class TurnRecord(RecordPart):
    """One turn, as it was heard."""

    item_id: str
    """The model's id of it."""

    role: Speaker
    """Who spoke."""

    text: str = ""
    """What was heard; "(speech, 3 s)" where nobody wrote the words down."""

    unheard: str = ""
    """What the assistant had to say and the caller did not hear."""

    state: TurnState
    """said, cut, unheard; failed or untranscribed for a caller whose words are not known."""

    started_ms: int | None = None
    """When it began to be heard; null: never."""

    ended_ms: int | None = None
    """When it was over."""

    audio_ms: int = 0
    """How much audio the model made of it."""

    heard_ms: int = 0
    """How much of that was heard."""

    sent_from_ms: int | None = None
    """When the first of the assistant's audio was sent to the phone."""

    sent_until_ms: int | None = None
    """When the last of it was."""


class ToolRecord(RecordPart):
    """One function call of the model's."""

    name: str
    """The function."""

    call_id: str
    """The model's id of the call."""

    arguments: str = ""
    """JSON text, as the model gave it."""

    output: str | None = None
    """What the function gave; null: it did not end before the call did."""

    ok: bool | None = None
    """Whether it did what it should."""

    started_ms: int = 0
    """When it was called."""

    took_ms: int | None = None
    """How long it took."""


class KeyRecord(RecordPart):
    """One key that the caller pressed."""

    at_ms: int
    """When."""

    key: str
    """Which."""


class InterruptionRecord(RecordPart):
    """One time that the caller took the floor."""

    at_ms: int
    """When the assistant was stopped."""

    reason: str = ""
    """caller_speech or caller_key; escalation: the assistant stopped itself, to say what had to be
    said at once."""

    item_id: str | None = None
    """What was being heard."""

    stop_ms: int | None = None
    """From the caller's first sound to the assistant's last that they heard."""

    heard_ms: int = 0
    """What was heard of the speech that it cut."""

    unheard_ms: int = 0
    """What was sent to the phone and not heard."""


class AnswerRecord(RecordPart):
    """One answer, and how long the caller waited for it."""

    caller_item_id: str
    """The turn that was answered."""

    assistant_item_id: str
    """The first turn of the answer."""

    to_first_sent_ms: int
    """From the caller's last sound to the first audio sent."""

    to_first_heard_ms: int | None = None
    """From the caller's last sound to the first audio heard; null: it never was."""


class ReconnectRecord(RecordPart):
    """One time that a fresh session of the model took over."""

    at_ms: int
    """When it was there."""

    took_ms: int
    """How long there was none."""


class ProblemRecord(RecordPart):
    """Something that went wrong and did not end the call."""

    at_ms: int
    """When."""

    kind: str
    """What, as the journal calls it."""

    details: dict[str, Any] = Field({})
    """Its particulars."""


class Timeline(RecordPart):
    """What happened between us and the phone, for a picture."""

    marks_ms: tuple[int, ...] = ()
    """When marks came back: every one of them in a short call, evenly thinned in a long one."""

    clears_ms: tuple[int, ...] = ()
    """When the phone was cleared."""

    truncations_ms: tuple[int, ...] = ()
    """When the model was told what was not heard."""


class CallDocument(RecordPart):
    """One phone call, as it was heard."""

    model_config = ConfigDict(title="Callwright call record")

    version: Literal[1] = VERSION
    """Of this form."""

    call: CallFacts = CallFacts()
    """Who called whom, when, and how it ended."""

    recording: str | None = None
    """The recording's file name, in the same folder unless the call file says otherwise."""

    turns: tuple[TurnRecord, ...] = ()
    """What was said, in the order in which it was spoken."""

    memory: dict[str, Any] | None = None
    """What is remembered of it: topic, fields, preferences, open questions, next action."""

    tools: tuple[ToolRecord, ...] = ()
    """The functions that were called."""

    keys: tuple[KeyRecord, ...] = ()
    """The keys that the caller pressed."""

    escalations: tuple[EscalationRecord, ...] = ()
    """When a person had to take over, and why."""

    transfers: tuple[TransferRecord, ...] = ()
    """When the call was to be handed to a person, and what came of it."""

    callbacks: tuple[CallbackRecord, ...] = ()
    """What callbacks were promised."""

    interruptions: tuple[InterruptionRecord, ...] = ()
    """When the caller took the floor."""

    answers: tuple[AnswerRecord, ...] = ()
    """How long the caller waited."""

    usage: UsageRecord = UsageRecord()
    """What it took, in tokens and money."""

    reconnects: tuple[ReconnectRecord, ...] = ()
    """When the model's session was replaced."""

    problems: Annotated[tuple[ProblemRecord, ...], Field(max_length=200)] = ()
    """What went wrong: the first of it."""

    problem_counts: dict[str, int] = Field({})
    """How often what went wrong, all of it."""

    timeline: Timeline = Timeline()
    """For a picture."""
