"""When the caller speaks, judged by the audio's own time.

The Realtime server counts time in audio written to its input buffer, never by the clock: start
includes the prefix padding, stop includes the silence that ended the turn (OpenAI, Realtime API
reference, ``input_audio_buffer.speech_started`` and ``speech_stopped``). So no audio means no
decision: a turn ends only by silence that is really sent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from transports.simulated.energy_sound import EnergySound
from transports.simulated.voice import PCMU_BYTES_PER_MS


@dataclass(frozen=True, slots=True)
class VadRules:
    """How a turn begins and ends.

    Attributes:
        threshold: 0 to 1; more needs louder speech.
        prefix_padding_ms: Audio from before the onset that belongs to the turn.
        pause_ms: Silence after which the turn may be over.
        max_pause_ms: Silence after which it is. Equal to ``pause_ms`` for ``server_vad``.
        early_ms: Silence after which to tell of a pause already, for ears that take their time;
            None: not at all.
    """

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    pause_ms: int = 500
    max_pause_ms: int = 500
    early_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller began to speak.

    Attributes:
        audio_start_ms: Where the turn's audio begins, prefix padding included.
    """

    audio_start_ms: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The caller fell silent, and may go on or not."""


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The caller's turn is over.

    Attributes:
        audio_end_ms: Where the turn's audio ends, the closing silence included.
    """

    audio_end_ms: int


SpeechEvent = SpeechStarted | SpeechPaused | SpeechStopped


class Sound(Protocol):
    """What of a sound tells speech, frame by frame; one for each stream of audio."""

    @property
    def frame_ms(self) -> int:
        """How long a frame is."""
        ...

    @property
    def onset_frames(self) -> int:
        """How many frames of speech in a row begin a turn."""
        ...

    @property
    def onset_ms(self) -> int:
        """How long ago speech began when it is found out."""
        ...

    def levels(self, pcmu: bytes) -> list[float]:
        """How much each frame of the audio, which is whole frames, is like speech."""
        ...

    def limit(self, threshold: float, *, speaking: bool) -> float:
        """The level from which on a frame is speech, at a threshold of 0 to 1."""
        ...


def always_complete() -> bool:
    """What ``server_vad`` thinks of any pause long enough."""
    return True


class TurnVad:
    """Finds turns in µ-law audio, frame by frame, however the audio is cut into pieces."""

    def __init__(self, rules: VadRules, sound: Sound, position_ms: int = 0) -> None:
        self.speaking = False
        self.rules = rules
        self._sound = sound
        self._frame_bytes = sound.frame_ms * PCMU_BYTES_PER_MS
        self._position_ms = position_ms
        self._earliest_ms = position_ms
        self._rest = b""
        self._loud_frames = 0
        self._silence_ms = 0

    def reset(self) -> None:
        """Forget the turn that is under way: its audio was committed or cleared."""
        self.speaking = False
        self._earliest_ms = self._position_ms
        self._loud_frames = 0

    def feed(
        self, pcmu: bytes, turn_complete: Callable[[], bool] = always_complete
    ) -> list[SpeechEvent]:
        """Take the next audio; the turns that began and ended in it, in order.

        ``turn_complete`` is asked in each pause of ``pause_ms`` whether the words so far are all
        of it (``semantic_vad``): once, or with ``early_ms`` until it says so.
        """
        if self._rest:
            pcmu = self._rest + pcmu
        whole = len(pcmu) // self._frame_bytes * self._frame_bytes
        self._rest = pcmu[whole:]
        if not whole:
            return []
        events: list[SpeechEvent] = []
        threshold = self.rules.threshold
        for level in self._sound.levels(pcmu[:whole]):
            loud = level >= self._sound.limit(threshold, speaking=self.speaking)
            event = self._frame(loud, turn_complete)
            if event is not None:
                events.append(event)
        return events

    def _frame(self, loud: bool, turn_complete: Callable[[], bool]) -> SpeechEvent | None:
        frame_ms = self._sound.frame_ms
        self._position_ms += frame_ms
        if not self.speaking:
            self._loud_frames = self._loud_frames + 1 if loud else 0
            if self._loud_frames < self._sound.onset_frames:
                return None
            self.speaking = True
            self._silence_ms = 0
            onset_ms = self._position_ms - self._sound.onset_ms
            return SpeechStarted(max(self._earliest_ms, onset_ms - self.rules.prefix_padding_ms))
        if loud:
            self._silence_ms = 0
            return None
        self._silence_ms += frame_ms
        rules = self.rules
        asked = self._now_silent_for(rules.pause_ms) or (
            # Ears that take their time may know only later.
            rules.early_ms is not None and self._silence_ms > rules.pause_ms
        )
        if self._silence_ms >= rules.max_pause_ms or (asked and turn_complete()):
            self.reset()
            return SpeechStopped(self._position_ms)
        if rules.early_ms is not None and self._now_silent_for(rules.early_ms):
            return SpeechPaused()
        return None

    def _now_silent_for(self, ms: int) -> bool:
        """Whether the silence came to that length with this frame."""
        return ms <= self._silence_ms < ms + self._sound.frame_ms


class EnergyVad(TurnVad):
    """Finds turns by how loud the audio is."""

    def __init__(self, rules: VadRules) -> None:
        super().__init__(rules, EnergySound())
