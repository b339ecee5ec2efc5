"""The caller's turns, as the model hears them: from its VAD and transcription to frames."""

from __future__ import annotations

from processors.context import CallContext
from processors.frames import (
    CallerSpeechStartedFrame,
    CallerSpeechStoppedFrame,
    CallerTurnCommittedFrame,
)
from processors.state.responses import ResponseLedger
from processors.turn_frames import CallerNotTranscribedFrame, CallerTranscriptionFrame
from transports.openai_realtime.events import (
    CallerTranscribed,
    CallerTranscriptionFailed,
    Committed,
    SpeechStarted,
    SpeechStopped,
)
from transports.openai_realtime.owner import DialogueOwner, Handlers
from transports.openai_realtime.session import RealtimeSession


class CallerTurns:
    """Tells the call when the caller speaks, stops, and what they said."""

    def __init__(
        self,
        owner: DialogueOwner,
        context: CallContext,
        responses: ResponseLedger,
        *,
        answers_turns: bool,
    ) -> None:
        self._owner = owner
        self._context = context
        self._responses = responses
        self._answers_turns = answers_turns  # False: the call file leaves it to a processor
        self._session: RealtimeSession | None = None
        self.handlers: Handlers = {
            SpeechStarted: self._speech_started,
            SpeechStopped: self._speech_stopped,
            Committed: self._committed,
            CallerTranscribed: self._transcribed,
            CallerTranscriptionFailed: self._not_transcribed,
        }

    def session_up(self, session: RealtimeSession) -> None:
        """Learn who hears the caller's turns from now on."""
        self._session = session

    def session_down(self) -> None:
        """Nobody hears the caller until another session is up."""
        self._session = None

    @property
    def interrupt_by_themselves(self) -> bool:
        """Whether the model cancels its response when the caller begins to speak."""
        return self._turn_flag("interrupt_response")

    async def _speech_started(self, event: SpeechStarted) -> None:
        self._responses.caller_started()
        await self._owner.broadcast_frame(
            CallerSpeechStartedFrame, item_id=event.item_id, audio_start_ms=event.audio_start_ms
        )
        self._context.record(
            "caller_speech_started", item_id=event.item_id, audio_start_ms=event.audio_start_ms
        )

    async def _speech_stopped(self, event: SpeechStopped) -> None:
        await self._owner.broadcast_frame(
            CallerSpeechStoppedFrame, item_id=event.item_id, audio_end_ms=event.audio_end_ms
        )
        self._context.record(
            "caller_speech_stopped", item_id=event.item_id, audio_end_ms=event.audio_end_ms
        )

    async def _committed(self, event: Committed) -> None:
        by_server = self._turn_flag("create_response")
        self._responses.turn_committed(self._context.clock(), answered_by_server=by_server)
        await self._owner.broadcast_frame(
            CallerTurnCommittedFrame,
            item_id=event.item_id,
            answered_by_server=by_server or not self._answers_turns,
        )

    async def _transcribed(self, event: CallerTranscribed) -> None:
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

    async def _not_transcribed(self, event: CallerTranscriptionFailed) -> None:
        code = event.error.code if event.error is not None else None
        self._context.record("caller_not_transcribed", item_id=event.item_id, code=code)
        await self._owner.broadcast_frame(
            CallerNotTranscribedFrame, item_id=event.item_id, code=code or ""
        )

    def _turn_flag(self, flag: str) -> bool:
        """What the model confirmed of its turn detection; by default it does both."""
        if self._session is None:
            return False
        audio = self._session.confirmed.get("audio") or {}
        turn_detection = (audio.get("input") or {}).get("turn_detection")
        return bool(turn_detection.get(flag, True)) if turn_detection else False
