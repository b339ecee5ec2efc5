"""A caller who says nothing: asked if they are there, and given up in the end.

Follows who has the floor, and has the words of the call file said (``ResponseRequestFrame``). When
it gives up, or the call has lasted too long, the call ends as by the model's own ``end_call``:
goodbye, then hang-up when that was heard.
"""

from __future__ import annotations

import re
from typing import Final

from pipecat.frames.frames import Frame, InputDTMFFrame, InterruptionFrame, TranscriptionFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_frames import ModelAudioFrame
from processors.base import CallProcessor
from processors.configs import SilenceConfig
from processors.context import CallContext
from processors.escalation_frames import TransferStateFrame
from processors.floor_watch import FloorWatch
from processors.frames import (
    CallerSpeechStartedFrame,
    CallerSpeechStoppedFrame,
    CallerTurnCommittedFrame,
    EndCallFrame,
    ResponseRequestFrame,
    ResponseStartedFrame,
)
from processors.silence_frames import CallerSilentFrame, WaitForCallerFrame
from processors.state.duration import DurationLimit
from processors.state.playback import Purpose
from processors.state.silence import SilencePolicy, SilenceStep, SpeakUp
from processors.state.turn import TurnState
from processors.timer import DeadlineTimer
from processors.tool_frames import ToolEndedFrame, ToolStartedFrame
from processors.turn_frames import CallerNotTranscribedFrame, CallerTranscriptionFrame

_A_WORD: Final = re.compile(r"\w")
_A_SOUND: Final = re.compile(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>")
"""How transcripts write what is no word: ``[noise]``, ``(coughs)``, ``<silence>``."""

SILENT: Final = "caller_silent"
TOO_LONG: Final = "max_duration"


class SilenceProcessor(CallProcessor):
    """Speaks up when nobody does, and ends calls that nobody else ends."""

    def __init__(self, config: SilenceConfig, context: CallContext) -> None:
        super().__init__(name="silence")
        self._config = config
        self._context = context
        self._floor = FloorWatch(context)
        self._policy = SilencePolicy(
            [SilenceStep(step.after, step.say) for step in config.reprompts],
            SilenceStep(config.goodbye.after, config.goodbye.say),
            wait=config.wait,
        )
        self._limit = DurationLimit(
            context.clock(),
            config.max_duration,
            None if config.warning is None else config.warning.before,
        )
        self._sounded_at = 0.0
        self._spoke = 0.0  # seconds that the caller's last speech lasted
        self._model_is_there = False
        self._timer = DeadlineTimer(self, self._deadline, self._deadline_passed, context.clock)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Learn from a frame, and pass it on."""
        now = self._context.clock()
        if self._floor.take(frame, direction):
            self._policy.assistant_heard()
        self._learn(frame, now)
        self._policy.floor_changed(self._floor.free_from, now)
        await self.push_frame(frame, direction)
        self._timer.arm()

    async def cleanup(self) -> None:
        """Stop the timer."""
        await super().cleanup()
        await self._timer.stop()

    def _learn(self, frame: Frame, now: float) -> None:
        policy = self._policy
        match frame:
            case CallerSpeechStartedFrame():
                self._sounded_at = now
                policy.caller_sounded()
            case CallerSpeechStoppedFrame():
                self._spoke = now - self._sounded_at
            case CallerTurnCommittedFrame():
                self._turn_committed(frame.item_id, now)
            case CallerTranscriptionFrame():
                policy.caller_said(frame.item_id, words=holds_words(frame.text))
            case TranscriptionFrame():
                policy.caller_said("", words=holds_words(frame.text))
            case CallerNotTranscribedFrame():
                policy.caller_not_understood(frame.item_id)
            case InputDTMFFrame():
                policy.key_pressed()
            case ResponseStartedFrame():
                policy.assistant_began()
            case ToolStartedFrame():
                policy.paused("tool", frame.call_id)
            case ToolEndedFrame():
                policy.resumed("tool", now, frame.call_id)
            case TransferStateFrame():
                self._transfers(frame, now)
            case WaitForCallerFrame():
                policy.wait_requested(now)
            case EndCallFrame():
                policy.end_requested()
            case InterruptionFrame():
                policy.interrupted(now)
                self._limit.interrupted(now)
            case ModelAudioFrame():
                self._model_changed(frame, now)

    def _turn_committed(self, item_id: str, now: float) -> None:
        self._policy.turn_committed(item_id, self._spoke, now)
        turn = self._context.transcript.turn(item_id)
        if turn is not None and turn.state is TurnState.UNTRANSCRIBED:
            self._policy.caller_not_understood(item_id)

    def _transfers(self, frame: TransferStateFrame, now: float) -> None:
        self._limit.held(held=frame.active)
        if frame.active:
            self._policy.paused("transfer")
        else:
            self._policy.resumed("transfer", now)

    def _model_changed(self, frame: ModelAudioFrame, now: float) -> None:
        there = frame.output_format is not None
        if there and not self._model_is_there:
            self._floor.opened()
            self._policy.resumed("model", now)
        elif self._model_is_there and not there:
            self._policy.paused("model")
        self._model_is_there = there

    # Speaking up.

    def _deadline(self) -> float | None:
        due = [self._policy.deadline(), self._limit.deadline()]
        return min((at for at in due if at is not None), default=None)

    async def _deadline_passed(self) -> None:
        now = self._context.clock()
        match self._limit.timer_fired(now):
            case "warn":
                warning = self._config.warning
                assert warning is not None, "without words nobody is warned"
                self._context.record("duration_warning")
                await self._say(warning.say, "answer")
            case "end":
                self._policy.end_requested()
                await self._end(TOO_LONG, self._config.max_duration_goodbye)
        spoken = self._policy.timer_fired(now)
        if spoken is not None:
            await self._speak_up(spoken)

    async def _speak_up(self, spoken: SpeakUp) -> None:
        self._context.record("caller_silent", number=spoken.number, gives_up=spoken.gives_up)
        await self.broadcast_frame(
            CallerSilentFrame, number=spoken.number, gives_up=spoken.gives_up
        )
        if spoken.gives_up:
            await self._end(SILENT, spoken.words)
        else:
            await self._say(spoken.words, "reprompt")

    async def _end(self, reason: str, words: str) -> None:
        await self.broadcast_frame(EndCallFrame, reason=reason)
        await self._say(words or self._context.speech.goodbye, "goodbye")

    async def _say(self, words: str, purpose: Purpose) -> None:
        request = ResponseRequestFrame(purpose=purpose, exact_words=words or None)
        await self.push_frame(request, FrameDirection.UPSTREAM)


def holds_words(text: str) -> bool:
    """Whether a transcript has words in it, and not only the names of sounds."""
    return _A_WORD.search(_A_SOUND.sub("", text)) is not None
