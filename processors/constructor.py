"""Fits the ``with:`` of a call file to the constructor that it is for, before any call.

Values are read as the constructor's annotations say: text becomes a number, a list a tuple, a
mapping the pydantic model or dataclass that is wanted. ``{use: "package.module:name"}`` stands for
what it names, for constructors that want a function or a class.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_type_hints

from pydantic import ConfigDict, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from processors.context import CallContext
from processors.import_path import import_object

CONTEXT = "context"
"""A parameter of this name and of type ``CallContext`` gets the call's context."""


class MisfitError(Exception):
    """The values don't fit; ``parts`` says why, by parameter ("" for the whole)."""

    def __init__(self, parts: dict[str, str]) -> None:
        super().__init__("; ".join(parts.values()))
        self.parts = parts


def wants_context(cls: type) -> bool:
    """Whether a constructor asks for the call's context."""
    hints = _hints(cls)
    return CONTEXT in inspect.signature(cls).parameters and hints.get(CONTEXT) is CallContext


def fit(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments that ``values`` mean to the constructor of ``cls``.

    Raises:
        MisfitError: With everything that does not fit.
    """
    parameters = {
        name: parameter
        for name, parameter in inspect.signature(cls).parameters.items()
        if not (name == CONTEXT and wants_context(cls))
    }
    parts = _misnamed(cls, parameters, values)
    hints = _hints(cls)
    arguments = {}
    for name, value in values.items():
        if name in parts:
            continue
        try:
            arguments[name] = _read(_resolved(value), hints.get(name, Any))
        except ValueError as error:
            parts[name] = str(error)
    if parts:
        raise MisfitError(parts)
    return arguments


def _misnamed(
    cls: type, parameters: dict[str, inspect.Parameter], values: Mapping[str, Any]
) -> dict[str, str]:
    named = {
        name: parameter
        for name, parameter in parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    parts = {}
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        for name in values:
            if name not in named:
                near = get_close_matches(name, named, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                allowed = ", ".join(named) or "nothing"
                parts[name] = f"{cls.__name__} has no such parameter; allowed: {allowed}{hint}"
    missing = [
        name
        for name, parameter in named.items()
        if parameter.default is parameter.empty and name not in values
    ]
    if missing:
        parts[""] = f"{cls.__name__} needs {', '.join(missing)}"
    return parts


def _hints(cls: type) -> dict[str, Any]:
    try:
        return get_type_hints(cls.__init__)  # type: ignore[misc]  # a class's own, not an instance's
    except (NameError, TypeError, AttributeError):  # imported for type checking only
        return {}


def _resolved(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {"use"} and isinstance(value["use"], str):
            return import_object(value["use"])
        return {key: _resolved(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item) for item in value]
    return value


def _read(value: Any, hint: Any) -> Any:
    try:
        adapter = _adapter(hint)
        return value if adapter is None else adapter.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{step!r}]" for step in first["loc"])
        right = first["msg"].removeprefix("Input should be ")
        raise ValueError(f"allowed: {right}{f' at {place}' if place else ''}") from error
    except TypeError:  # a protocol that can't be checked by isinstance
        return value


def _adapter(hint: Any) -> TypeAdapter[Any] | None:
    """What reads values for an annotation; None if pydantic can't make sense of it."""
    for config in (None, ConfigDict(arbitrary_types_allowed=True)):
        try:
            return TypeAdapter(hint, config=config)
        except PydanticSchemaGenerationError:
            continue
        except PydanticUserError:
            return None
    return None
