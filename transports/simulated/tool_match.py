"""Which of the client's tools a caller's words ask for, and with which arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from transports.simulated.brain_script import (
    END_CALL,
    WAIT_FOR_CALLER,
    BrainRequest,
    Call,
    Tool,
)
from transports.simulated.words import first_number, is_request, stems

_GENERIC: Final = stems("get call make look find check send give caller customer client user tool")
_ENOUGH: Final = 2
_A_MOMENT: Final = re.compile(
    r"\b(hold on|hang on|(one|a|just a) (moment|second|sec|minute)|bear with me|wait a)\b",
    re.IGNORECASE,
)


def calls_for(text: str, request: BrainRequest, collected: Mapping[str, str]) -> list[Call]:
    """The calls that the words ask for, best match first; at most one unless ``parallel``.

    A tool is meant when a word of its name is said, in a request. What it does to the call's
    end is not decided here: ``end_call`` is never matched.
    """
    if request.tool_choice == "none" or not request.tools:
        return []
    waiting = [tool for tool in request.tools if tool.name == WAIT_FOR_CALLER]
    if waiting and request.tool_choice == "auto" and _A_MOMENT.search(text):
        return [Call(WAIT_FOR_CALLER, fill(waiting[0], text, collected))]
    ranked = sorted(request.tools, key=lambda tool: -_score(text, tool))
    if request.tool_choice == "required":
        return [Call(ranked[0].name, fill(ranked[0], text, collected))]
    if request.tool_choice != "auto":
        named = [tool for tool in request.tools if tool.name == request.tool_choice]
        return [Call(tool.name, fill(tool, text, collected)) for tool in named]
    if not is_request(text):
        return []
    meant = [tool for tool in ranked if _score(text, tool) >= _ENOUGH]
    return [
        Call(tool.name, fill(tool, text, collected))
        for tool in (meant if request.parallel else meant[:1])
    ]


def fill(tool: Tool, text: str, collected: Mapping[str, str]) -> dict[str, Any]:
    """Arguments for a tool, naively: what was collected, else what was just said."""
    properties: dict[str, Any] = tool.parameters.get("properties") or {}
    required = tool.parameters.get("required") or ()
    arguments = {}
    for name, schema in properties.items():
        value = _value(name, schema, text, collected, needed=name in required)
        if value is not None:
            arguments[name] = value
    return arguments


def _score(text: str, tool: Tool) -> int:
    if tool.name in (END_CALL, WAIT_FOR_CALLER):
        return 0
    said = stems(text) - _GENERIC
    by_name = said & stems(re.sub(r"[_-]", " ", tool.name))
    return (2 * len(by_name) + len(said & stems(tool.description))) if by_name else 0


def _value(
    name: str, schema: Mapping[str, Any], text: str, collected: Mapping[str, str], *, needed: bool
) -> Any:
    kind = schema.get("type", "string")
    said = stems(text)
    if "enum" in schema:
        meant = [value for value in schema["enum"] if stems(str(value)) & said]
        return meant[0] if meant else (schema["enum"][0] if needed else None)
    if kind == "string":
        about = stems(name.replace("_", " "))
        known = [v for k, v in collected.items() if about & stems(k.replace("_", " "))]
        return known[0] if known else (text if needed else None)
    if not needed:
        return None
    if kind in ("integer", "number"):
        number = first_number(text) or 0
        return int(number) if kind == "integer" else number
    return {"boolean": True, "array": [], "object": {}}.get(kind)
