"""When the outputs of the model's function calls are complete, so that it may speak on.

A response can hold several calls. They run at once; the model is asked to go on when the last
output is in and the response that called is over, and only once (OpenAI, Realtime conversations
guide: create all outputs, then one ``response.create``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class GoOn(IntEnum):
    """What the model is to do once a function has returned; of several, the last one counts."""

    SILENT = 0
    """Say nothing, and wait for the caller."""

    ANSWER = 1
    """Speak on."""

    GOODBYE = 2
    """Say goodbye: the call ends."""


@dataclass(slots=True)
class _Batch:
    open_calls: set[str] = field(default_factory=set)
    response_ended: bool = False
    go_on: GoOn = GoOn.SILENT


class ToolCalls:
    """Function calls that run, by the response that made them."""

    def __init__(self) -> None:
        self._batches: dict[str, _Batch] = {}
        self._response_of: dict[str, str] = {}

    def started(self, response_id: str, call_id: str) -> bool:
        """Note that a call runs.

        Returns:
            False when it was known already: it must not run twice.
        """
        if call_id in self._response_of:
            return False
        self._response_of[call_id] = response_id
        self._batches.setdefault(response_id, _Batch()).open_calls.add(call_id)
        return True

    def finished(self, call_id: str, go_on: GoOn = GoOn.ANSWER) -> GoOn:
        """Note that a call's output was sent, and what is to follow it.

        Returns:
            What the model is to do now; ``SILENT`` while others are waited for.
        """
        response_id = self._response_of.get(call_id)
        if response_id is None:
            return GoOn.SILENT
        batch = self._batches[response_id]
        batch.open_calls.discard(call_id)
        batch.go_on = max(batch.go_on, go_on)
        return self._complete(response_id)

    def response_ended(self, response_id: str) -> GoOn:
        """Note that a response is over.

        Returns:
            What the model is to do now; ``SILENT`` while calls are waited for.
        """
        batch = self._batches.get(response_id)
        if batch is None:
            return GoOn.SILENT
        batch.response_ended = True
        return self._complete(response_id)

    @property
    def running(self) -> int:
        """How many calls have no output yet."""
        return sum(len(batch.open_calls) for batch in self._batches.values())

    def session_lost(self) -> None:
        """Responses of a lost session never end: count them as ended."""
        for response_id in list(self._batches):
            self.response_ended(response_id)

    def _complete(self, response_id: str) -> GoOn:
        batch = self._batches[response_id]
        if batch.open_calls or not batch.response_ended:
            return GoOn.SILENT
        del self._batches[response_id]
        self._response_of = {
            call_id: owner for call_id, owner in self._response_of.items() if owner != response_id
        }
        return batch.go_on
