"""Out-of-band responses on the wire: questions out, text back, nothing of it near the phone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from processors.context import CallContext
from processors.side_frames import SideAnswerFrame, SideQuestionFrame
from processors.state.responses import ResponseLedger
from processors.state.side_questions import SideAnswer, SideQuestions
from transports.openai_realtime import client_events
from transports.openai_realtime.events import (
    Error,
    ResponseCreated,
    ResponseDone,
    ServerEvent,
    TextDelta,
)

Broadcast = Callable[..., Awaitable[None]]
"""Hands a fact on both ways: a frame class, and its fields."""


class Asides:
    """What the model is asked beside the conversation, and what it answers."""

    def __init__(
        self,
        context: CallContext,
        responses: ResponseLedger,
        send: Callable[[dict[str, Any]], Awaitable[bool]],
        broadcast: Broadcast,
    ) -> None:
        self._context = context
        self._responses = responses
        self._send = send
        self._broadcast = broadcast
        self._questions = SideQuestions()

    async def ask(self, frame: SideQuestionFrame, seen_item_id: str) -> None:
        """Send a question at once: it need not wait for the floor."""
        question = self._questions.ask(
            frame.purpose,
            frame.instructions,
            frame.text,
            asked_by=frame.key,
            now=self._context.clock(),
            seen_item_id=seen_item_id,
        )
        if not await self._send(client_events.side_response(question)):
            await self._answer(self._questions.refused(question.key))

    async def take(self, event: ServerEvent) -> bool:
        """Take one event of the model.

        Returns:
            Whether it is about an aside and nothing else.
        """
        if isinstance(event, ResponseCreated):
            return self._created(event)
        if isinstance(event, TextDelta):
            self._questions.wrote(event.response_id, event.delta)
            return True
        if isinstance(event, ResponseDone):
            return await self._done(event)
        if isinstance(event, Error) and event.error.event_id is not None:
            await self._answer(self._questions.refused(event.error.event_id))
        return False

    async def session_down(self) -> None:
        """The session is gone: no answer will come."""
        for answer in self._questions.session_lost():
            await self._answer(answer)

    def _created(self, event: ResponseCreated) -> bool:
        response = event.response
        key = (response.metadata or {}).get(client_events.KEY)
        if not self._questions.created(response.id, key):
            return False
        self._responses.created(response.id, None, on_conversation=False)
        return True

    async def _done(self, event: ResponseDone) -> bool:
        response = event.response
        answer = self._questions.ended(response.id, completed=response.status == "completed")
        await self._answer(answer, status=response.status, usage=response.usage)
        return answer is not None

    async def _answer(
        self,
        answer: SideAnswer | None,
        *,
        status: str = "lost",
        usage: dict[str, Any] | None = None,
    ) -> None:
        if answer is None:
            return
        question = answer.question
        took = self._context.clock() - question.asked_at
        self._context.record(
            "side_answer",
            purpose=question.purpose,
            ok=answer.ok,
            status=status,
            ms=round(took * 1000),
            usage=usage,
        )
        await self._broadcast(
            SideAnswerFrame,
            key=question.asked_by,
            purpose=question.purpose,
            text=answer.text,
            ok=answer.ok,
            seen_item_id=question.seen_item_id,
        )
