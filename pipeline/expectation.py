"""What a scenario file says must be true when a call is over."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pipeline.scenario_act import Keys, Text, by_name
from processors.block import Block
from processors.fields import NUMERIC, Seconds

Count = Annotated[int, Field(ge=0), NUMERIC]


class ExpectedTool(Block):
    """A function that must have been called."""

    name: Text
    """The function."""

    arguments: Annotated[dict[str, Any], Field(default_factory=dict)]
    """Arguments that it must have been called with; others do not matter."""

    ok: bool = True
    """Whether it must have done what it should."""


class Escalated(Block):
    """One time that a person had to take over."""

    reasons: tuple[Text, ...] = ()
    """Signals that must have said so; there may be more."""

    actions: tuple[Text, ...] | None = None
    """What must have been done, in this order."""


class Transferred(Block):
    """One time that the call was to be handed to a person."""

    to: tuple[Text, ...] | None = None
    """The numbers that were rung, in this order."""

    outcome: Text = "accepted"
    """accepted, declined, no_answer, busy, machine, failed, cancelled or dialled."""


def _one_alone(given: Any) -> Any:
    return () if given is False else [given] if isinstance(given, dict) else given


Escalations = Annotated[
    tuple[Escalated, ...],
    BeforeValidator(
        _one_alone, json_schema_input_type=Literal[False] | Escalated | tuple[Escalated, ...]
    ),
]
Transfers = Annotated[
    tuple[Transferred, ...],
    BeforeValidator(
        _one_alone, json_schema_input_type=Literal[False] | Transferred | tuple[Transferred, ...]
    ),
]
Tool = Annotated[ExpectedTool, BeforeValidator(by_name, json_schema_input_type=ExpectedTool | str)]


class Expectation(Block):
    """What must be true when the call is over. All that Callwright promises of every call, too."""

    heard: tuple[Text, ...] = ()
    """Words that the caller heard, in this order. Capitals and spaces do not matter."""

    not_heard: tuple[Text, ...] = ()
    """Words that they did not hear."""

    understood: tuple[Text, ...] = ()
    """Words that the model heard of the caller, in this order."""

    captured: Annotated[dict[str, str], Field(default_factory=dict)]
    """Fields of the checklist that the call's memory has, each with words of its value."""

    confirmed: tuple[str, ...] = ()
    """Fields that were read back and agreed to."""

    not_captured: tuple[str, ...] = ()
    """Fields that it does not have."""

    tools: tuple[Tool, ...] | None = None
    """Functions that were called, in this order, and no others."""

    escalated: Escalations | None = None
    """When a person had to take over: false, once, or a list."""

    transferred: Transfers | None = None
    """When the call was to be handed to a person: false, once, or a list."""

    person_told: tuple[Text, ...] = ()
    """Words that people heard before they took the call or did not, in this order."""

    callback: Literal["none", "soon", "next opening"] | None = None
    """What callback was promised: none; as soon as possible; or when the business opens again."""

    texts: Count | None = None
    """How many text messages were sent."""

    keys: Keys | None = None
    """Keys that the runtime took."""

    cuts: Count | None = None
    """How many speeches of the assistant's were cut short."""

    silent_within: Seconds | None = None
    """Each time the caller cut in, the assistant fell silent within so many seconds."""

    answered_within: Seconds | None = None
    """Each answer began within so many seconds."""

    words_per_turn: Count | None = None
    """No turn of the assistant's had more words, greeting and goodbye aside."""

    questions_per_turn: Count | None = None
    """No turn of the assistant's had more questions."""

    ended: Literal["assistant", "caller", "person", "twilio"] | None = None
    """Who ended the call: the assistant, after its goodbye; the caller, who hung up; a person, who
    took it; or Twilio, for want of anything else to do."""

    lasts: Seconds | None = None
    """The call was over within so many seconds."""
