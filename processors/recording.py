"""Records a call in stereo: the caller left, and right the assistant as the caller heard it.

Stands next to the phone with both its ends. On the call's path it only notes which string came
when, and what the playback ledger knows to be heard; every two seconds the notes go to the disk's
thread, which decodes them and writes (``state.stereo`` puts them in their places).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from loguru import logger
from pipecat.frames.frames import CancelFrame, EndFrame, Frame, StartFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_frames import PcmuInputFrame, PcmuOutputFrame, payload_bytes
from processors.base import Bystander
from processors.configs import RecordingConfig
from processors.context import BothEnds, CallContext
from processors.disk import Disk, disk_of
from processors.record_name import record_path
from processors.state.heard import Heard
from processors.state.stereo import SAMPLE_RATE, MediaClock, StereoTrack
from processors.wav_file import WavFile

BYTES_PER_MS: Final = 8

_BLOCK_SAMPLES: Final = 2 * SAMPLE_RATE
"""How much of the caller's audio makes a block: two seconds."""

_CLOCK_SAMPLES: Final = SAMPLE_RATE // 5
"""How much of it between two looks at the clock: 200 ms."""

_AHEAD_SAMPLES: Final = 5 * SAMPLE_RATE
"""So far ahead of time the caller's audio cannot be; then its timestamps are not to be believed."""

Note = Callable[[StereoTrack], None]


class CallRecording:
    """One call's recording, shared by its two ends in the pipeline."""

    def __init__(self, config: RecordingConfig, context: CallContext) -> None:
        self._context = context
        self._disk = disk_of(context)
        self._path = record_path(context, config.records, "wav")
        self._writer = _Writer(self._path, context.info.call_sid, self._disk)
        self._clock = MediaClock()
        self._began_at: float | None = None
        self._shift = 0
        self._end = 0  # of the caller's audio, samples
        self._look_at = 0  # by then: at the clock
        self._block_ends = _BLOCK_SAMPLES
        self._caller: list[str] = []  # payloads without a gap
        self._caller_begins = 0
        self._notes: list[Note] = []
        self._closed = False
        self._failed = False

    def begin(self) -> None:
        """The call begins."""
        self._context.playback.on_heard(self._heard)
        self._context.record("recording_started", file=self._path.name)

    def caller(self, frame: PcmuInputFrame) -> None:
        """Note a piece of the caller's audio; fifty times a second, so little is done."""
        if frame.timestamp_ms * BYTES_PER_MS + self._shift != self._end or self._began_at is None:
            self._gap_before(frame)
        payload = frame.payload
        self._caller.append(payload)
        self._end += payload_bytes(payload)
        if self._end >= self._look_at:
            self._look_at = self._end + _CLOCK_SAMPLES
            self._clock.arrived(self._end, self._context.clock())
            if self._end >= self._block_ends:
                self._block_ends = self._end + _BLOCK_SAMPLES
                self._hand_over()

    def assistant(self, frame: PcmuOutputFrame) -> None:
        """Note a piece of the assistant's audio that goes to the phone."""
        part, payload = (frame.item_id, frame.content_index), frame.payload
        self._notes.append(lambda track: track.assistant(part, payload))

    def end(self) -> None:
        """The call is over: the file is completed; harmless when it is."""
        if not self._closed:
            self._context.end_playback()
            self._closed = True
            self._hand_over()

    def _heard(self, heard: Heard) -> None:
        part = heard.item_id, heard.content_index
        first, last = round(heard.from_ms * BYTES_PER_MS), round(heard.to_ms * BYTES_PER_MS)
        end = None if heard.ends_at is None else self._clock.sample_at(heard.ends_at)
        if last > first:
            self._notes.append(lambda track: track.heard(part, first, last, end))

    def _gap_before(self, frame: PcmuInputFrame) -> None:
        """Find the place of audio that does not join what came before it."""
        now = self._context.clock()
        position = frame.timestamp_ms * BYTES_PER_MS
        if self._began_at is None:
            self._began_at = now
            self._shift = -position  # whatever the first timestamp says, here it begins
        possible = (now - self._began_at) * SAMPLE_RATE + _AHEAD_SAMPLES
        if not self._end <= position + self._shift <= possible:
            self._shift = self._end - position
        self._note_caller()
        self._end = self._caller_begins = position + self._shift

    def _note_caller(self) -> None:
        payloads, begins = self._caller, self._caller_begins
        self._caller, self._caller_begins = [], self._end
        if payloads:
            self._notes.append(lambda track: track.caller(begins, payloads))

    def _hand_over(self) -> None:
        self._note_caller()
        notes, self._notes = self._notes, []
        settled, closed = self._context.playback.settled, self._closed
        writer = self._writer
        if not self._disk.do(lambda: writer.write(notes, settled=settled, closed=closed)):
            writer.failed = writer.failed or "the disk does not keep up"  # a gap would shift it
        if writer.failed and not self._failed:
            self._failed = True
            self._context.record("recording_failed", error=writer.failed)


class _Writer:
    """The disk's side of a recording."""

    def __init__(self, path: Path, call_sid: str, disk: Disk) -> None:
        self.failed = ""
        self._path = path
        self._disk = disk
        self._log = logger.bind(call_sid=call_sid)
        self._track = StereoTrack()
        self._file: WavFile | None = None

    def write(self, notes: list[Note], *, settled: bool, closed: bool) -> None:
        """Take in what happened, and write what is certain."""
        if self.failed:
            self._close()
            return
        track = self._track
        for note in notes:
            note(track)
        if closed:
            until = max(track.caller_until, track.heard_until)
        elif settled:
            track.nothing_queued()
            until = max(track.caller_until, track.heard_until)
        else:
            until = min(track.caller_until, track.heard_until)
        try:
            if self._file is None:
                self._file = WavFile(self._path)
            self._file.append(track.take(until))
            if closed:
                self._close()
        except OSError as error:
            self.failed = error.strerror or type(error).__name__
            self._close()
        if self.failed:
            self._disk.failures += 1
            self._log.error("The recording failed: {}", self.failed)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()


class CallerRecorder(Bystander):
    """The end towards the model: the caller's audio passes it."""

    wants_caller_audio = True

    def __init__(self, recording: CallRecording) -> None:
        super().__init__(name="recording")
        self._recording = recording

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        """Note it and pass it on."""
        self._recording.caller(frame)
        await self.push_caller_audio(frame)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Begin and end with the call."""
        if isinstance(frame, StartFrame):
            self._recording.begin()
        elif isinstance(frame, (EndFrame, CancelFrame)):
            self._recording.end()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        """Complete the file, however the call ended."""
        self._recording.end()
        await super().cleanup()


class AssistantRecorder(Bystander):
    """The end towards the phone: the assistant's audio passes it on its way there."""

    wants_assistant_audio = True

    def __init__(self, recording: CallRecording) -> None:
        super().__init__(name="recording (out)")
        self._recording = recording

    async def assistant_audio(self, frame: PcmuOutputFrame) -> None:
        """Note it and pass it on."""
        self._recording.assistant(frame)
        await self.push_assistant_audio(frame)


def recording_ends(config: RecordingConfig, context: CallContext) -> BothEnds:
    """Make both ends for one call."""
    recording = CallRecording(config, context)
    return BothEnds(CallerRecorder(recording), AssistantRecorder(recording))
