"""The call file's ``agent:`` block: who answers, section by section."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

from processors.block import Block
from processors.fields import Shape
from processors.state.detail_values import DetailField, DetailType

_INCLUDE = {
    "type": "object",
    "properties": {"include": {"type": "string", "description": "A text file beside this one."}},
    "required": ["include"],
    "additionalProperties": False,
}
_WORDS = "words"
_POINTS = "a list of points"

Words = Annotated[str, WithJsonSchema({"anyOf": [{"type": "string"}, _INCLUDE]})]
"""Text, or ``{include: file.md}``, which is text by the time that it is looked at."""

Points = Annotated[
    Annotated[Words, Tag(_WORDS)] | Annotated[tuple[Words, ...], Tag(_POINTS)],
    Discriminator(lambda value: _POINTS if isinstance(value, list | tuple) else _WORDS),
]
"""Text as it is, or a list of sentences that become bullets."""


class ChecklistField(Block):
    """One thing to learn from the caller."""

    field: Annotated[str, Shape("[a-z][a-z0-9_]*", "small letters, digits and underscores")]
    """Its name, as records will have it: small letters, digits and underscores."""

    ask: Words
    """The question, in the words to use."""

    type: DetailType = "text"
    """What the answer is; `save_details` checks it. `contact` is a phone number or an e-mail
    address, `date` a day or a time to come, `yes_no` yes or no."""

    choices: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...], Field(validate_default=True)
    ] = ()
    """What the answer can be, for `type: choice`."""

    minimum: int | None = None
    """The least that the answer can be, for `type: integer`."""

    maximum: int | None = None
    """The most that the answer can be, for `type: integer`."""

    confirm: bool = False
    """Say it back and have it confirmed. For names, numbers, dates and money."""

    required: bool = True
    """Ask for it in every call; false: take it when it is offered."""

    notes: Words = ""
    """What else to know: what counts as an answer, what not to ask."""

    @field_validator("choices")
    @classmethod
    def _are_for_a_choice(cls, choices: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        is_choice = info.data.get("type", "choice") == "choice"
        if choices and not is_choice:
            raise ValueError("allowed: none, unless `type` is choice")
        if not choices and info.data.get("type") == "choice":
            raise ValueError("allowed: what the answer can be, as in [buy, rent]")
        return choices

    @field_validator("minimum", "maximum")
    @classmethod
    def _are_for_a_number(cls, bound: int | None, info: ValidationInfo) -> int | None:
        if bound is not None and info.data.get("type", "integer") != "integer":
            raise ValueError("allowed: no bound, unless `type` is integer")
        return bound

    @property
    def detail(self) -> DetailField:
        """What its answer is."""
        return DetailField(
            name=self.field,
            type=self.type,
            required=self.required,
            confirm=self.confirm,
            choices=self.choices,
            minimum=self.minimum,
            maximum=self.maximum,
            ask=self.ask,
        )


class Information(Block):
    """What to find out, and what may be said."""

    text: Points = ""
    """How to go about it."""

    checklist: tuple[ChecklistField, ...] = ()
    """What to ask for, one at a time, in this order."""

    facts: tuple[Words, ...] = ()
    """What the assistant knows to be true. It claims nothing else about the business."""


def _text_alone(value: Any) -> Any:
    return {"text": value} if isinstance(value, str | list) else value


class Agent(Block):
    """What the assistant is told, section by section."""

    role: Points = ""
    """Who it is, for whom it works, what the call is for."""

    voice_and_pacing: Points = ""
    """How it speaks: length of turns, pace, how it reads numbers."""

    boundaries: Points = ""
    """What it must not do or say. Said again at the end of the prompt."""

    information: Annotated[
        Information,
        BeforeValidator(
            _text_alone, json_schema_input_type=Information | Words | tuple[Words, ...]
        ),
    ] = Information()
    """What to ask for and what may be claimed. Text alone is short for {text: ...}."""

    escalation: Points = ""
    """When a person must take over, and what to learn first."""

    tone: Points = ""
    """How it comes across."""

    greeting: Words = ""
    """The first words, exactly so. Empty: the model finds its own."""

    disclosure: Words = ""
    """Said before the greeting, exactly so, such as that the call is recorded."""

    goodbye: Words = ""
    """The last words, exactly so. Empty: the model finds its own."""

    language: Annotated[str, Field(min_length=1)] = "English"
    """The language it speaks until the caller uses another, by its English name."""
