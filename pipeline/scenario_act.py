"""What a scenario's caller may do, and what may be scripted of the model's side."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from processors.block import Block
from processors.fields import NUMERIC, Seconds, Shape
from transports.simulated.people import Doing

Keys = Annotated[str, Shape("[0-9*#]+", "keys of a telephone: 0-9, * and #, in quotes")]
Text = Annotated[str, Field(min_length=1)]


class NoiseAct(Block):
    """Something is heard that is no speech."""

    seconds: Seconds
    """How long."""

    dbfs: Annotated[float, Field(ge=-80, le=-6), NUMERIC] = -30.0
    """How loud, dB below full scale. Below about -45 a telephone takes it for silence."""


class ListenAct(Block):
    """The caller listens until the assistant has finished."""

    until: str = ""
    """Words that must have been heard in a speech that is over; until then, go on listening."""

    patience: Seconds = 20.0
    """How long nothing may be heard before they give up, s."""


class InterruptAct(Block):
    """The caller cuts in while the assistant speaks. It must still be speaking then."""

    after: Annotated[float, Field(ge=0), NUMERIC] = 0.0
    """So much of this speech was heard, s."""

    on: str = ""
    """These words of it were heard."""

    say: str = ""
    """What they say."""

    press: Keys | None = None
    """Keys they press."""

    noise: NoiseAct | None = None
    """What else is heard of them."""

    hang_up: bool = False
    """They put the phone down."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> InterruptAct:
        done = [bool(self.say), self.press is not None, self.noise is not None, self.hang_up]
        if done.count(True) != 1:
            raise ValueError("allowed: exactly one of say, press, noise and hang_up")
        return self


class Act(Block):
    """One thing that the caller does. Exactly one key."""

    say: Text | None = None
    """Say this once the assistant has finished; straight after wait, noise or listen, at once."""

    press: Keys | None = None
    """Press these keys; when, is as for say."""

    answer: Annotated[dict[str, Text], Field(min_length=1)] | None = None
    """Answer the questions of the checklist as they come, each field in these words, and agree when
    an answer is read back, until these are answered. What else is asked gets a usual answer."""

    interrupt: InterruptAct | None = None
    """Cut in while the assistant speaks."""

    listen: ListenAct | None = None
    """Listen, and do nothing."""

    wait: Seconds | None = None
    """Say nothing for so many seconds, whatever is heard."""

    noise: NoiseAct | None = None
    """Let something be heard that is no speech, at once."""

    hang_up: bool | None = None
    """Put the phone down, at once."""

    @model_validator(mode="after")
    def _is_one(self) -> Act:
        if len(self.model_fields_set) != 1 or self.hang_up is False:
            raise ValueError(f"allowed: exactly one of {', '.join(type(self).model_fields)}")
        return self


def _word_alone(given: Any) -> Any:
    words: dict[str, Any] = {"listen": {"listen": {}}, "hang_up": {"hang_up": True}}
    return words.get(given, given) if isinstance(given, str) else given


AnyAct = Annotated[
    Act,
    BeforeValidator(_word_alone, json_schema_input_type=Act | Literal["listen", "hang_up"]),
]
"""An act; ``listen`` and ``hang_up`` may stand alone."""


def _doing_alone(given: Any) -> Any:
    return {"does": given} if isinstance(given, str) else given


class CalledPerson(Block):
    """What a person does when the call is to be handed to them."""

    does: Doing = "accepts"
    """In a word: accepts, declines, rings_out, machine, hangs_up, busy or unreachable."""

    answers_after: Seconds = 4.0
    """How long it rings before they answer, s."""

    talks: Seconds = 6.0
    """How long they talk to the caller then, s."""


AnyPerson = Annotated[
    CalledPerson, BeforeValidator(_doing_alone, json_schema_input_type=CalledPerson | Doing)
]
"""A person; what they do may stand alone."""


class SystemAnswer(Block):
    """What one of the business's systems answers an `http` tool."""

    url: Text
    """A part of the address that is asked."""

    status: Annotated[int, Field(ge=100, le=599), NUMERIC] = 200
    """The HTTP status."""

    body: Annotated[dict[str, Any], Field(default_factory=dict)]
    """Its content, as JSON."""

    takes: Annotated[float, Field(ge=0), NUMERIC] = 0.2
    """How long that takes, s."""


class ToolCall(Block):
    """A function that the scripted model calls."""

    name: Text
    """The function."""

    arguments: Annotated[dict[str, Any], Field(default_factory=dict)]
    """By name."""


def by_name(given: Any) -> Any:
    """A name alone as the mapping that it stands for."""
    return {"name": given} if isinstance(given, str) else given


class ModelTurn(Block):
    """One answer of the model's that is scripted: what it says, what it calls, or both."""

    on: str = ""
    """Only once the caller has said these words since the assistant last spoke. Until then the
    model answers by itself."""

    after: str = ""
    """Only once this tool has given its result since the assistant last spoke."""

    say: str = ""
    """Its words."""

    call: Annotated[
        ToolCall | None,
        BeforeValidator(by_name, json_schema_input_type=ToolCall | str | None),
    ] = None
    """The function that it calls then: a name, or {name: ..., arguments: {...}}."""

    takes: Annotated[float, Field(ge=0), NUMERIC] | None = None
    """Seconds until its first sound; left out: as long as the built-in model always takes."""

    @model_validator(mode="after")
    def _does_something(self) -> ModelTurn:
        if not self.say and self.call is None:
            raise ValueError("says and calls nothing; allowed: say, call, or both")
        return self
