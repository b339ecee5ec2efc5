"""A response of the model's, as the runtime asks for it and as it runs."""

from __future__ import annotations

from dataclasses import dataclass

from processors.state.playback import Purpose
from processors.state.playback_items import PASSING


@dataclass(frozen=True, slots=True)
class ResponseRequest:
    """A response that the runtime wants.

    Attributes:
        key: Unique; travels in the response's metadata and comes back on it.
        purpose: What it is for.
        instructions: Replaces the session's instructions, if given.
        exact_words: To be spoken literally, with no other context, if given.
    """

    key: str
    purpose: Purpose = "answer"
    instructions: str | None = None
    exact_words: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether any answer of the model serves it as well."""
        return self.purpose == "answer" and not self.instructions and not self.exact_words

    @property
    def is_passing(self) -> bool:
        """Whether it only fills a silence."""
        return self.purpose in PASSING


@dataclass(frozen=True, slots=True)
class Response:
    """A response on the conversation.

    Attributes:
        response_id: The model's id.
        purpose: What it is for; ``answer`` for one that the model began by itself.
        requested: Whether the runtime asked for it.
    """

    response_id: str
    purpose: Purpose
    requested: bool
