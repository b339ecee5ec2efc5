"""When the outputs of the model's function calls are complete, so that it may speak on.

A response can hold several calls. They run at once; the model is asked to go on when the last
output is in and the response that called is over, and only once (OpenAI, Realtime conversations
guide: create all outputs, then one ``response.create``).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class _Batch:
    open_calls: set[str] = field(default_factory=set)
    response_ended: bool = False


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

    def finished(self, call_id: str) -> bool:
        """Note that a call's output was sent.

        Returns:
            Whether the model is to be asked to go on.
        """
        response_id = self._response_of.get(call_id)
        if response_id is None:
            return False
        self._batches[response_id].open_calls.discard(call_id)
        return self._complete(response_id)

    def response_ended(self, response_id: str) -> bool:
        """Note that a response is over.

        Returns:
            Whether the model is to be asked to go on.
        """
        batch = self._batches.get(response_id)
        if batch is None:
            return False
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

    def _complete(self, response_id: str) -> bool:
        batch = self._batches[response_id]
        if batch.open_calls or not batch.response_ended:
            return False
        del self._batches[response_id]
        self._response_of = {
            call_id: owner for call_id, owner in self._response_of.items() if owner != response_id
        }
        return True
