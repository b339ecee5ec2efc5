"""Fits the ``with:`` of a call file to the constructor that it is for, before any call.

Values are read as the constructor's annotations say: text becomes a number, a list a tuple, a
mapping the pydantic model or dataclass that is wanted. ``{use: "package.module:name"}`` stands for
what it names, for constructors that want a function or a class.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import is_dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_type_hints

from pydantic import ConfigDict, PydanticSchemaGenerationError, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from processors.context import CallContext
from processors.import_path import import_object

CONTEXT = "context"
"""A parameter of this name and of type ``CallContext`` gets the call's context."""


_UNKNOWN = (NameError, TypeError, AttributeError)
"""What comes of an annotation whose names are imported for type checking only."""


class MisfitError(Exception):
    """The values don't fit; ``parts`` says why, by parameter ("" for the whole)."""

    def __init__(self, parts: dict[str, str]) -> None:
        super().__init__("; ".join(parts.values()))
        self.parts = parts


def wants_context(cls: type) -> bool:
    """Whether a constructor asks for the call's context."""
    return _Constructor(cls).hints.get(CONTEXT) is CallContext


def unnamed(cls: type, values: Mapping[str, Any]) -> list[str]:
    """The keys that only a ``**kwargs`` takes: they may be right, or slips that nobody notices."""
    return [name for name in values if name not in _Constructor(cls).named]


def fit(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments that ``values`` mean to the constructor of ``cls``.

    Raises:
        MisfitError: With everything that does not fit.
    """
    constructor = _Constructor(cls)
    parts = {}
    arguments = {}
    for name, value in values.items():
        try:
            constructor.check_name(name)
            arguments[name] = _read(_resolved(value), constructor.hints.get(name, Any))
        except ValueError as error:
            parts[name] = str(error)
    missing = [name for name in constructor.needed if name not in values]
    if missing:
        parts[""] = f"{cls.__name__} needs {', '.join(missing)}"
    if parts:
        raise MisfitError(parts)
    return arguments


class _Constructor:
    """What a class can be called with, its bases' parameters included where ``**kwargs`` passes on.

    Attributes:
        named: The parameters that have a name.
        needed: Those without a default.
        hints: Their types, as far as they are known.
        is_open: Whether any other name is taken as well.
    """

    def __init__(self, cls: type) -> None:
        self._name = cls.__name__
        self.named: list[str] = []
        self.needed: list[str] = []
        self.hints: dict[str, Any] = {}
        self.is_open = True
        for base in cls.__mro__:
            if self.is_open and base is not object and "__init__" in vars(base):
                self._add(vars(base)["__init__"])
        if self.hints.get(CONTEXT) is CallContext:
            self.named.remove(CONTEXT)
            self.needed = [name for name in self.needed if name != CONTEXT]

    def _add(self, init: Any) -> None:
        first = not self.named and not self.hints
        _, *parameters = inspect.signature(init).parameters.values()
        hints = _hints(init)
        for parameter in parameters:
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                continue
            if parameter.name in self.named:
                continue
            self.named.append(parameter.name)
            self.hints[parameter.name] = hints.get(parameter.name, Any)
            # What a base needs, its subclass may give it.
            if first and parameter.default is parameter.empty:
                self.needed.append(parameter.name)
        self.is_open = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)

    def check_name(self, name: str) -> None:
        """Refuse a name that the constructor would not take."""
        if name not in self.named and (not self.is_open or name == CONTEXT):
            near = get_close_matches(name, self.named, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            allowed = ", ".join(self.named) or "nothing"
            raise ValueError(f"{self._name} has no such parameter; allowed: {allowed}{hint}")


def _hints(init: Any) -> dict[str, Any]:
    try:
        return get_type_hints(init)
    except _UNKNOWN:
        return dict(_hints_one_by_one(init))


def _hints_one_by_one(init: Any) -> Iterator[tuple[str, Any]]:
    """Those that can be known: a name imported for type checking only must not cost the others."""
    for name, annotation in init.__annotations__.items():
        alone = type("Alone", (), {"__annotations__": {name: annotation}})
        with suppress(*_UNKNOWN):
            yield from get_type_hints(alone, globalns=init.__globals__).items()


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
        if adapter is not None and adapter.pydantic_complete:
            return adapter.validate_python(value)
        made = _dataclass_in(hint)
        return value if made is None or not isinstance(value, Mapping) else _made(made, value)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{step!r}]" for step in first["loc"])
        right = first["msg"].removeprefix("Input should be ")
        raise ValueError(f"allowed: {right}{f' at {place}' if place else ''}") from error
    except TypeError:  # a protocol that can't be checked by isinstance
        return value


def _made(cls: type, value: Mapping[str, Any]) -> Any:
    """A dataclass that pydantic can't read, as some of its annotations are unknown."""
    try:
        return cls(**fit(cls, value))
    except MisfitError as error:
        raise ValueError(str(error)) from error


def _dataclass_in(hint: Any) -> type | None:
    """The dataclass that an annotation allows, alone or in a union."""
    for kind in (hint, *get_args(hint)):
        if isinstance(kind, type) and is_dataclass(kind):
            return kind
    return None


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
