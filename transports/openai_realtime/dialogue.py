"""The conversation with the model: its events in, frames and client events out.

Every rule that needs a memory lives in ``processors.state``; this is the translation.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from loguru import logger
from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection

from processors.context import CallContext
from processors.frames import (
    AssistantAudioEndFrame,
    AssistantTextFrame,
    CallerSpeechStartedFrame,
    CallerSpeechStoppedFrame,
    CallerTurnCommittedFrame,
    ModelPcmFrame,
    PcmuOutputFrame,
    ResponseEndedFrame,
    ResponseStartedFrame,
)
from processors.memory_frames import ConversationNotesFrame
from processors.side_frames import SideQuestionFrame
from processors.state.playback import Purpose
from processors.state.recent import RecentKeys
from processors.state.responses import ResponseLedger
from processors.state.tool_calls import ToolCalls
from processors.state.turn import Note, ToolUse
from processors.turn_frames import (
    AssistantCutFrame,
    CallerNotTranscribedFrame,
    CallerTranscriptionFrame,
)
from transports.openai_realtime import client_events
from transports.openai_realtime.asides import Asides
from transports.openai_realtime.audio import to_pcm16
from transports.openai_realtime.events import (
    AudioDelta,
    AudioDone,
    CallerTranscribed,
    CallerTranscriptionFailed,
    Committed,
    Error,
    Item,
    ItemAdded,
    OutputItemAdded,
    OutputItemDone,
    ResponseCreated,
    ResponseDone,
    ResponseObject,
    ServerEvent,
    SessionUpdated,
    SpeechStarted,
    SpeechStopped,
    TranscriptDelta,
)
from transports.openai_realtime.session import FATAL_CODES, RealtimeSession
from transports.openai_realtime.transcript_feed import TranscriptFeed
from transports.openai_realtime.upkeep import Upkeep

ACTIVE_RESPONSE = "conversation_already_has_active_response"
BENIGN_CODES = frozenset({"response_cancel_not_active", "input_audio_buffer_commit_empty"})
RETRYABLE_CODES = frozenset(
    {"rate_limit_exceeded", "inference_rate_limit_exceeded", "server_error"}
)


class DialogueOwner(Protocol):
    """The processor that a dialogue speaks through."""

    def push_assistant_audio(self, frame: PcmuOutputFrame) -> Awaitable[None]:
        """Hand the assistant's voice on."""
        ...

    def push_assistant_text(self, frame: AssistantTextFrame) -> Awaitable[None]:
        """Hand the assistant's words on."""
        ...

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        """Hand any other frame on."""
        ...

    async def broadcast_frame(self, frame_cls: type[Frame], **fields: Any) -> None:
        """Hand a fact on both ways."""
        ...

    async def call_function(self, item: Item, arguments: dict[str, Any]) -> bool:
        """Run a function in a task of its own. False: there is no such function."""
        ...

    async def fail(self, reason: str) -> None:
        """No retry can mend this: give the model up."""
        ...


