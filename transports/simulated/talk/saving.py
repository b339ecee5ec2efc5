"""What becomes of answers that a tool saves."""

from __future__ import annotations

import json
from typing import Any, Final

SAVE: Final = "save_details"
"""The tool that keeps a caller's answers."""

_ASK_AGAIN: Final = "ask again"


def refused_in(output: str) -> list[str]:
    """The fields of which the tool says that they must be asked again."""
    try:
        told: Any = json.loads(output)
    except ValueError:
        return []
    if not isinstance(told, dict):
        return []
    return [
        str(field)
        for what, fields in told.items()
        if _ASK_AGAIN in what and isinstance(fields, dict)
        for field in fields
    ]
