"""The form in which a model writes the memory of a call: what it is asked, and how it is read.

What a model writes comes from outside, so it is checked against the same schema that it was asked
to follow; what does not fit is no memory.
"""

from __future__ import annotations

import functools
import json
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from processors.state.memory import CallMemory, Remembered

MOST_LETTERS: Final = 300
"""The longest single note: notes that retell the call save nothing."""

MOST_NOTES: Final = 12
"""The most preferences, or open questions."""

MOST_ANSWER_LETTERS: Final = 20_000
"""An answer beyond this is not looked at."""

_QUESTION: Final = """\
Write the notes of this phone call, for whoever goes on with it. Answer with one JSON object that
follows the schema below, and with nothing else.
- Take everything from the conversation. Do not guess and do not add.
- Earlier notes may stand in the conversation. Carry over what still holds.
- topic: what the call is about just now, in two to five words. Keep the wording of the earlier
  topic unless the caller has come to another subject.
- fields: the caller's answers, in short; null where they gave none. If they corrected themselves,
  the last answer counts. confirmed is true only if the answer was read back and they agreed.
- preferences: what else the caller wants or does not want.
- open_questions: what the caller asked and did not get an answer to.
- next_action: what the caller was promised will happen next; an empty text if nothing was.
Keep each note under twenty words. JSON Schema:
"""


class BadMemoryError(ValueError):
    """What the model wrote is not a memory; the one before it stays."""


Note = Annotated[str, StringConstraints(max_length=MOST_LETTERS)]
Notes = Annotated[tuple[Note, ...], Field(max_length=MOST_NOTES)]


_FROM_A_MODEL: Final = ConfigDict(extra="ignore", strict=True)


class _Answer(BaseModel):
    """One answer as the model writes it."""

    model_config = _FROM_A_MODEL

    value: Note
    confirmed: bool


class _Page(BaseModel):
    """The memory as the model writes it; ``fields`` is made for each checklist."""

    model_config = _FROM_A_MODEL

    topic: Note
    fields: Any
    preferences: Notes
    open_questions: Notes
    next_action: Note


class MemoryForm:
    """The form that the model fills in for one call file, and the reading of it."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        """Make the form.

        Args:
            fields: The names of the checklist's fields.
        """
        self._fields = fields
        # Letters of its own before each name: a field may be called like a part of pydantic.
        definitions: dict[str, Any] = {
            f"f_{name}": (_Answer | None, Field(None, alias=name)) for name in fields
        }
        answers: Any = create_model("Fields", __config__=_FROM_A_MODEL, **definitions)
        self._page: Any = create_model("Memory", __base__=_Page, fields=(answers, ...))

    def schema(self) -> dict[str, Any]:
        """The JSON Schema that the model is given."""
        schema = self._page.model_json_schema(by_alias=True)
        _drop_chatter(schema)
        schema.pop("description", None)
        return dict(schema)

    @functools.cached_property
    def question(self) -> str:
        """What the model is asked."""
        return _QUESTION + json.dumps(self.schema(), separators=(",", ":"))

    def blank(self) -> CallMemory:
        """The memory of a call of which nothing is known."""
        return CallMemory(fields=dict.fromkeys(self._fields))

    def read(self, text: str) -> CallMemory:
        """Check what the model wrote, and take it over.

        Models like to fence their JSON, or to say a word before it: the outermost braces count.

        Raises:
            BadMemoryError: It is not JSON, or not by the schema.
        """
        begin, end = text.find("{"), text.rfind("}")
        if begin < 0 or end < begin or len(text) > MOST_ANSWER_LETTERS:
            raise BadMemoryError("no JSON object, or one of unreasonable length")
        try:
            page = self._page.model_validate_json(text[begin : end + 1])
        except ValidationError as error:
            wrong = {".".join(map(str, fault["loc"])) or "JSON" for fault in error.errors()}
            # The names of what is wrong only: the values are the caller's words.
            raise BadMemoryError(f"not by the schema: {', '.join(sorted(wrong))}") from None
        return CallMemory(
            topic=_words(page.topic),
            fields={name: _remembered(getattr(page.fields, f"f_{name}")) for name in self._fields},
            preferences=_notes(page.preferences),
            open_questions=_notes(page.open_questions),
            next_action=_words(page.next_action),
        )


@functools.cache
def memory_form(fields: tuple[str, ...]) -> MemoryForm:
    """The form for a checklist: one for all calls that have it, as making it takes a while."""
    return MemoryForm(fields)


def _words(text: str) -> str:
    return " ".join(text.split())


def _remembered(answer: _Answer | None) -> Remembered | None:
    value = "" if answer is None else _words(answer.value)
    return Remembered(value, answer.confirmed) if answer is not None and value else None


def _notes(notes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(note for note in map(_words, notes) if note)


def _drop_chatter(schema: Any) -> None:
    """Take out what pydantic adds for documentation: every token is paid for."""
    if isinstance(schema, dict):
        for key in ("title", "default"):
            if isinstance(schema.get(key), str) or schema.get(key, ...) is None:
                del schema[key]
        for name, part in schema.items():
            if name == "$defs":
                for definition in part.values():
                    definition.pop("description", None)
            _drop_chatter(part)
    elif isinstance(schema, list):
        for part in schema:
            _drop_chatter(part)
