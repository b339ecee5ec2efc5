"""Where a request of the call file takes what the model said: ``{name}`` in its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from transports.http_tools.arguments import BadArgumentError

Values: TypeAlias = Mapping[str, Any]
"""What stands for each name; a name that is missing was not given."""

_PLACE: Final = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z_]+)?)\}")
MISSING: Final = object()
"""Stands for what was not given."""


def names_in(template: Any) -> Iterator[str]:
    """The names that a template, a text or a tree of them, has places for."""
    if isinstance(template, str):
        yield from _PLACE.findall(template)
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from names_in(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from names_in(value)


def filled(template: Any, values: Values) -> Any:
    """A template with its values.

    A text that is nothing but one place becomes the value itself, a number or a list maybe; what
    was not given leaves its key out. In a longer text it leaves nothing.
    """
    if isinstance(template, str):
        alone = _PLACE.fullmatch(template)
        if alone is not None:
            return values.get(alone[1], MISSING)
        return _PLACE.sub(lambda place: _said(values.get(place[1], "")), template)
    if isinstance(template, Mapping):
        parts = {key: filled(value, values) for key, value in template.items()}
        return {key: value for key, value in parts.items() if value is not MISSING}
    if isinstance(template, list | tuple):
        return [part for one in template if (part := filled(one, values)) is not MISSING]
    return template


def filled_url(template: str, values: Values) -> str:
    """An address with its values, each encoded as one piece of it.

    Raises:
        BadArgumentError: A value would lead to another place, as ``..`` does.
    """

    def piece(place: re.Match[str]) -> str:
        """One value, encoded.

        Raises:
            BadArgumentError: It would lead to another place.
        """
        said = _said(values.get(place[1], ""))
        if said in ("", ".", ".."):
            raise BadArgumentError(f"{place[1]} can't be part of an address")
        return quote(said, safe="")

    return _PLACE.sub(piece, template)


def filled_pairs(template: Mapping[str, str], values: Values) -> list[tuple[str, str]]:
    """Names and texts, as a query or a form has them; what was not given is left out."""
    return [(name, _said(value)) for name, value in filled(template, values).items()]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