class Dialogue:
    """What the model and the call tell each other, from session to session."""

    def __init__(
        self,
        owner: DialogueOwner,
        context: CallContext,
        send: Callable[[dict[str, Any]], Awaitable[bool]],
        *,
        answers_turns: bool,
    ) -> None:
        self._owner = owner
        self._answers_turns = answers_turns  # False: the call file leaves it to a processor
        self._context = context
        self._send = send
        self.responses = ResponseLedger()
        self.transcript = context.transcript
        self._feed = TranscriptFeed(context.transcript, self.responses, context.clock)
        self._asides = Asides(context, self.responses, send, owner.broadcast_frame)
        self.upkeep = Upkeep(context, send)
        self._tools = ToolCalls()
        self._session: RealtimeSession | None = None
        self._own_items = RecentKeys(512)  # items that this session knows
        self._retold = RecentKeys(512)  # those of them that it was told as text
        self._notes = 0
        self._open_part: tuple[str, int] | None = None  # whose audio is still coming
        self._caller_stopped_at: float | None = None
        self._warned: set[str] = set()
        self._handlers: dict[type, Callable[[Any], Awaitable[None]]] = {
            AudioDelta: self._audio_delta,
            AudioDone: self._audio_done,
            TranscriptDelta: self._transcript_delta,
            SpeechStarted: self._speech_started,
            SpeechStopped: self._speech_stopped,
            Committed: self._committed,
            CallerTranscribed: self._caller_transcribed,
            CallerTranscriptionFailed: self._caller_not_transcribed,
            ItemAdded: self._item_added,
            ResponseCreated: self._response_created,
            ResponseDone: self._response_done,
            OutputItemAdded: self._output_item_added,
            OutputItemDone: self._output_item_done,
            SessionUpdated: self._session_updated,
            Error: self._error,
        }

    # The session's life.

    async def session_up(self, session: RealtimeSession) -> None:
        """Tell a fresh session what was said so far; ask for what was still owed."""
        self._session = session
        self._feed.session_up(session)
        self._own_items.clear()
        self._retold.clear()
        await self.upkeep.session_up()
        for line in self.transcript.lines():
            if self.upkeep.covers(line.item_id):
                continue
            self._retold.add(line.item_id)
            for event in client_events.replay(line):
                await self._send(event)

    async def session_down(self) -> None:
        """The session is gone, and with it what it had not yet said; the phone plays on."""
        active = self.responses.active
        self._session = None
        self._tools.session_lost()
        self._feed.session_down()
        self.upkeep.session_down()
        await self._asides.session_down()
        await self._end_open_part()
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
        handler = self._handlers.get(type(event))
        if handler is not None:
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

    async def _tidy_up(self) -> None:
        await self.upkeep.pump(quiet=self._session is not None and self.responses.quiet)

    async def say_to_model(self, text: str, role: str, *, respond: bool) -> None:
        """Put a line of text into the conversation, and ask for an answer to it."""
        self._notes += 1
        note = Note(f"note_{self._notes}", "system" if role == "system" else "user", text)
        self.transcript.note_added(note)
        await self._send(client_events.message(note.role, text, note.item_id))
        if respond:
            await self.request()

    async def interrupted(self, *, by_speech: bool) -> None:
        """The assistant was cut: stop the response, forget what was not heard.

        Args:
            by_speech: By speech that the model heard, too; it may have cancelled by itself.
        """
        active = self.responses.interrupted()
        if active is not None and not (by_speech and self._interrupts_by_itself):
            await self._send(client_events.response_cancel(active.response_id))
        self._context.playback.cut(self._context.clock())
        await self.tell_cuts()

    async def tell_cuts(self) -> None:
        """Tell the model what was not heard, once that is known.

        It is known a round trip to the phone after the cut, long before a caller has finished a
        sentence. If the phone's network stalls just then, the model hears of it after it began
        to answer; a guess in time would be wrong by as much as the stall lasts.
        """
        for cut in self._context.playback.take_truncations():
            action = "delete" if cut.nothing_heard else "truncate"
            self._context.record(
                "truncation",
                item_id=cut.item_id,
                heard_ms=cut.audio_end_ms,
                sent_ms=cut.sent_ms,
                action=action,
            )
            await self._cut(cut.item_id, cut.audio_end_ms, cut.sent_ms)
            if cut.item_id in self._retold:
                await self._tell_anew(cut.item_id)
            elif cut.item_id in self._own_items:
                await self._send(client_events.truncation(cut))

    async def _cut(self, item_id: str, heard_ms: int, sent_ms: float) -> None:
        self.transcript.truncated(item_id, heard_ms)
        await self._owner.broadcast_frame(
            AssistantCutFrame, item_id=item_id, heard_ms=heard_ms, sent_ms=sent_ms
        )

    async def _tell_anew(self, item_id: str) -> None:
        """Shorten what this session was told as text: the phone was still playing it then."""
        await self._send(client_events.item_delete(item_id))
        turn = self.transcript.turn(item_id)
        if turn is not None and turn.text:
            await self._send(client_events.message("assistant", turn.text))

    async def function_returned(self, call_id: str, output: str, *, goodbye: bool = False) -> None:
        """Give the model a function's output; the last one of a response makes it go on."""
        self.transcript.returned(call_id, output)
        await self._send(client_events.function_output(call_id, output))
        if self._tools.finished(call_id):
            await self._go_on(goodbye=goodbye)

    async def _go_on(self, *, goodbye: bool = False) -> None:
        if goodbye:
            await self.request("goodbye", exact_words=self._context.speech.goodbye or None)
        else:
            await self.request()

    # What the model says.

    async def _audio_delta(self, event: AudioDelta) -> None:
        if not self.responses.audible(event.response_id):
            return
        self.responses.audio_passed(event.response_id, event.item_id)
        self._open_part = event.item_id, event.content_index
        purpose = self.responses.purpose_of(event.response_id)
        if self._caller_stopped_at is not None:
            self._first_audio(event.response_id)
        session = self._session
        if session is None or session.output_format == "audio/pcmu":
            await self._owner.push_assistant_audio(
                PcmuOutputFrame(
                    event.delta, event.item_id, event.content_index, event.response_id, purpose
                )
            )
            return
        try:
            pcm, sample_rate = await to_pcm16(event.delta, session.output_format)
        except binascii.Error as error:
            self._warn_once("audio_delta", f"audio that is no base64: {error}")
            return
        frame = ModelPcmFrame(audio=pcm, sample_rate=sample_rate, num_channels=1)
        frame.item_id, frame.content_index = event.item_id, event.content_index
        frame.response_id, frame.purpose = event.response_id, purpose
        await self._owner.push_frame(frame)

    def _first_audio(self, response_id: str) -> None:
        stopped_at, self._caller_stopped_at = self._caller_stopped_at, None
        if stopped_at is not None:
            waited_ms = (self._context.clock() - stopped_at) * 1000
            self._context.record(
                "turn_latency",
                response_id=response_id,
                caller_stopped_to_first_audio_sent_ms=round(waited_ms, 1),
            )

    async def _audio_done(self, event: AudioDone) -> None:
        if self._open_part == (event.item_id, event.content_index):
            self._open_part = None
        if self.responses.audible(event.response_id):
            await self._owner.push_frame(AssistantAudioEndFrame(event.item_id, event.content_index))

    async def _end_open_part(self) -> None:
        part, self._open_part = self._open_part, None
        if part is not None:
            await self._owner.push_frame(AssistantAudioEndFrame(*part))

    async def _transcript_delta(self, event: TranscriptDelta) -> None:
        if not self.responses.audible(event.response_id):
            return
        frame = AssistantTextFrame(event.delta)
        frame.item_id, frame.response_id = event.item_id, event.response_id
        await self._owner.push_assistant_text(frame)

    async def _output_item_added(self, event: OutputItemAdded) -> None:
        if event.item.type == "message" and self.responses.on_conversation(event.response_id):
            self._own_items.add(event.item.id)
            self.responses.item_added(event.response_id, event.item.id)

    async def _output_item_done(self, event: OutputItemDone) -> None:
        item = event.item
        if not self.responses.on_conversation(event.response_id):
            return
        if item.type == "message" and self.responses.audible(event.response_id):
            self._context.record(
                "assistant_said",
                item_id=item.id,
                purpose=self.responses.purpose_of(event.response_id),
                private={"text": self.transcript.words_of(item.id)},
            )
        # A call that was cut short comes with its arguments all the same: only "completed" counts.
        if item.type == "function_call" and item.status == "completed":
            await self._call(event.response_id, item)

    async def _call(self, response_id: str, item: Item) -> None:
        if not self._tools.started(response_id, item.call_id):
            return
        self.transcript.called(ToolUse(item.id, item.call_id, item.name, item.arguments))
        try:
            arguments = json.loads(item.arguments or "{}")
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict):
            await self.function_returned(item.call_id, "The arguments were not a JSON object.")
        elif not await self._owner.call_function(item, arguments):
            await self.function_returned(
                item.call_id, f"There is no function {item.name}. Do not call it again."
            )

    # Responses.

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
            await self._cut(item_id, 0, 0.0)
            if self._context.playback.accepts(item_id):
                await self._send(client_events.item_delete(item_id))
        if not self.responses.on_conversation(response.id):
            return
        purpose = self.responses.purpose_of(response.id)
        if self.responses.audible(response.id):
            for item in response.output:
                if item.type == "message":
                    await self._owner.push_frame(AssistantAudioEndFrame(item.id))
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
        if response.status == "failed":
            await self._response_failed(response)
        elif response.status == "completed":
            self.responses.completed()
        if self._tools.response_ended(response.id):
            await self._go_on()
        await self.pump()

    async def _response_failed(self, response: ResponseObject) -> None:
        details = response.status_details
        error = details.error if details is not None else None
        code = (error.code or error.type or "unknown") if error is not None else "unknown"
        logger.warning("A response failed: {}", code)
        self._context.record("response_failed", response_id=response.id, code=code)
        if code in FATAL_CODES:
            await self._owner.fail(code)
        elif code in RETRYABLE_CODES or code == "unknown":
            self.responses.failed(self._context.clock())

    # The caller.

    async def _speech_started(self, event: SpeechStarted) -> None:
        self.responses.caller_started()
        self._caller_stopped_at = None
        await self._owner.broadcast_frame(
            CallerSpeechStartedFrame, item_id=event.item_id, audio_start_ms=event.audio_start_ms
        )
        self._context.record(
            "caller_speech_started", item_id=event.item_id, audio_start_ms=event.audio_start_ms
        )

    async def _speech_stopped(self, event: SpeechStopped) -> None:
        self._caller_stopped_at = self._context.clock()
        await self._owner.broadcast_frame(
            CallerSpeechStoppedFrame, item_id=event.item_id, audio_end_ms=event.audio_end_ms
        )
        self._context.record(
            "caller_speech_stopped", item_id=event.item_id, audio_end_ms=event.audio_end_ms
        )

    async def _committed(self, event: Committed) -> None:
        by_server = self._answers_by_itself
        answered = by_server or not self._answers_turns
        self._own_items.add(event.item_id)
        self.responses.turn_committed(self._context.clock(), answered_by_server=by_server)
        await self._owner.broadcast_frame(
            CallerTurnCommittedFrame, item_id=event.item_id, answered_by_server=answered
        )
        await self.pump()

    async def _caller_transcribed(self, event: CallerTranscribed) -> None:
        self._context.record(
            "caller_said",
            item_id=event.item_id,
            usage=event.usage,
            private={"text": event.transcript},
        )
        await self._owner.broadcast_frame(
            CallerTranscriptionFrame,
            text=event.transcript,
            user_id="caller",
            timestamp=f"{self._context.clock():.3f}",
            finalized=True,
            item_id=event.item_id,
        )

    async def _caller_not_transcribed(self, event: CallerTranscriptionFailed) -> None:
        code = event.error.code if event.error is not None else None
        self._context.record("caller_not_transcribed", item_id=event.item_id, code=code)
        await self._owner.broadcast_frame(
            CallerNotTranscribedFrame, item_id=event.item_id, code=code or ""
        )

    async def _item_added(self, event: ItemAdded) -> None:
        self._own_items.add(event.item.id)

    # The session.

    async def _session_updated(self, event: SessionUpdated) -> None:
        if self._session is not None:
            self._session.confirmed = event.session

    async def _error(self, event: Error) -> None:
        error = event.error
        code = error.code or error.type or "unknown"
        if error.event_id is not None and error.event_id.startswith("r"):
            self.responses.refused(error.event_id, again=code == ACTIVE_RESPONSE)
        if code in FATAL_CODES:
            await self._owner.fail(code)
        elif code not in BENIGN_CODES and code != ACTIVE_RESPONSE:
            self._warn_once(code, error.message or "")
        self._context.record("model_error", code=code, param=error.param)
        await self.pump()

    def _warn_once(self, code: str, message: str) -> None:
        if code not in self._warned:
            self._warned.add(code)
            logger.warning("The model reported {}: {}", code, message)

    @property
    def _answers_by_itself(self) -> bool:
        return self._turn_flag("create_response")

    @property
    def _interrupts_by_itself(self) -> bool:
        return self._turn_flag("interrupt_response")

    def _turn_flag(self, flag: str) -> bool:
        """What the model confirmed of its turn detection; by default it does both."""
        if self._session is None:
            return False
        audio = self._session.confirmed.get("audio") or {}
        turn_detection = (audio.get("input") or {}).get("turn_detection")
        return bool(turn_detection.get(flag, True)) if turn_detection else False


def tokens_of(response: ResponseObject) -> int:
    """How long the conversation is with this response, in tokens; 0: not told."""
    total = (response.usage or {}).get("total_tokens")
    return total if isinstance(total, int) else 0
