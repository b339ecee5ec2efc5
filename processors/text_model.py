"""A model that reads and writes text, apart from the one that speaks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Protocol

TEXT_MODEL: Final = "text_model"
"""Where ``CallContext.resources`` has it."""


class TextModelError(Exception):
    """It wrote nothing: unreachable, refused, or the answer is none."""


@dataclass(frozen=True, slots=True)
class Written:
    """What it wrote.

    Attributes:
        text: The answer.
        usage: Its tokens, as ``response.done`` of the Realtime API has them.
    """

    text: str
    usage: dict[str, Any] = field(default_factory=dict)


class TextModel(Protocol):
    """Answers one question at a time, with no memory of the one before."""

    async def write(self, model: str, instructions: str, text: str) -> Written:
        """Have ``model`` do with ``text`` what the instructions say; they ask for JSON.

        Raises:
            TextModelError: Nothing came of it.
        """
        ...
