"""The JSON Schema of a call file, for editors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pipeline.config import CallFile
from pipeline.scenario_file import ScenarioFile
from processors.state.record_format import CallDocument

_REFERENCE = {"type": "string", "pattern": r"\$\{"}
"""A value that the environment gives; no editor can say more about it."""

_ADDITION: dict[str, Any] = {
    "type": "object",
    "description": "What to put before and behind the list of the file that this one extends.",
    "properties": {
        "first": {"title": "First", "type": "array", "description": "What comes before it."},
        "add": {"title": "Add", "type": "array", "description": "What comes behind it."},
    },
    "additionalProperties": False,
    "minProperties": 1,
}
"""What may stand in place of a list, in a file that extends another."""

_ADDITION_REFERENCE = {"$ref": "#/$defs/Addition"}

_VALUE = {"type", "enum", "const", "minimum", "maximum", "exclusiveMinimum"}
"""The keys of a schema that narrow the value itself."""


def schema_text() -> str:
    """The schema as ``configs/schema.json`` has it."""
    return json.dumps(call_file_schema(), indent=2, ensure_ascii=False) + "\n"


def record_schema_text() -> str:
    """The schema of the records that ``call_record`` writes."""
    schema = CallDocument.model_json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def scenarios_schema_text() -> str:
    """The schema of scenario files."""
    schema = ScenarioFile.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    _describe(schema)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def call_file_schema() -> dict[str, Any]:
    """Pydantic's schema, widened by what happens before pydantic sees a file.

    ``${NAME}`` may stand where a number, a switch or a word of a fixed list is wanted, a file that
    extends another need not have a pipeline, and may add to the other's lists.
    """
    schema = CallFile.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["required"] = []
    schema["anyOf"] = [{"required": ["pipeline"]}, {"required": ["extends"]}]
    _describe(schema, lambda name, value: _with_additions(name, _with_references(name, value)))
    schema["$defs"]["Addition"] = _ADDITION
    return schema


def _describe(
    schema: dict[str, Any],
    widened: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda _, value: value,
) -> None:
    """Tidy up every key of a schema, and widen it where more may stand than pydantic sees."""
    for part in (schema, *schema["$defs"].values()):
        for name, value in part.get("properties", {}).items():
            part["properties"][name] = _described(name, widened(name, value))


def _with_references(name: str, value: dict[str, Any]) -> dict[str, Any]:
    if name == "type":
        return value  # what tells entries apart can't come from outside
    if _is_fixed(value):
        inner = {key: value[key] for key in sorted(_VALUE & set(value))}
        outer = {key: value[key] for key in value if key not in _VALUE}
        return {**outer, "anyOf": [inner, _REFERENCE]}
    for union in ("anyOf", "oneOf"):
        branches = value.get(union, [])
        if any(_is_fixed(inner) for branch in branches for inner in branch.get("oneOf", [branch])):
            return {**value, union: [*branches, _REFERENCE]}
    return value


def _with_additions(name: str, value: dict[str, Any]) -> dict[str, Any]:
    if name == "pipeline":
        return value  # a list of changes as it is
    if value.get("type") == "array":
        kept = ("title", "description", "default")
        inner = {key: value[key] for key in value if key not in kept}
        about: dict[str, Any] = {key: value[key] for key in kept if key in value}
        return {**about, "anyOf": [inner, _ADDITION_REFERENCE]}
    for union in ("anyOf", "oneOf"):
        branches = value.get(union, [])
        within = [one for branch in branches for one in branch.get("oneOf", [branch])]
        if any(branch.get("type") == "array" for branch in within):
            return {**value, union: [*branches, _ADDITION_REFERENCE]}
    return value


def _is_fixed(value: dict[str, Any]) -> bool:
    """Whether a text like ``${NAME}`` would not do as it is."""
    numeric = value.get("type") in {"integer", "number", "boolean"}
    return numeric or "enum" in value or "const" in value


def _described(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """One line per description, as editors show them; a title for each key."""
    described = {"title": name.replace("_", " ").title(), **value}
    if "description" in described:
        described["description"] = " ".join(described["description"].split())
    return described
