"""Tells from a call's frames who has the floor."""

from __future__ import annotations

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection

from processors.context import CallContext
from processors.frames import (
    CallerSpeechStartedFrame,
    CallerSpeechStoppedFrame,
    CallerTurnCommittedFrame,
    PlaybackEndFrame,
    ResponseEndedFrame,
    ResponseStartedFrame,
)
from processors.state.floor import Floor


class FloorWatch:
    """Follows one call's floor; stands behind the model, and is given every frame but audio."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._floor = Floor()

    @property
    def free_from(self) -> float | None:
        """From when on nobody has the floor, perhaps in a while; None: somebody has it."""
        return self._floor.free_from

    def opened(self) -> None:
        """The model is there: anybody could speak from now on."""
        self._floor.opened(self._context.clock())

    def take(self, frame: Frame, direction: FrameDirection) -> bool:
        """Learn from a frame.

        Returns:
            Whether the caller has just heard the last of what was said.
        """
        now = self._context.clock()
        floor = self._floor
        gone = floor.playback_changed(idle=self._context.playback.idle, now=now)
        match frame:
            case CallerSpeechStartedFrame():
                floor.caller_started(now)
            case CallerSpeechStoppedFrame():
                floor.caller_stopped(now)
            case CallerTurnCommittedFrame():
                floor.turn_committed(now)
            case ResponseStartedFrame():
                floor.response_started()
            case ResponseEndedFrame():
                floor.response_ended(now)
            case PlaybackEndFrame() if direction is FrameDirection.UPSTREAM:
                return gone
        return False
