"""Responses that came to nothing: asked for again, gone around, or the end of the model.

Nobody is left in silence: an answer that fails is tried again a few times, and if it still fails
the model is given up, so that the caller is told (``ModelLostFrame``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from loguru import logger

from processors.context import CallContext
from processors.state.responses import ResponseLedger
from transports.openai_realtime.events import ErrorDetail, ResponseObject
from transports.openai_realtime.owner import DialogueOwner
from transports.openai_realtime.session import FATAL_CODES

CONTENT_FILTER: Final = "content_filter"
"""Why a response is ``incomplete`` that the server's safety filter cut off (``openai`` package,
``realtime/realtime_response_status.py``); servers of others give it as a failure's code."""

WITHHELD: Final = (
    "A content filter withheld your last answer: the caller did not hear it, or not all of it. "
    "Tell them in one short sentence that you can't help with that, and ask what else you can do."
)

_RETRYABLE_CODES: Final = frozenset(
    {"rate_limit_exceeded", "inference_rate_limit_exceeded", "server_error"}
)


class Failures:
    """Follows what became of each response on the conversation."""

    def __init__(
        self,
        owner: DialogueOwner,
        context: CallContext,
        responses: ResponseLedger,
        tell: Callable[[str], Awaitable[None]],
    ) -> None:
        """Begin with none.

        Args:
            owner: Who gives the model up.
            context: The call.
            responses: Asks again.
            tell: Puts a line of ours into the model's conversation.
        """
        self._owner = owner
        self._context = context
        self._responses = responses
        self._tell = tell

    async def response_over(self, response: ResponseObject) -> None:
        """A response on the conversation has ended, well or not."""
        match response.status:
            case "completed":
                self._responses.completed()
            case "cancelled" if self._responses.spoke(response.id):
                self._responses.completed()  # cut short by the caller, but the model speaks
            case "failed":
                details = response.status_details
                await self._failed(response, code_of(details.error if details else None))
            case "incomplete":
                await self._incomplete(response)

    async def request_refused(self, key: str, code: str) -> None:
        """The model would not even begin a response of ours; another try may do better."""
        if code in _RETRYABLE_CODES and not self._responses.failed(self._context.clock(), key):
            await self._give_up(code)

    async def _incomplete(self, response: ResponseObject) -> None:
        reason = response.status_details.reason if response.status_details is not None else None
        if reason == CONTENT_FILTER:
            await self._failed(response, CONTENT_FILTER)
        elif self._responses.spoke(response.id) or _called(response):
            self._responses.completed()  # as far as the call file lets it go
        else:
            await self._failed(response, reason or "incomplete")  # all its tokens went into thought

    async def _failed(self, response: ResponseObject, code: str) -> None:
        logger.warning("A response failed: {}", code)
        self._context.record("response_failed", response_id=response.id, code=code)
        if code in FATAL_CODES:
            await self._owner.fail(code)
            return
        if code == CONTENT_FILTER and self._responses.purpose_of(response.id) == "answer":
            await self._tell(WITHHELD)
        if not self._responses.failed(self._context.clock()):
            await self._give_up(code)

    async def _give_up(self, code: str) -> None:
        logger.error("Response after response failed, the last one with {}", code)
        await self._owner.fail(code)


def code_of(error: ErrorDetail | None) -> str:
    """An error's code, or its type if it has none."""
    return (error.code or error.type or "unknown") if error is not None else "unknown"


def _called(response: ResponseObject) -> bool:
    """Whether it called a function, so that something follows it."""
    return any(
        item.type == "function_call" and item.status == "completed" for item in response.output
    )
