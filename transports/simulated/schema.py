"""A few lines of schema: what the API checks in a client's JSON, and how it names the place.

A check is a function of a value and its path; it returns nothing or raises ``ClientError`` with
the path in ``param``. Unknown keys are refused, as the API refuses them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from transports.simulated.client_error import (
    invalid_type,
    invalid_value,
    missing_parameter,
    unknown_parameter,
)

Check = Callable[[Any, str], None]


def text(*, maximum: int | None = None) -> Check:
    """A string of at most ``maximum`` characters."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise invalid_type(path, "a string")
        if maximum is not None and len(value) > maximum:
            raise invalid_value(path, f"string too long, the maximum is {maximum} characters.")

    return check


def boolean() -> Check:
    """True or false."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, bool):
            raise invalid_type(path, "a boolean")

    return check


def integer(low: int, high: int | None = None) -> Check:
    """A whole number within bounds; 3.0 is none, as in the API."""

    def check(value: Any, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid_type(path, "an integer")
        _within(value, low, high, path)

    return check


def number(low: float, high: float) -> Check:
    """A number within bounds."""

    def check(value: Any, path: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid_type(path, "a number")
        _within(value, low, high, path)

    return check


def literal(*allowed: str) -> Check:
    """One of a few strings."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise invalid_type(path, "a string")
        if value not in allowed:
            names = ", ".join(f"'{name}'" for name in allowed)
            raise invalid_value(path, f"'{value}'. Supported values are: {names}.")

    return check


def nullable(inner: Check) -> Check:
    """Null, or what ``inner`` takes."""

    def check(value: Any, path: str) -> None:
        if value is not None:
            inner(value, path)

    return check


def either(when: Callable[[Any], bool], then: Check, otherwise: Check) -> Check:
    """One of two shapes, told apart by looking at the value."""

    def check(value: Any, path: str) -> None:
        (then if when(value) else otherwise)(value, path)

    return check


def array(inner: Check, *, length: int | None = None) -> Check:
    """A list whose every element ``inner`` takes; of exactly ``length``, if given."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise invalid_type(path, "an array")
        if length is not None and len(value) != length:
            raise invalid_value(path, f"expected {length} element(s), got {len(value)}.")
        for index, element in enumerate(value):
            inner(element, f"{path}[{index}]")

    return check


def record(fields: Mapping[str, Check], *, required: tuple[str, ...] = ()) -> Check:
    """An object with these keys and no others."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid_type(path, "an object")
        for key in value:
            if key not in fields:
                raise unknown_parameter(f"{path}.{key}" if path else key)
        for key in required:
            if key not in value:
                raise missing_parameter(f"{path}.{key}" if path else key)
        for key, element in value.items():
            fields[key](element, f"{path}.{key}" if path else key)

    return check


def tagged(tag: str, variants: Mapping[str, Check]) -> Check:
    """An object whose ``tag`` says which record it is."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid_type(path, "an object")
        if tag not in value:
            raise missing_parameter(f"{path}.{tag}")
        literal(*variants)(value[tag], f"{path}.{tag}")
        variants[value[tag]](value, path)

    return check


def mapping(inner: Check, *, pairs: int, key_chars: int) -> Check:
    """An object with free keys, bounded in number and length (``metadata``)."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise invalid_type(path, "an object")
        if len(value) > pairs:
            raise invalid_value(path, f"at most {pairs} pairs.")
        for key, element in value.items():
            text(maximum=key_chars)(key, path)
            inner(element, f"{path}.{key}")

    return check


def anything(value: Any, path: str) -> None:
    """Whatever it is."""


def _within(value: float, low: float, high: float | None, path: str) -> None:
    if value < low:
        raise invalid_value(path, f"expected a value >= {low}, but got {value}.")
    if high is not None and value > high:
        raise invalid_value(path, f"expected a value <= {high}, but got {value}.")
