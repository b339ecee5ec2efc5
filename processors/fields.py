"""Field types that config classes share: numbers with their units, text of a certain shape.

A validator's ``ValueError`` that begins with ``allowed: `` is completed, where it is reported, by
what was found.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


def _not_a_switch(value: Any) -> Any:
    """Refuse true and false where a number is wanted: Python would read them as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("allowed: a number")  # noqa: TRY004 - pydantic reports only ValueError
    return value


NUMERIC = BeforeValidator(_not_a_switch)
"""Annotates a number, after its bounds: ``Annotated[int, Field(ge=1), NUMERIC]``."""

Milliseconds = Annotated[int, Field(ge=0), NUMERIC]
"""A whole number of milliseconds, 0 or more."""

Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False), NUMERIC]
"""A number of seconds, more than 0."""

PLAIN = "a single value"
MAPPING = "a mapping"


def plain_or_mapping(value: Any) -> str:
    """Say which branch of a union was written, so that only that branch explains itself."""
    return MAPPING if isinstance(value, Mapping | BaseModel) else PLAIN


@dataclass(frozen=True, slots=True)
class Shape:
    """Annotates text that must match a pattern, and says in words what that is.

    Attributes:
        pattern: A regular expression for the whole text.
        words: What is allowed.
    """

    pattern: str
    words: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the text after it was found to be text."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Tell editors the same."""
        return handler(schema) | {"pattern": f"^{self.pattern}$"}

    def _check(self, text: str) -> str:
        if re.fullmatch(self.pattern, text) is None:
            raise ValueError(f"allowed: {self.words}")
        return text


PhoneNumber = Annotated[
    str, Shape(r"\+[1-9][0-9]{6,14}", "a number as E.164 writes it, as in +15550100001")
]
"""A telephone number."""


def _postable(url: str) -> str:
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError("allowed: an address that begins with https:// (http:// on this machine)")
    return url


WebhookAddress = Annotated[str, AfterValidator(_postable)]
"""Where something is posted to."""
