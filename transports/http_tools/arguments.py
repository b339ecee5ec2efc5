"""The arguments of an HTTP tool: what the model may give, and whether it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from processors.block import Block


class Parameter(Block):
    """One thing that the model gives."""

    type: Literal["string", "integer", "number", "boolean"] = "string"
    """What it is."""

    description: str = ""
    """What the model is to give, and how it is to be written."""

    enum: tuple[str, ...] = ()
    """What it can be, if that is a few texts."""

    required: bool = True
    """Whether it must be given."""


_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


class BadArgumentError(ValueError):
    """The model left something out, or gave something else; the text says what."""


def schema(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """The arguments as JSON Schema."""
    properties: dict[str, dict[str, Any]] = {}
    for name, parameter in parameters.items():
        properties[name] = {"type": parameter.type}
        if parameter.description:
            properties[name]["description"] = parameter.description
        if parameter.enum:
            properties[name]["enum"] = list(parameter.enum)
    required = [name for name, parameter in parameters.items() if parameter.required]
    return {"type": "object", "properties": properties, "required": required}


def checked(parameters: Mapping[str, Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that were given, if they are right.

    Raises:
        BadArgumentError: They are not.
    """
    found: dict[str, Any] = {}
    for name, parameter in parameters.items():
        value = given.get(name)
        if value is None:
            if parameter.required:
                raise BadArgumentError(f"{name} is missing")
            continue
        found[name] = _checked(name, parameter, value)
    return found


def _checked(name: str, parameter: Parameter, value: Any) -> Any:
    if parameter.type == "string" and isinstance(value, int | float):
        value = str(value)
    is_switch = isinstance(value, bool)
    if not isinstance(value, _TYPES[parameter.type]) or is_switch != (parameter.type == "boolean"):
        raise BadArgumentError(f"{name} is no {parameter.type}")
    if parameter.enum and value not in parameter.enum:
        raise BadArgumentError(f"{name} is not one of {', '.join(parameter.enum)}")
    return value
