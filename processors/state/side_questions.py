"""Questions to the model beside the conversation: nobody hears them, and nothing waits for them.

An out-of-band response (``conversation: none``) runs beside the one that speaks, any number of
them at a time, on the same socket. It is known by its metadata when it is created, and by its
response id from then on (OpenAI, Realtime conversations guide, "Create responses outside the
default conversation"). The caller's speech does not cancel it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

MOST_OPEN: Final = 8
"""Open questions at a time; an older one beyond this is taken as lost."""

MOST_LETTERS: Final = 64_000
"""What is longer than this is no answer."""


@dataclass(frozen=True, slots=True)
class SideQuestion:
    """Something that the model is asked beside the conversation.

    Attributes:
        key: Unique; travels in the response's metadata and is its event's id.
        purpose: What it is for, in a word.
        instructions: What the model is to do.
        text: What it is about; empty: the conversation.
        asked_by: What the asker calls it.
        asked_at: When.
        seen_item_id: The newest item of the conversation at that time.
    """

    key: str
    purpose: str
    instructions: str
    text: str = ""
    asked_by: str = ""
    asked_at: float = 0.0
    seen_item_id: str = ""


@dataclass(frozen=True, slots=True)
class SideAnswer:
    """What became of one.

    Attributes:
        question: The question.
        text: What the model wrote; empty if nothing.
        ok: Whether it wrote it to the end.
    """

    question: SideQuestion
    text: str = ""
    ok: bool = False


class SideQuestions:
    """Keeps the open questions of one call."""

    def __init__(self) -> None:
        self._open: dict[str, SideQuestion] = {}  # by key
        self._keys: dict[str, str] = {}  # by response id
        self._texts: dict[str, str] = {}  # by key
        self._asked = 0

    def ask(
        self,
        purpose: str,
        instructions: str,
        text: str = "",
        *,
        asked_by: str,
        now: float,
        seen_item_id: str,
    ) -> SideQuestion:
        """Open a question, to be sent at once."""
        self._asked += 1
        question = SideQuestion(
            f"s{self._asked}", purpose, instructions, text, asked_by, now, seen_item_id
        )
        self._open[question.key] = question
        self._texts[question.key] = ""
        while len(self._open) > MOST_OPEN:
            self._close(next(iter(self._open)))
        return question

    def created(self, response_id: str, key: str | None) -> bool:
        """A response began.

        Returns:
            Whether it is one of these, so that nothing of it may be heard.
        """
        if key is None or key not in self._open:
            return False
        self._keys[response_id] = key
        return True

    def wrote(self, response_id: str, delta: str) -> None:
        """An answer grew; what is not an answer to these is ignored."""
        key = self._keys.get(response_id)
        if key is not None and len(self._texts[key]) <= MOST_LETTERS:
            self._texts[key] += delta

    def ended(self, response_id: str, *, completed: bool) -> SideAnswer | None:
        """A response ended; the answer, if it is one of these."""
        key = self._keys.get(response_id)
        if key is None:
            return None
        text = self._texts[key]
        ok = completed and 0 < len(text) <= MOST_LETTERS
        return SideAnswer(self._close(key), text if ok else "", ok)

    def refused(self, key: str) -> SideAnswer | None:
        """The model refused a question, or it could not be sent."""
        return SideAnswer(self._close(key)) if key in self._open else None

    def session_lost(self) -> list[SideAnswer]:
        """The session is gone, and all answers with it."""
        return [SideAnswer(self._close(key)) for key in list(self._open)]

    def _close(self, key: str) -> SideQuestion:
        question = self._open.pop(key)
        del self._texts[key]
        self._keys = {response: other for response, other in self._keys.items() if other != key}
        return replace(question, instructions="", text="")  # long, and of no more use
