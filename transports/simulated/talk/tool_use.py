"""Which of the client's tools the talk has come to, and with which arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from transports.simulated.brain_script import END_CALL, WAIT_FOR_CALLER, BrainRequest, Call, Tool
from transports.simulated.talk.day_and_time import when_in
from transports.simulated.talk.email_address import email_in
from transports.simulated.talk.escalation import TRANSFER
from transports.simulated.talk.numbers import first_number
from transports.simulated.talk.opening import asks_hours, day_asked
from transports.simulated.talk.phone_digits import phone_in
from transports.simulated.talk.progress import Progress
from transports.simulated.talk.saving import SAVE
from transports.simulated.talk.written import amount_in_digits, iso_moment, today_in
from transports.simulated.tool_match import calls_for
from transports.simulated.tool_result import BUSINESS_HOURS
from transports.simulated.words import stems

_CONFIRMED: Final = "confirmed"
"""An argument that takes the fields whose answer was read back and agreed to."""
_BUILT_IN: Final = frozenset({END_CALL, TRANSFER, SAVE, WAIT_FOR_CALLER})
"""Tools that the talk comes to by itself, never by a word of their name."""
_PHONE: Final = stems("phone number telephone callback mobile cell contact to")
_EMAIL: Final = stems("email mail address contact")
_WHEN: Final = stems("date day time when slot window")
_GIST: Final = stems(
    "reason summary detail details topic note notes message question query text description subject"
)


class ToolUse:
    """Calls tools for one response."""

    def __init__(self, request: BrainRequest, progress: Progress) -> None:
        self._request = request
        self._progress = progress
        self._tools = {tool.name: tool for tool in request.tools}

    def offered(self, name: str) -> bool:
        """Whether a tool may be called now."""
        return name in self._tools and self._request.tool_choice != "none"

    def called(self, name: str) -> bool:
        """Whether it was called before."""
        return any(line.who == "tool_call" and line.name == name for line in self._request.lines)

    def call(self, name: str, **known: str) -> Call:
        """A call of a tool that is offered; what is ``known`` goes to arguments of that name."""
        return Call(name, self._arguments(self._tools[name], self._progress.last_words, known))

    def meant(self, text: str) -> list[Call]:
        """The calls that the caller's words ask for, or that the client demands."""
        choice = self._request.tool_choice
        if choice == "auto":
            named = tuple(t for t in self._request.tools if t.name not in _BUILT_IN)
            request = BrainRequest(tools=named, parallel=self._request.parallel)
        else:
            request = self._request
        if choice == "auto" and self.offered(BUSINESS_HOURS) and asks_hours(text):
            day = day_asked(text, today_in(self._request.briefing))
            return [Call(BUSINESS_HOURS, {"day": day} if day else {})]
        found = calls_for(text, request, self._progress.collected)
        return [Call(c.name, self._arguments(self._tools[c.name], text, {})) for c in found]

    def _arguments(self, tool: Tool, text: str, known: Mapping[str, str]) -> dict[str, Any]:
        required = tool.parameters.get("required") or ()
        return self._filled(tool.parameters, text, known, required)

    def _filled(
        self, schema: Mapping[str, Any], text: str, known: Mapping[str, str], required: Any
    ) -> dict[str, Any]:
        properties: Mapping[str, Any] = schema.get("properties") or {}
        values = {
            name: self._value(name, part, text, known, needed=name in required)
            for name, part in properties.items()
        }
        return {name: value for name, value in values.items() if value is not None}

    def _value(
        self,
        name: str,
        schema: Mapping[str, Any],
        text: str,
        known: Mapping[str, str],
        *,
        needed: bool,
    ) -> Any:
        kind = _type_of(schema)
        if "enum" in schema:
            said = known.get(name) or self._known(name) or text
            return _choice(schema["enum"], said, needed=needed)
        if kind == "string":
            value = known.get(name) or self._known(name)
            value = value or (self._from_words(name, text) if needed else "")
            return self._written(value, schema) or None
        if kind == "array" and name == _CONFIRMED:
            allowed = (schema.get("items") or {}).get("enum", ())
            return [field for field in allowed if field in self._progress.confirmed]
        if kind == "object":
            if schema.get("properties"):
                inner = self._filled(schema, text, known, schema.get("required") or ())
            else:
                inner = dict(self._progress.collected)
            return inner if inner or needed else None
        if kind in ("integer", "number"):
            number = first_number(self._known(name) or (text if needed else ""))
            if number is None:
                return 0 if needed else None
            return int(number) if kind == "integer" else number
        if not needed:
            return None
        return {"boolean": True, "array": [], "null": None}.get(kind)

    def _known(self, name: str) -> str:
        """What was collected under that name, or one that shares a word with it."""
        collected = self._progress.collected
        if name in collected:
            return collected[name]
        about = stems(name.replace("_", " "))
        for field, value in collected.items():
            if about & stems(field.replace("_", " ")):
                return value
        for sought, found in ((_PHONE, phone_in), (_EMAIL, email_in)):
            if about & sought:
                value = next(filter(None, (found(known) for known in collected.values())), "")
                if value:
                    return value
        return ""

    def _written(self, value: str, schema: Mapping[str, Any]) -> str:
        """A value as the argument's description wants it; as it is said if that can't be had."""
        wanted = str(schema.get("description", "")) + str(schema.get("format", ""))
        if value and ("YYYY-MM-DD" in wanted or "date" in str(schema.get("format", ""))):
            return iso_moment(value, today_in(self._request.briefing)) or value
        if value and "amount in digits" in wanted:
            return amount_in_digits(value) or value
        if value and "number in digits" in wanted and "hone" not in wanted:
            return amount_in_digits(value).partition("-")[0] or value
        return value

    def _from_words(self, name: str, text: str) -> str:
        about = stems(name.replace("_", " "))
        for sought, found in ((_PHONE, phone_in), (_EMAIL, email_in), (_WHEN, when_in)):
            if about & sought and not about & _GIST:
                return found(text) or text
        return text


def _type_of(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if kind is None:
        options = [part.get("type") for part in schema.get("anyOf", ())]
        kind = next((option for option in options if option != "null"), "string")
    if isinstance(kind, list):
        kind = next((option for option in kind if option != "null"), "null")
    return str(kind)


def _choice(options: list[Any], text: str, *, needed: bool) -> Any:
    said = stems(text)
    meant = [option for option in options if stems(str(option).replace("_", " ")) & said]
    return meant[0] if meant else (options[0] if needed else None)
