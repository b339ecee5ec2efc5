"""The conversation with the model: its events in, frames and client events out.

Every rule that needs a memory lives in ``processors.state``; this is the translation. Here is what
concerns sessions and responses; a part each has the assistant's voice, the caller's turns, cuts,
failures, function calls, questions beside the conversation, and its upkeep.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from loguru import logger

from processors.context import CallContext
from processors.frames import ResponseEndedFrame, ResponseStartedFrame
from processors.memory_frames import ConversationNotesFrame
from processors.side_frames import SideQuestionFrame
from processors.state.playback import Purpose
from processors.state.responses import ResponseLedger
from processors.state.tool_calls import GoOn
from processors.state.turn import Note
from transports.openai_realtime import client_events
from transports.openai_realtime.asides import Asides
from transports.openai_realtime.caller_turns import CallerTurns
from transports.openai_realtime.corrections import Corrections
from transports.openai_realtime.events import (
    Committed,
    Error,
    ResponseCreated,
    ResponseDone,
    ResponseObject,
    ServerEvent,
    SessionUpdated,
)
from transports.openai_realtime.failures import Failures, code_of
from transports.openai_realtime.function_calls import FunctionCalls
from transports.openai_realtime.owner import DialogueOwner, Handlers, Send
from transports.openai_realtime.session import FATAL_CODES, RealtimeSession
from transports.openai_realtime.transcript_feed import TranscriptFeed
from transports.openai_realtime.upkeep import Upkeep
from transports.openai_realtime.voice import AssistantVoice

ACTIVE_RESPONSE = "conversation_already_has_active_response"
BENIGN_CODES = frozenset({"response_cancel_not_active", "input_audio_buffer_commit_empty"})


class Dialogue:
    """What the model and the call tell each other, from session to session."""

    def __init__(
        self, owner: DialogueOwner, context: CallContext, send: Send, *, answers_turns: bool
    ) -> None:
        self._owner = owner
        self._context = context
        self._send = send
        self._session: RealtimeSession | None = None
        self._notes = 0
        self._warned: set[str] = set()
        self.transcript = context.transcript
        self.responses = ResponseLedger()
        self.upkeep = Upkeep(context, send)
        self._feed = TranscriptFeed(context.transcript, self.responses, context.clock)
        self._asides = Asides(context, self.responses, send, owner.broadcast_frame)
        self._corrections = Corrections(owner, context, self.responses, send)
        self._voice = AssistantVoice(owner, context, self.responses)
        self._caller = CallerTurns(owner, context, self.responses, answers_turns=answers_turns)
        self._functions = FunctionCalls(
            owner, context.transcript, self.responses, send, self._go_on
        )
        self._failures = Failures(owner, context, self.responses, self._note)
        self._handlers = _merged(
            self._corrections.handlers,
            self._voice.handlers,
            self._caller.handlers,
            self._functions.handlers,
            {
                Committed: self._committed,
                ResponseCreated: self._response_created,
                ResponseDone: self._response_done,
                SessionUpdated: self._session_updated,
                Error: self._error,
            },
        )

    # The session's life.

    async def session_up(self, session: RealtimeSession) -> None:
        """Tell a fresh session what was said so far; ask for what was still owed."""
        self._session = session
        self._feed.session_up(session)
        self._voice.session_up(session)
        self._caller.session_up(session)
        self._corrections.session_up()
        await self.upkeep.session_up()
        for line in self.transcript.lines():
            if self.upkeep.covers(line.item_id):
                continue
            self._corrections.told_as_text(line.item_id)
            for event in client_events.replay(line):
                await self._send(event)

    async def session_down(self) -> None:
        """The session is gone, and with it what it had not yet said; the phone plays on."""
        active = self.responses.active
        self._session = None
        self._functions.session_down()
        self._feed.session_down()
        self._caller.session_down()
        self.upkeep.session_down()
        await self._asides.session_down()
        await self._voice.session_down()
        waiting = self.responses.session_lost()
        if active is not None:
            await self._owner.push_frame(
                ResponseEndedFrame(
                    response_id=active.response_id, purpose=active.purpose, status="failed"
                )
            )
        if waiting or self.transcript.caller_spoke_last:
            self.responses.request()

    async def handle(self, event: ServerEvent) -> None:
        """Take one event of the model."""
        self._feed.take(event)
        if await self._asides.take(event):
            return
        self.upkeep.take(event)
        for handler in self._handlers.get(type(event), ()):
            await handler(event)
        await self._tidy_up()

    # What the call wants of the model.

    async def request(
        self,
        purpose: Purpose = "answer",
        *,
        instructions: str | None = None,
        exact_words: str | None = None,
    ) -> None:
        """Ask for a response, now or when the floor is free."""
        self.responses.request(purpose, instructions=instructions, exact_words=exact_words)
        await self.pump()

    async def pump(self) -> None:
        """Send what is held, if it may be sent."""
        if self._session is None:
            return
        wanted = self.responses.take_request(self._context.clock())
        if wanted is not None:
            await self._send(client_events.response_create(wanted))

    async def ask_aside(self, frame: SideQuestionFrame) -> None:
        """Ask something that the caller never hears; the conversation goes on meanwhile."""
        await self._asides.ask(frame, self.upkeep.newest_item_id)

    async def notes_made(self, frame: ConversationNotesFrame) -> None:
        """Have notes take the place of older turns, now or when nobody speaks."""
        self.upkeep.notes_made(frame)
        await self._tidy_up()

    async def say_to_model(self, text: str, role: str, *, respond: bool) -> None:
        """Put a line of text into the conversation, and ask for an answer to it."""
        await self._note(text, role)
        if respond:
            await self.request()

    async def interrupted(self, *, by_speech: bool) -> None:
        """The assistant was cut: stop the response, forget what was not heard.

        Args:
            by_speech: By speech that the model heard, too; it may have cancelled by itself.
        """
        active = self.responses.interrupted()
        if active is not None and not (by_speech and self._caller.interrupt_by_themselves):
            await self._send(client_events.response_cancel(active.response_id))
        self._context.playback.cut(self._context.clock())
        await self.tell_cuts()

    async def tell_cuts(self) -> None:
        """Tell the model what was not heard, once that is known."""
        await self._corrections.tell_cuts()

    async def function_returned(self, call_id: str, output: str, go_on: GoOn) -> None:
        """Give the model a function's output; the last one of a response makes it go on."""
        await self._functions.returned(call_id, output, go_on)

    # Inside.

    async def _note(self, text: str, role: str = "system") -> None:
        self._notes += 1
        note = Note(f"note_{self._notes}", "system" if role == "system" else "user", text)
        self.transcript.note_added(note)
        await self._send(client_events.message(note.role, text, note.item_id))

    async def _tidy_up(self) -> None:
        await self.upkeep.pump(quiet=self._session is not None and self.responses.quiet)

    async def _go_on(self, go_on: GoOn) -> None:
        if go_on is GoOn.GOODBYE:
            await self.request("goodbye", exact_words=self._context.speech.goodbye or None)
        elif go_on is GoOn.ANSWER:
            await self.request()

    async def _committed(self, event: Committed) -> None:
        await self.pump()

    async def _response_created(self, event: ResponseCreated) -> None:
        response = event.response
        active = self.responses.created(
            response.id,
            (response.metadata or {}).get(client_events.KEY),
            on_conversation=response.conversation_id is not None,
        )
        if active is None:
            return
        if not self.responses.audible(response.id):
            await self._send(client_events.response_cancel(response.id))
        self._context.record("response_started", response_id=response.id, purpose=active.purpose)
        await self._owner.push_frame(
            ResponseStartedFrame(response_id=response.id, purpose=active.purpose)
        )

    async def _response_done(self, event: ResponseDone) -> None:
        response = event.response
        for item_id in self.responses.ended(response.id):
            await self._corrections.never_spoken(item_id)
        if not self.responses.on_conversation(response.id):
            return
        if self.responses.audible(response.id):
            for item in response.output:
                if item.type == "message":
                    await self._voice.item_over(item.id)
        self.responses.over(response.id)
        await self._tell_of_end(response)
        await self._failures.response_over(response)
        await self._functions.response_ended(response.id)
        await self.pump()

    async def _tell_of_end(self, response: ResponseObject) -> None:
        purpose = self.responses.purpose_of(response.id)
        self._context.record(
            "response_ended",
            response_id=response.id,
            purpose=purpose,
            status=response.status,
            usage=response.usage,
        )
        await self._owner.push_frame(
            ResponseEndedFrame(
                response_id=response.id,
                purpose=purpose,
                status=response.status,
                tokens=tokens_of(response),
            )
        )

    async def _session_updated(self, event: SessionUpdated) -> None:
        if self._session is not None:
            self._session.confirmed = event.session
            self._voice.session_up(self._session)

    async def _error(self, event: Error) -> None:
        error = event.error
        code = code_of(error)
        if error.event_id is not None and error.event_id.startswith("r"):
            await self._failures.request_refused(error.event_id, code)
            self.responses.refused(error.event_id, again=code == ACTIVE_RESPONSE)
        if code in FATAL_CODES:
            await self._owner.fail(code)
        elif code not in BENIGN_CODES and code != ACTIVE_RESPONSE and code not in self._warned:
            self._warned.add(code)
            logger.warning("The model reported {}: {}", code, error.message or "")
        self._context.record("model_error", code=code, param=error.param)
        await self.pump()


def _merged(*parts: Handlers) -> dict[type, tuple[Callable[[Any], Awaitable[None]], ...]]:
    """Each event's handlers, in the order of the parts."""
    merged: dict[type, tuple[Callable[[Any], Awaitable[None]], ...]] = {}
    for part in parts:
        for event_type, handler in part.items():
            merged[event_type] = (*merged.get(event_type, ()), handler)
    return merged


def tokens_of(response: ResponseObject) -> int:
    """How long the conversation is with this response, in tokens; 0: not told."""
    total = (response.usage or {}).get("total_tokens")
    return total if isinstance(total, int) else 0
