"""Sums the call up as it goes on: what is remembered, and what the model still reads word for word.

Has the memory written when ``SummaryPolicy`` says so, by the call's own model beside the
conversation or by a text model, and checks it (``MemoryForm``). A good one goes into
``CallContext.memory``, the journal, and as notes to the model's side: in place of older turns once
the conversation is too long, and into a fresh session. The call never waits for any of it; only
its end does, up to the limit, so that the record has what was said last.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from loguru import logger
from pipecat.frames.frames import CancelFrame, EndFrame, Frame, TranscriptionFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.base import CallProcessor
from processors.configs import TranscriptSummarizerConfig
from processors.context import CallContext
from processors.frames import (
    CallerTurnCommittedFrame,
    ConversationTextFrame,
    EndCallFrame,
    ResponseEndedFrame,
)
from processors.memory_frames import ConversationNotesFrame, MemoryFrame, MemoryRequestFrame
from processors.side_frames import SideAnswerFrame, SideQuestionFrame
from processors.state.memory import CallMemory
from processors.state.memory_form import BadMemoryError, memory_form
from processors.state.minutes import Minutes, minutes
from processors.state.summary_policy import Summarise, SummaryPolicy
from processors.state.topic import TopicWatch
from processors.state.turn import TurnState
from processors.text_model import TEXT_MODEL, TextModel, TextModelError
from processors.timer import DeadlineTimer

PURPOSE = "summary"
"""What the side questions are for, in the journal."""


class TranscriptSummarizer(CallProcessor):
    """Keeps the call's memory, and the model's conversation short."""

    def __init__(self, config: TranscriptSummarizerConfig, context: CallContext) -> None:
        super().__init__(name="transcript_summarizer")
        self._config = config
        self._context = context
        self._form = memory_form(context.speech.checklist)
        self._policy = SummaryPolicy(
            every_turns=config.every_turns,
            token_budget=config.token_budget,
            timeout=config.timeout,
        )
        self._topic = TopicWatch(config.topic_cues)
        self._text_model: TextModel | None = (
            None if config.model is None else context.resources[TEXT_MODEL]
        )
        self._timer = DeadlineTimer(
            self, self._policy.deadline, self._deadline_passed, context.clock
        )
        self._key = ""  # of the summary that is awaited
        self._asked = 0
        self._reason = ""
        self._minutes = Minutes("")  # what it is made from
        self._by_ear = False  # or rather from the conversation itself
        self._seen_item_id = ""  # the last line that the last good memory has seen
        self._turns_seen = 0
        self._cut = False  # the assistant was, and the caller has not finished since
        self._ending = False
        self._ended = False
        self._settled = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        if context.memory.empty:  # else a call that comes back has brought it
            context.memory = self._form.blank()
        context.notes_replace_turns = True

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass everything on, and learn from it; hold the end until the last memory is there."""
        if isinstance(frame, EndFrame):
            await self._write_the_last()
        if isinstance(frame, (EndFrame, CancelFrame)):
            self._ended = True
        await self.push_frame(frame, direction)
        if not self._ended:
            await self._learn(frame)
            self._timer.arm()

    async def cleanup(self) -> None:
        """Stop whatever is being written."""
        await self._timer.stop()
        await self._stop_writing()
        await super().cleanup()

    # What happens on the call.

    async def _learn(self, frame: Frame) -> None:
        match frame:
            case SideAnswerFrame():
                await self._answered(
                    frame.key, frame.text if frame.ok else None, frame.seen_item_id
                )
            case TranscriptionFrame():
                if self._topic.caller_said(frame.text):
                    self._policy.topic_changed()
            case ResponseEndedFrame():
                self._policy.tokens_used(frame.tokens)
            case CallerTurnCommittedFrame():
                self._ending = False  # who speaks into a goodbye is still on the line
                self._policy.caller_turn_ended()
                if self._cut:
                    self._cut = False
                    await self._pause()
            case EndCallFrame():
                await self._want("end")
                self._ending = True
            case MemoryRequestFrame():
                await self._want(frame.reason)
        await self._learn_turns()

    async def _learn_turns(self) -> None:
        """See which of the assistant's turns were heard by now."""
        transcript = self._context.transcript
        if transcript.ended == self._turns_seen:
            return
        turns = transcript.ended_since(self._turns_seen)
        self._turns_seen = transcript.ended
        states = {turn.state for turn in turns if turn.role == "assistant"}
        if TurnState.CUT in states:
            # The model is told of the cut only now: it is asked when the caller has spoken.
            self._cut = True
        elif TurnState.SAID in states:
            await self._pause()

    async def _pause(self) -> None:
        if not self._ending:
            await self._write(self._policy.assistant_heard(self._context.clock()))

    async def _want(self, reason: Literal["escalation", "end"]) -> None:
        wanted = self._policy.needed(reason, self._context.clock())
        if wanted is None and not self._policy.waiting:
            await self._tell(reason, fresh=True)
        await self._write(wanted)

    # Having it written.

    async def _write(self, wanted: Summarise | None) -> None:
        if wanted is None:
            return
        self._asked += 1
        self._key = f"memory-{self._asked}"
        self._reason = wanted.reason
        self._settled.clear()
        context = self._context
        self._minutes = minutes(context.memory, context.transcript.everything(), self._seen_item_id)
        if self._text_model is None:
            # Where words are missing, the model goes by what it heard.
            to_the_last = wanted.reason in ("escalation", "end")
            self._by_ear = self._minutes.needs_ears(to_the_last=to_the_last)
            text = "" if self._by_ear else self._minutes.text
            question = SideQuestionFrame(self._key, PURPOSE, self._form.question, text)
            await self.push_frame(question, FrameDirection.UPSTREAM)
        else:
            writing = self._write_by(self._text_model, self._key)
            self._writing = self.create_task(writing, "memory")

    async def _write_by(self, text_model: TextModel, key: str) -> None:
        context, model = self._context, self._config.model
        assert model is not None, "there is a text model only if the file names one"
        written: str | None = None
        usage = None
        asked_at = context.clock()
        try:
            answer = await text_model.write(model, self._form.question, self._minutes.text)
            written, usage = answer.text, answer.usage
        except TextModelError as error:
            logger.warning("The text model wrote no summary: {}", error)
        context.record(
            "side_answer",
            purpose=PURPOSE,
            ok=written is not None,
            status="completed" if written is not None else "failed",
            ms=round((context.clock() - asked_at) * 1000),
            usage=usage,
            model=model,
        )
        self._writing = None
        await self._answered(key, written, self._minutes.seen_item_id)

    async def _answered(self, key: str, text: str | None, seen_item_id: str) -> None:
        if key != self._key:
            return
        self._key = ""
        if text is None:
            self._policy.failed("missing")
            await self._failed("missing")
            return
        try:
            memory = self._form.read(text)
        except BadMemoryError as error:
            logger.debug("A summary was dropped: {}", error)
            self._policy.failed("bad")
            await self._failed("bad")
            return
        self._policy.answered()
        await self._remember(memory.carrying_over(self._context.memory), seen_item_id)

    async def _deadline_passed(self) -> None:
        if self._policy.timer_fired(self._context.clock()):
            self._key = ""
            await self._stop_writing()
            await self._failed("late")

    async def _failed(self, why: str) -> None:
        self._context.record("memory_failed", reason=self._reason, why=why)
        await self._tell(self._reason, fresh=False)
        self._settled.set()

    async def _write_the_last(self) -> None:
        """The call is over: have what was said last in the memory, if it can be had in time."""
        self._ending = True
        await self._wait()  # for one that was asked for before the last words
        await self._write(self._policy.needed("end", self._context.clock()))
        await self._wait()

    async def _wait(self) -> None:
        """Wait until the memory that was asked for is there, or is given up."""
        if self._policy.waiting:
            self._timer.arm()
            await self._settled.wait()

    async def _stop_writing(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            await self.cancel_task(writing)

    # What comes of it.

    async def _remember(self, memory: CallMemory, seen_item_id: str) -> None:
        memory = memory.with_answers(self._context.details.known)
        before, self._context.memory = self._context.memory, memory
        told = self._minutes
        self._seen_item_id = told.newest_item_id if self._by_ear else told.seen_item_id
        self._context.record("memory", reason=self._reason, private={"memory": memory.as_dict()})
        if not self._ending and not memory.empty:
            notes = ConversationNotesFrame(
                memory.notes(),
                seen_item_id,
                self._config.keep_turns,
                shorten=self._policy.too_long,
            )
            await self.push_frame(notes, FrameDirection.UPSTREAM)
            if self._reason == "topic" or memory.about_something_else_than(before):
                await self._restate(memory)
        await self._tell(self._reason, fresh=True)
        self._settled.set()

    async def _restate(self, memory: CallMemory) -> None:
        self._context.record("context_restated")
        sentence = ConversationTextFrame(memory.in_one_sentence(), role="system", respond=False)
        await self.push_frame(sentence, FrameDirection.UPSTREAM)

    async def _tell(self, reason: str, *, fresh: bool) -> None:
        if not self._ended:
            await self.broadcast_frame(
                MemoryFrame, memory=self._context.memory, reason=reason, fresh=fresh
            )
