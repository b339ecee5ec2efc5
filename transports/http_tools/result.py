"""What of an answer the model is told: parts of its JSON, by JSONPath, and not too much of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from jsonpath import JSONPathError
from jsonpath import compile as compile_path
from pydantic import AfterValidator

from transports.http_tools.exchange import HttpAnswer


def _is_a_path(path: str) -> str:
    try:
        compile_path(path)
    except JSONPathError as error:
        raise ValueError(f"allowed: a JSONPath, as in $.slots[*].time ({error.args[0]})") from error
    return path


JsonPath = Annotated[str, AfterValidator(_is_a_path)]
"""A JSONPath (RFC 9535), as in ``$.slots[*].time``."""


def told(answer: HttpAnswer, wanted: JsonPath | Mapping[str, JsonPath] | None) -> Any:
    """What the model is told of an answer.

    Args:
        answer: A good one.
        wanted: One part of it, or several under names; None: all of it.

    Raises:
        ValueError: Parts are wanted, and it is no JSON.
    """
    if wanted is None and not answer.body:
        return {"status": "done"}
    try:
        data = json.loads(answer.body)
    except ValueError:
        if wanted is not None:
            raise
        return answer.body.decode("utf-8", "replace")
    if wanted is None:
        return data
    if isinstance(wanted, str):
        return _part(wanted, data)
    return {name: _part(path, data) for name, path in wanted.items()}


def shortened(result: Any, most: int) -> str:
    """A result as text, cut where it would be too long for the model to read."""
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    return text if len(text) <= most else f"{text[:most]} (cut: it goes on)"


def _part(path: str, data: Any) -> Any:
    found = compile_path(path).findall(data)
    if not found:
        return "nothing"
    return found[0] if len(found) == 1 else found
