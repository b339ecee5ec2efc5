"""Hands the call to a person when it should be: looks out for signals, decides, and acts.

What is a signal and when it is enough is decided in ``state.escalation``; here turns, keys, tools
and requests become facts, and an escalation becomes what the call file's rules say. That runs
beside the call (``HandOver``): the caller is heard and answered all the time.
"""

from __future__ import annotations

import asyncio

from pipecat.frames.frames import CancelFrame, EndFrame, Frame, InputDTMFFrame, StartFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.base import CallProcessor
from processors.context import CallContext
from processors.escalation_config import EscalationDetectorConfig
from processors.escalation_frames import EscalationRequestFrame
from processors.exact_speech import ExactSpeech
from processors.frames import CallerTurnCommittedFrame, EndCallFrame
from processors.hand_over import HandOver
from processors.memory_frames import MemoryFrame
from processors.silence_frames import CallerSilentFrame
from processors.state.escalation.detector import EMERGENCY, Escalation
from processors.state.turn import Turn, TurnState
from processors.tool_frames import ToolEndedFrame, ToolFailedFrame


class EscalationProcessor(CallProcessor):
    """Looks out for signals on one call, and has escalations dealt with."""

    def __init__(self, config: EscalationDetectorConfig, context: CallContext) -> None:
        super().__init__(name="escalation_detector")
        self._config = config
        self._context = context
        self._detector = config.detector()
        self._speech = ExactSpeech(self, context)
        self._hand_over = HandOver(self, config, context, self._speech)
        self._turns_seen = 0
        self._ending = False  # a goodbye is being said
        self._ended = False
        self._dealing: asyncio.Task[None] | None = None

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass everything on, and learn from it; hold the end until a transfer's end is known."""
        if isinstance(frame, (EndFrame, CancelFrame)):
            self._ended = True
            if isinstance(frame, EndFrame):
                await self._hand_over.stream_ended()
            await self._stop()
        await self.push_frame(frame, direction)
        await self._speech.learn(frame)
        if isinstance(frame, StartFrame) and self._context.returned is not None:
            self._dealing = self.create_task(self._hand_over.came_back(), "came_back")
        if not self._ended:
            await self._act_on(self._learn(frame))

    async def cleanup(self) -> None:
        """Stop dealing with anything."""
        await self._stop()
        await self._hand_over.close()
        await super().cleanup()

    # Facts.

    def _learn(self, frame: Frame) -> Escalation | None:
        now, detector = self._context.clock(), self._detector
        found = self._learn_turns(now)
        match frame:
            case ToolFailedFrame():
                found = detector.tool_failed(now) or found
            case CallerSilentFrame():
                found = detector.silent(now) or found
            case InputDTMFFrame():
                found = detector.key_pressed(frame.button.value, now) or found
            case EscalationRequestFrame():
                asked = detector.requested(frame.reason, now)
                frame.taken = asked is not None
                if asked is not None:
                    self._hand_over.details = frame.details
                    found = asked
            case EndCallFrame():
                self._ending = True
            case CallerTurnCommittedFrame():
                self._ending = False  # who speaks into a goodbye is still on the line
            case MemoryFrame() | ToolEndedFrame():
                self._hand_over.more_is_known()
        return found

    def _learn_turns(self, now: float) -> Escalation | None:
        transcript = self._context.transcript
        if transcript.ended == self._turns_seen:
            return None
        turns = transcript.ended_since(self._turns_seen)
        self._turns_seen = transcript.ended
        memory = self._context.memory
        self._detector.fields_known(len(memory.known), of=len(memory.fields))
        found = [self._turn_ended(turn, now) for turn in turns]
        return next((escalation for escalation in reversed(found) if escalation), None)

    def _turn_ended(self, turn: Turn, now: float) -> Escalation | None:
        if turn.role == "assistant":
            self._detector.assistant_said(turn.text)
            return None
        if turn.state is not TurnState.SAID:
            return None
        self._hand_over.caller_said(self._detector.answer(turn.text))
        return self._detector.caller_said(turn.item_id, turn.text, now)

    # What follows.

    async def _act_on(self, escalation: Escalation | None) -> None:
        if escalation is None:
            return
        if self._ending and EMERGENCY not in escalation.reasons:
            self._detector.settled()
            return
        await self._stop()  # an emergency comes before whatever else is being dealt with
        self._dealing = self.create_task(self._deal_with(escalation), "escalation")

    async def _deal_with(self, escalation: Escalation) -> None:
        wanted = await self._hand_over.deal_with(escalation)
        if wanted:
            self._detector.settled()
        else:
            self._detector.declined(self._context.clock())

    async def _stop(self) -> None:
        dealing, self._dealing = self._dealing, None
        if dealing is not None and not dealing.done():
            await self.cancel_task(dealing)
