"""Field types that config classes share: numbers with their units, and choices by shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field


def _not_a_switch(value: Any) -> Any:
    """Refuse true and false where a number is wanted: Python would read them as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("a number")  # noqa: TRY004 - pydantic turns a ValueError into a problem
    return value


Integer = Annotated[int, BeforeValidator(_not_a_switch)]
"""A whole number."""

Milliseconds = Annotated[int, BeforeValidator(_not_a_switch), Field(ge=0)]
"""A whole number of milliseconds, 0 or more."""

Number = Annotated[float, BeforeValidator(_not_a_switch), Field(allow_inf_nan=False)]
"""A number, finite."""

Seconds = Annotated[float, BeforeValidator(_not_a_switch), Field(gt=0, allow_inf_nan=False)]
"""A number of seconds, more than 0."""

PLAIN = "a single value"
MAPPING = "a mapping"


def plain_or_mapping(value: Any) -> str:
    """Say which branch of a union was written, so that only that branch explains itself."""
    return MAPPING if isinstance(value, Mapping | BaseModel) else PLAIN
