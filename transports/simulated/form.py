"""A form filled in from the conversation: what a model does that is asked for JSON by a schema.

Everything is taken from what was said, word for word; what was not said stays empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, Protocol

from transports.simulated.brain_script import BrainScript, ChecklistItem, Line
from transports.simulated.facts import fact_for
from transports.simulated.words import is_question

_SPEAKERS: Final[dict[str, Literal["caller", "assistant"]]] = {
    "Caller": "caller",
    "Assistant": "assistant",
}
_SENTENCE: Final = re.compile(r"[^.?!]+[.?!]*")
_WISH: Final = re.compile(
    r"\b(i'd like|i would like|i'd love|i prefer|i'd prefer|i want|i don't want|i need)\b",
    re.IGNORECASE,
)
_PROMISE: Final = re.compile(r"\b(will|i'll|we'll)\b", re.IGNORECASE)
_NOTE: Final = re.compile(r"^(topic|preferences|open questions|promised next action): (.+)$", re.M)
_BETWEEN_NOTES: Final = " | "
_MOST_NOTES: Final = 12
_EMPTY: Final = {"string": "", "boolean": False, "integer": 0, "number": 0, "array": []}


def schema_in(instructions: str) -> dict[str, Any] | None:
    """The JSON Schema that instructions hold, or None."""
    begin, end = instructions.find("{"), instructions.rfind("}")
    if begin < 0 or end < begin:
        return None
    try:
        schema = json.loads(instructions[begin : end + 1])
    except ValueError:
        return None
    return schema if isinstance(schema, dict) and "properties" in schema else None


def written_dialogue(text: str) -> list[Line]:
    """A dialogue that was written down, line by line; what comes before it are notes."""
    lines: list[Line] = []
    notes: list[str] = []
    for written in text.splitlines():
        speaker, colon, words = written.partition(": ")
        who = _SPEAKERS.get(speaker) if colon else None
        if who is None:
            notes.append(written)
        else:
            lines.append(Line(who, words))
    return [Line("system", "\n".join(notes)), *lines] if any(notes) else lines


class Answers(Protocol):
    """What was answered in a conversation."""

    @property
    def collected(self) -> dict[str, str]:
        """Answers that stand, by field."""
        ...

    @property
    def confirmed(self) -> set[str]:
        """Fields whose answer was read back and agreed to."""
        ...

    @property
    def to_confirm(self) -> tuple[ChecklistItem, str] | None:
        """An answer that is still to be read back, with its question."""
        ...


class Form:
    """Fills in one schema for one conversation."""

    def __init__(
        self, schema: dict[str, Any], script: BrainScript, lines: Sequence[Line], said: Answers
    ) -> None:
        self._schema = schema
        self._script = script
        self._lines = lines
        self._said = said
        self._earlier = _earlier_notes(lines)

    def filled(self) -> dict[str, Any]:
        """Everything that the schema asks for."""
        known = {
            "topic": self._topic,
            "fields": self._fields,
            "preferences": self._preferences,
            "open_questions": self._open_questions,
            "next_action": self._next_action,
        }
        return {
            name: known[name]() if name in known else self._empty(part)
            for name, part in self._schema["properties"].items()
        }

    def _topic(self) -> str:
        asked = self._questions()
        if not asked:
            return self._earlier.get("topic", "")
        return asked[-1].rpartition(", ")[2].rstrip("?. ")

    def _fields(self) -> dict[str, Any]:
        answers = dict(self._said.collected)
        if self._said.to_confirm is not None:
            item, answer = self._said.to_confirm
            answers[item.field] = answer
        wanted = self._resolved(self._schema["properties"]["fields"]).get("properties", {})
        return {
            name: {"value": answers[name], "confirmed": name in self._said.confirmed}
            if name in answers
            else None
            for name in wanted
        }

    def _preferences(self) -> list[str]:
        earlier = self._earlier.get("preferences", "").split(_BETWEEN_NOTES)
        wishes = (said for said in self._caller_sentences() if _WISH.search(said))
        return _newest([*earlier, *wishes])

    def _open_questions(self) -> list[str]:
        earlier = self._earlier.get("open questions", "").split(_BETWEEN_NOTES)
        asked = (said for said in self._questions() if fact_for(said, self._script) is None)
        return _newest([*earlier, *asked])

    def _next_action(self) -> str:
        promised = [
            said
            for line in self._lines
            if line.who == "assistant"
            for said in _sentences(line.text)
            if _PROMISE.search(said) and not said.endswith("?")
        ]
        return promised[-1] if promised else self._earlier.get("promised next action", "")

    def _questions(self) -> list[str]:
        return [said for said in self._caller_sentences() if is_question(said.rpartition(", ")[2])]

    def _caller_sentences(self) -> Iterable[str]:
        for line in self._lines:
            if line.who == "caller":
                yield from _sentences(line.text)

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        name = str(part.get("$ref", "")).rpartition("/")[2]
        found = self._schema.get("$defs", {}).get(name, part)
        return found if isinstance(found, dict) else part

    def _empty(self, part: dict[str, Any]) -> Any:
        part = self._resolved(part)
        if part.get("type") == "object":
            return {name: self._empty(inner) for name, inner in part.get("properties", {}).items()}
        return _EMPTY.get(str(part.get("type")))


def _sentences(text: str) -> list[str]:
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def _newest(notes: list[str]) -> list[str]:
    return list(dict.fromkeys(note for note in notes if note))[-_MOST_NOTES:]


def _earlier_notes(lines: Sequence[Line]) -> dict[str, str]:
    notes: dict[str, str] = {}
    for line in lines:
        if line.who == "system":
            notes.update(_NOTE.findall(line.text))
    return notes
